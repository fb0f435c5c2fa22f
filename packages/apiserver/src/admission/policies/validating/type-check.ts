import type { CelType } from '@kubewright/cel'
import type { ValidatingPolicySpec } from '../policy.ts'
import { PolicyCompiler } from '../policy-compiler.ts'

/** What a policy may be asked about. */
export interface CheckedType {
  /** `apps/v1, Kind=Deployment` */
  readonly name: string
  readonly type: CelType | undefined
}

/** admissionregistration.k8s.io/v1 ExpressionWarning */
export interface ExpressionWarning {
  readonly fieldRef: string
  readonly warning: string
}

/** What would go wrong with the expressions of a policy when objects of these types come: told, and no reason to refuse the policy. */
export function typeWarnings(
  spec: ValidatingPolicySpec,
  types: readonly CheckedType[],
  params: CelType | undefined,
): readonly ExpressionWarning[] {
  const known = params === undefined ? {} : { params }
  const problems = types.map(({ name, type }) => ({ name, found: problemsOf(spec, { ...known, ...(type && { object: type }) }) }))
  return (spec.validations ?? []).flatMap((_, index) =>
    ['expression', 'messageExpression'].flatMap((part) => {
      const fieldRef = `spec.validations[${index}].${part}`
      const told = problems.flatMap(({ name, found }) => {
        const problem = found.get(fieldRef)
        return problem === undefined ? [] : [`${name}: ${problem}\n`]
      })
      return told.length === 0 ? [] : [{ fieldRef, warning: told.join('\n') }]
    }),
  )
}

function problemsOf(
  spec: ValidatingPolicySpec,
  types: { readonly object?: CelType; readonly params?: CelType },
): ReadonlyMap<string, string> {
  const compiler = new PolicyCompiler(spec, types)
  for (const [index, { expression, messageExpression }] of (spec.validations ?? []).entries()) {
    compiler.compile(`spec.validations[${index}].expression`, expression, {})
    compiler.compile(`spec.validations[${index}].messageExpression`, messageExpression, {})
  }
  return new Map(compiler.problems.map(({ field, problem }) => [field, problem.replace(/^compilation failed: /, '')]))
}
