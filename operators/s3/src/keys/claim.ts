import type { ReconcileContext } from 'kubewright'
import { AccessKey } from '../kinds/access-key.ts'
import { User } from '../kinds/user.ts'
import { yieldToElder } from '../reconcile/elder.ts'
import { isSameTarget, reachable, targetOf } from '../reconcile/reference.ts'

/** Rotation needs both of the places that a user has for keys. @throws Blocked for all but the oldest */
export function claim({ object, cache }: Pick<ReconcileContext<AccessKey>, 'object' | 'cache'>): void {
  const target = targetOf(object.spec.userRef, object)
  const rivals = cache
    .list(AccessKey)
    .filter((other) => isSameTarget(targetOf(other.spec.userRef, other), target) && reachable(User, other.spec.userRef, other, { cache }))
  yieldToElder(object, rivals, (elder) => `the keys of User "${target.name}" belong to AccessKey ${elder}`)
}
