import type { CacheIndex, ReconcileContext } from 'kubewright'
import { AccessKey } from '../kinds/access-key.ts'
import { User } from '../kinds/user.ts'
import { yieldToElder } from '../reconcile/elder.ts'
import { keyOf, reachable, targetOf } from '../reconcile/reference.ts'

const BY_USER: CacheIndex<AccessKey> = { name: 's3/user', valuesOf: (key) => [keyOf(targetOf(key.spec.userRef, key))] }

/** Rotation needs both of the places that a user has for keys. @throws Blocked for all but the oldest */
export function claim({ object, cache }: Pick<ReconcileContext<AccessKey>, 'object' | 'cache'>): void {
  const target = targetOf(object.spec.userRef, object)
  const rivals = cache
    .list(AccessKey, { by: { index: BY_USER, value: keyOf(target) } })
    .filter((other) => reachable(User, other.spec.userRef, other, { cache }))
  yieldToElder(object, rivals, (elder) => `the keys of User "${target.name}" belong to AccessKey ${elder}`)
}
