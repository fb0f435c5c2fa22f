import { BOOL, NULL, STRING } from '@kubewright/cel'
import type { ValidatingPolicySpec } from '../policy.ts'
import { type CompiledVariable, type Expression, type ExpressionProblem, PolicyCompiler } from '../policy-compiler.ts'

export interface CompiledPolicy {
  readonly conditions: readonly Expression[]
  readonly variables: readonly CompiledVariable[]
  readonly validations: readonly CompiledValidation[]
  readonly annotations: readonly (Expression & { readonly key: string })[]
}

export interface CompiledValidation extends Expression {
  readonly message: string | undefined
  readonly messageExpression: Expression | undefined
  /** A reason of Status. */
  readonly reason: string
}

/** What a ValidatingAdmissionPolicy consists of, and what of it does not compile. */
export function compilePolicy(spec: ValidatingPolicySpec): {
  readonly policy: CompiledPolicy
  readonly problems: readonly ExpressionProblem[]
} {
  const compiler = new PolicyCompiler(spec)
  const validations = (spec.validations ?? []).flatMap(({ expression, message, messageExpression, reason = 'Invalid' }, index) => {
    const field = `spec.validations[${index}]`
    const compiled = compiler.compile(`${field}.expression`, expression, {}, BOOL)
    const told = compiler.compile(`${field}.messageExpression`, messageExpression, { hasAuthorizer: false }, STRING)
    return compiled === undefined ? [] : { ...compiled, message, messageExpression: told, reason }
  })
  const annotations = (spec.auditAnnotations ?? []).flatMap(({ key, valueExpression }, index) => {
    const compiled = compiler.compile(`spec.auditAnnotations[${index}].valueExpression`, valueExpression, {}, STRING, NULL)
    return compiled === undefined ? [] : { key, ...compiled }
  })
  const { conditions, variables, problems } = compiler
  return { policy: { conditions, variables, validations, annotations }, problems }
}
