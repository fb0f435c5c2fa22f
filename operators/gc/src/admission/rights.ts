import type { KubeObject, ResourceType, ValidateContext } from 'kubewright'
import { mayDo, type Right } from '../author/access-review.ts'
import { type Author, authorOf } from '../author/author.ts'
import type { Policy } from '../kinds/policies.ts'
import { backupPlaceOf } from '../policy/backup-plan.ts'
import { type ReadyPolicy, scopeMismatch } from '../policy/policy.ts'

/** Whoever writes a policy has to be able to do by hand what it does, wherever it may do it. */
export async function checkRights(
  context: ValidateContext<Policy>,
  policy: Policy,
  ready: ReadyPolicy,
  type: ResourceType<KubeObject> | undefined,
): Promise<void> {
  const { user, errors } = context
  if (type === undefined) return
  const mismatch = scopeMismatch(policy, type.namespaced)
  if (mismatch !== undefined) return errors.forbidden('spec.targetResource', mismatch.message)
  const places = placesOf(policy, ready.target)
  const nowhere = ready.backup && backupPlaceOf(ready.backup, type.namespaced ? 'any' : undefined)
  if (nowhere?.to === 'nowhere') return errors.forbidden('spec.backup', `${type.plural} would not be deleted: ${nowhere.why}`)
  const author = authorOf(user)
  for (const { field, right } of [...deletionRights(type, places), ...backupRights(ready, places)]) {
    if (await mayDo(context.client, author, right, context.signal)) continue
    errors.forbidden(field, refusal(author, right, type.namespaced))
    return
  }
}

interface NeededRight {
  readonly field: string
  readonly right: Right
}

function deletionRights({ group, plural }: ResourceType<KubeObject>, places: readonly (string | undefined)[]): readonly NeededRight[] {
  return places.flatMap((namespace) =>
    (['delete', 'list'] as const).map((verb) => ({
      field: 'spec.targetResource',
      right: { verb, group, resource: plural, namespace },
    })),
  )
}

function backupRights({ backup }: ReadyPolicy, places: readonly (string | undefined)[]): readonly NeededRight[] {
  // The bucket is the operator's, and no user of the cluster can read what is in it.
  if (backup === undefined || backup.to === 'S3') return []
  const resource = backup.to === 'Secret' ? 'secrets' : 'configmaps'
  const where = backup.namespace === undefined ? places : [backup.namespace]
  return where.map((namespace) => ({ field: 'spec.backup', right: { verb: 'create', group: '', resource, namespace } }))
}

function refusal({ user }: Author, { verb, group, resource, namespace }: Right, isNamespaced: boolean): string {
  const where = namespace === undefined ? (isNamespaced ? 'in all namespaces' : 'in the cluster') : `in namespace "${namespace}"`
  const what = group === '' ? resource : `${resource}.${group}`
  return `${user} may not ${verb} ${what} ${where}, and a policy does nothing that its author may not: ask for the right, or narrow the policy`
}

/** Names one by one, where the policy names them; for anything wider the right has to be as wide. */
function placesOf({ kind, spec: { targetResource } }: Policy, target: ReadyPolicy['target']): readonly (string | undefined)[] {
  if (target.namespace !== undefined) return [target.namespace]
  const { namespaces } = targetResource
  const named = kind === 'ClusterGarbageCollectionPolicy' && namespaces !== undefined && namespaces.every((name) => !name.includes('*'))
  return named ? namespaces : [undefined]
}
