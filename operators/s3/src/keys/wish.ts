import { messageOf, type ReconcileContext } from 'kubewright'
import type { AccessKey } from '../kinds/access-key.ts'
import { ROTATE } from '../kinds/group.ts'
import { Blocked } from '../reconcile/blocked.ts'
import { type LastUse, type RotationPlan, rotationPlan } from '../schedule/rotation-plan.ts'
import type { Wish } from './protocol.ts'

type Context = Pick<ReconcileContext<AccessKey>, 'status' | 'condition'>

/** @throws Blocked */
export function planOf({ spec: { rotate } }: AccessKey): RotationPlan {
  try {
    return rotationPlan(rotate)
  } catch (error) {
    throw new Blocked('ScheduleInvalid', `spec.rotate: ${messageOf(error)}`)
  }
}

/** What is asked for and cannot be had is told. */
export function adviseOnUse({ status, condition }: Context, { asksForUse }: RotationPlan, lastUses: ReadonlyMap<string, LastUse>): void {
  const isUnknown = asksForUse && [...lastUses.values()].every((use) => use === undefined)
  if (isUnknown)
    condition('Advisory', true, 'Unsupported', 'this server does not tell when keys were used: keys rotate by the calendar alone')
  else status.conditions = status.conditions?.filter(({ type }) => type !== 'Advisory')
}

/** What the object wants of the protocol. */
export function wishOf({ spec, metadata, status }: AccessKey, plan: RotationPlan, lastUses: ReadonlyMap<string, LastUse>): Wish {
  const request = metadata.annotations?.[ROTATE]
  return {
    dueAt: plan.dueAt,
    idleAt: (key) => plan.idleAt(key, lastUses.get(key.id)),
    retiresAt: (key) => plan.retiresAt(key, lastUses.get(key.id)),
    retention: plan.retention,
    rotateNow: request !== undefined && request !== status?.rotateRequest,
    active: spec.state === 'Active',
    foreignKeys: spec.foreignKeys,
  }
}
