import { BOOL, type CelProgram, type CelType, NULL, type ObjectType, objectType, STRING } from '@kubewright/cel'
import { compileExpression, type ExpressionScope } from '../expression.ts'
import type { ValidatingPolicySpec } from './policy.ts'

export interface Expression {
  readonly text: string
  readonly program: CelProgram
}

export interface CompiledPolicy {
  readonly conditions: readonly Expression[]
  readonly variables: readonly (Expression & { readonly name: string })[]
  readonly validations: readonly CompiledValidation[]
  readonly annotations: readonly (Expression & { readonly key: string })[]
}

export interface CompiledValidation extends Expression {
  readonly message: string | undefined
  readonly messageExpression: Expression | undefined
  /** A reason of Status. */
  readonly reason: string
}

/** An expression that does not compile. */
export interface ExpressionProblem {
  /** Under the policy: `spec.validations[0].expression`. */
  readonly field: string
  readonly expression: string
  readonly problem: string
}

/** Compiles what a policy consists of; what does not compile is left out of it, and told. An expression that is empty is not looked at. */
export function compilePolicy(spec: ValidatingPolicySpec): {
  readonly policy: CompiledPolicy
  readonly problems: readonly ExpressionProblem[]
} {
  const problems: ExpressionProblem[] = []
  const hasParams = spec.paramKind !== undefined
  const compile = (field: string, text: string | undefined, scope: ExpressionScope, ...results: readonly CelType[]) => {
    if (text === undefined || text.trim() === '') return undefined
    const compiled = compileExpression(text, { hasParams, ...scope }, results)
    if (compiled.is === 'compiled') return { text, program: compiled.program }
    problems.push({ field, expression: text, problem: compiled.problem })
    return undefined
  }
  // Conditions decide before there are variables.
  const conditions = (spec.matchConditions ?? []).flatMap(
    ({ expression }, index) => compile(`spec.matchConditions[${index}].expression`, expression.trim(), {}, BOOL) ?? [],
  )
  const variables: (Expression & { readonly name: string })[] = []
  for (const [index, { name, expression }] of (spec.variables ?? []).entries()) {
    const compiled = compile(`spec.variables[${index}].expression`, expression, scopeOf(spec, variables))
    if (compiled !== undefined) variables.push({ name, ...compiled })
  }
  const scope = scopeOf(spec, variables)
  const validations = (spec.validations ?? []).flatMap(({ expression, message, messageExpression, reason = 'Invalid' }, index) => {
    const field = `spec.validations[${index}]`
    const compiled = compile(`${field}.expression`, expression, scope, BOOL)
    const told = compile(`${field}.messageExpression`, messageExpression, { ...scope, hasAuthorizer: false }, STRING)
    return compiled === undefined ? [] : { ...compiled, message, messageExpression: told, reason }
  })
  const annotations = (spec.auditAnnotations ?? []).flatMap(({ key, valueExpression }, index) => {
    const compiled = compile(`spec.auditAnnotations[${index}].valueExpression`, valueExpression, scope, STRING, NULL)
    return compiled === undefined ? [] : { key, ...compiled }
  })
  return { policy: { conditions, variables, validations, annotations }, problems }
}

/** The type of `variables`, with those that are known so far. */
export const variablesType = (variables: CompiledPolicy['variables']): ObjectType =>
  objectType('variables', Object.fromEntries(variables.map(({ name, program }) => [name, program.type])))

/** A policy that declares none has no `variables`. */
const scopeOf = (spec: ValidatingPolicySpec, variables: CompiledPolicy['variables']): ExpressionScope =>
  (spec.variables ?? []).length === 0 ? {} : { variables: variablesType(variables) }
