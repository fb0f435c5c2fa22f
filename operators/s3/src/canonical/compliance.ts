import type { BucketSpec } from '../kinds/bucket.ts'
import { fieldsOf, text } from './fields.ts'
import type { Json } from './json.ts'

/** Wasabi's `?compliance`, which came before object lock. The SDK does not know it. */
export interface Compliance {
  readonly Status: 'enabled' | 'disabled'
  /** `off`, or the moment from which the settings cannot be taken back. */
  readonly LockTime: string
  readonly IsLocked: boolean
  readonly RetentionDays: number
  readonly ConditionalHold: boolean
  readonly DeleteAfterRetention: boolean
}

export function canonicalCompliance(answer: unknown): Json {
  const { Status, RetentionDays, ConditionalHold, DeleteAfterRetention } = fieldsOf(answer)
  if (Status !== 'enabled') return 'Off'
  return { days: Number(RetentionDays ?? 0), hold: ConditionalHold === true, deletes: DeleteAfterRetention === true }
}

/** With the lock as it is: nobody can take it back, and nobody is to set it by mistake. */
export function complianceSettings(
  { enabled, retentionDays, conditionalHold, deleteAfterRetention }: NonNullable<BucketSpec['compliance']>,
  seen: unknown,
): Omit<Compliance, 'IsLocked'> {
  return {
    Status: enabled ? 'enabled' : 'disabled',
    LockTime: text(fieldsOf(seen)['LockTime']) ?? 'off',
    RetentionDays: retentionDays,
    ConditionalHold: conditionalHold,
    DeleteAfterRetention: deleteAfterRetention,
  }
}

export const complianceRemark = (answer: unknown): string | undefined =>
  fieldsOf(answer)['IsLocked'] === true ? 'it is locked: the server takes no change that loosens it' : undefined
