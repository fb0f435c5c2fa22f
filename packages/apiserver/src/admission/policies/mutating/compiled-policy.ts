import { listOf, mutationType } from '@kubewright/cel'
import type { MutatingPolicySpec } from '../policy.ts'
import { type CompiledVariable, type Expression, type ExpressionProblem, PolicyCompiler } from '../policy-compiler.ts'

export interface CompiledPolicy {
  readonly conditions: readonly Expression[]
  readonly variables: readonly CompiledVariable[]
  readonly mutations: readonly CompiledMutation[]
}

export interface CompiledMutation extends Expression {
  readonly by: 'ApplyConfiguration' | 'JSONPatch'
}

const APPLY_CONFIGURATION = mutationType('Object')!
const JSON_PATCH = listOf(mutationType('JSONPatch')!)

/** What a MutatingAdmissionPolicy consists of, and what of it does not compile. */
export function compilePolicy(spec: MutatingPolicySpec): {
  readonly policy: CompiledPolicy
  readonly problems: readonly ExpressionProblem[]
} {
  const compiler = new PolicyCompiler(spec)
  const mutations = (spec.mutations ?? []).flatMap((mutation, index): CompiledMutation[] => {
    const isPatch = mutation.patchType === 'JSONPatch'
    const expression = isPatch ? mutation.jsonPatch?.expression : mutation.applyConfiguration?.expression
    const field = `spec.mutations[${index}].${isPatch ? 'jsonPatch' : 'applyConfiguration'}.expression`
    const compiled = compiler.compile(field, expression, { makesObjects: true }, isPatch ? JSON_PATCH : APPLY_CONFIGURATION)
    return compiled === undefined ? [] : [{ ...compiled, by: mutation.patchType }]
  })
  const { conditions, variables, problems } = compiler
  return { policy: { conditions, variables, mutations }, problems }
}
