import type { KubeObject, ResourceType, ValidateContext } from 'kubewright'
import { mayDo } from '../author/access-review.ts'
import { authorOf } from '../author/author.ts'
import type { Policy } from '../kinds/policies.ts'
import { type ReadyPolicy, scopeMismatch } from '../policy/policy.ts'

/** Whoever writes a policy has to be able to do by hand what it does, wherever it may do it. */
export async function checkRights(
  { client, user, errors, signal }: ValidateContext<Policy>,
  policy: Policy,
  { target }: ReadyPolicy,
  type: ResourceType<KubeObject> | undefined,
): Promise<void> {
  if (type === undefined) return
  const mismatch = scopeMismatch(policy, type.namespaced)
  if (mismatch !== undefined) return errors.forbidden('spec.targetResource', mismatch.message)
  const author = authorOf(user)
  const places = placesOf(policy, target)
  for (const namespace of places) {
    for (const verb of ['delete', 'list'] as const) {
      if (await mayDo(client, author, { verb, group: type.group, resource: type.plural, namespace }, signal)) continue
      const where = namespace === undefined ? (type.namespaced ? 'in all namespaces' : 'in the cluster') : `in namespace "${namespace}"`
      errors.forbidden(
        'spec.targetResource',
        `${author.user} may not ${verb} ${type.plural}${type.group === '' ? '' : `.${type.group}`} ${where}, and a policy does nothing that its author may not: ask for the right, or narrow the policy`,
      )
      return
    }
  }
}

/** Names one by one, where the policy names them; for anything wider the right has to be as wide. */
function placesOf({ kind, spec: { targetResource } }: Policy, target: ReadyPolicy['target']): readonly (string | undefined)[] {
  if (target.namespace !== undefined) return [target.namespace]
  const { namespaces } = targetResource
  const named = kind === 'ClusterGarbageCollectionPolicy' && namespaces !== undefined && namespaces.every((name) => !name.includes('*'))
  return named ? namespaces : [undefined]
}
