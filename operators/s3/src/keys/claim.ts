import type { ReconcileContext } from 'kubewright'
import { AccessKey } from '../kinds/access-key.ts'
import { Blocked } from '../reconcile/blocked.ts'
import { targetOf } from '../reconcile/reference.ts'

/** Rotation needs both of the places that a user has for keys. @throws Blocked for all but the oldest */
export function claim({ object, cache }: Pick<ReconcileContext<AccessKey>, 'object' | 'cache'>): void {
  const target = targetOf(object.spec.userRef, object)
  const age = ({ metadata: { creationTimestamp = '', uid = '' } }: AccessKey) => `${creationTimestamp} ${uid}`
  const rival = cache.list(AccessKey).find((other) => {
    const same = targetOf(other.spec.userRef, other)
    return (
      other.metadata.uid !== object.metadata.uid &&
      same.name === target.name &&
      same.namespace === target.namespace &&
      age(other) < age(object)
    )
  })
  if (rival === undefined) return
  throw new Blocked(
    'Conflict',
    `the keys of User "${target.name}" belong to AccessKey "${rival.metadata.namespace}/${rival.metadata.name}", which is older`,
    60_000,
  )
}
