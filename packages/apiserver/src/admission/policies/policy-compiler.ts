import { BOOL, type CelProgram, type CelType, DYN, type ObjectType, objectType } from '@kubewright/cel'
import { compileExpression, type ExpressionScope } from '../expression.ts'
import type { PolicySpec } from './policy.ts'

export interface Expression {
  readonly text: string
  readonly program: CelProgram
}

export type CompiledVariable = Expression & { readonly name: string }

/** An expression that does not compile. */
export interface ExpressionProblem {
  /** Under the policy: `spec.validations[0].expression`. */
  readonly field: string
  readonly expression: string
  readonly problem: string
}

/** Compiles what a policy consists of; what does not compile is left out of it, and told. An expression that is empty is not looked at. */
export class PolicyCompiler {
  readonly problems: ExpressionProblem[] = []
  readonly conditions: readonly Expression[]
  readonly variables: readonly CompiledVariable[]
  private scope: ExpressionScope

  /** @param types of `object` and `params`, where something is known of them */
  constructor(spec: PolicySpec, types: Pick<ExpressionScope, 'object' | 'params'> = {}) {
    const always: ExpressionScope = { ...types, hasParams: spec.paramKind !== undefined }
    // Conditions decide before there are variables.
    this.scope = always
    this.conditions = (spec.matchConditions ?? []).flatMap(
      ({ expression }, index) => this.compile(`spec.matchConditions[${index}].expression`, expression.trim(), {}, BOOL) ?? [],
    )
    const variables: CompiledVariable[] = []
    // One that does not compile is told itself, and not again where it is used.
    const known: Record<string, CelType> = {}
    for (const [index, { name, expression }] of (spec.variables ?? []).entries()) {
      this.scope = { ...always, variables: objectType('variables', known) }
      const compiled = this.compile(`spec.variables[${index}].expression`, expression, {})
      if (compiled !== undefined) variables.push({ name, ...compiled })
      known[name] = compiled?.program.type ?? DYN
    }
    this.variables = variables
    // A policy that declares none has no `variables`.
    if ((spec.variables ?? []).length > 0) this.scope = { ...always, variables: objectType('variables', known) }
  }

  /** @param results the types that the expression may have; none: any */
  compile(field: string, text: string | undefined, scope: ExpressionScope, ...results: readonly CelType[]): Expression | undefined {
    if (text === undefined || text.trim() === '') return undefined
    const compiled = compileExpression(text, { ...this.scope, ...scope }, results)
    if (compiled.is === 'compiled') return { text, program: compiled.program }
    this.problems.push({ field, expression: text, problem: compiled.problem })
    return undefined
  }
}

/** The type of `variables`, with those that are known so far. */
export const variablesType = (variables: readonly CompiledVariable[]): ObjectType =>
  objectType('variables', Object.fromEntries(variables.map(({ name, program }) => [name, program.type])))
