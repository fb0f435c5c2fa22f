import { Cron, Zone } from 'kubewright'
import type { AccessKeySpec } from '../kinds/access-key.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
/** A key that was used within its last day is in use: people have nightly jobs. */
const IN_USE = DAY

type Rotate = NonNullable<AccessKeySpec['rotate']>

/** A key, as far as its age counts. All times in ms since the epoch. */
export interface AgingKey {
  readonly createdAt: number
  /** When its time as the key of before is over. */
  readonly expiresAt?: number | undefined
}

/** When somebody last used a key; `undefined` where the server does not say. */
export type LastUse = number | 'never' | undefined

/** When keys are replaced, and when those of before are retired. */
export interface RotationPlan {
  /** How long the key of before works, in ms. */
  readonly retention: number
  /** Whether it takes to know when keys were used. */
  readonly asksForUse: boolean
  /** By the calendar; `undefined`: never. */
  dueAt(key: AgingKey): number | undefined
  /** For want of use; `undefined`: never, or not as far as is known. */
  idleAt(key: AgingKey, lastUse: LastUse): number | undefined
  /** The end of a key of before. */
  retiresAt(key: AgingKey, lastUse: LastUse): number
}

const USUAL_RETENTION_DAYS = 7

/** @throws Error naming what is wrong with the schedule or its time zone */
export function rotationPlan(rotate: Rotate | undefined): RotationPlan {
  const { enabled = false, previousKeysRetentionDays = USUAL_RETENTION_DAYS } = rotate ?? {}
  const { whenUnusedDays, previousKeysUnusedHours, previousKeysExtensionDays } = rotate ?? {}
  const retention = previousKeysRetentionDays * DAY
  const isIdleCounted = enabled && whenUnusedDays !== undefined
  return {
    retention,
    asksForUse: isIdleCounted || previousKeysUnusedHours !== undefined || previousKeysExtensionDays !== undefined,
    dueAt: rotate === undefined || !enabled ? () => undefined : calendarOf(rotate),
    idleAt: ({ createdAt }, lastUse) =>
      isIdleCounted && lastUse !== undefined ? latest(createdAt, lastUse) + whenUnusedDays * DAY : undefined,
    retiresAt({ expiresAt = 0 }, lastUse) {
      if (lastUse === undefined) return expiresAt
      const replacedAt = expiresAt - retention
      if (previousKeysExtensionDays !== undefined && lastUse !== 'never' && lastUse > expiresAt - IN_USE)
        return Math.min(lastUse + IN_USE, expiresAt + previousKeysExtensionDays * DAY)
      if (previousKeysUnusedHours === undefined) return expiresAt
      // Who reads the Secret once a day still has the key of before when the new one comes: the time without use begins then.
      return Math.min(expiresAt, latest(replacedAt, lastUse) + previousKeysUnusedHours * HOUR)
    },
  }
}

function calendarOf({ schedule, timeZone, intervalDays }: Rotate): RotationPlan['dueAt'] {
  if (schedule === undefined) return ({ createdAt }) => createdAt + intervalDays * DAY
  const cron = new Cron(schedule, new Zone(timeZone))
  return ({ createdAt }) => cron.nextFrom(createdAt + 1)
}

const latest = (moment: number, lastUse: number | 'never'): number => (lastUse === 'never' ? moment : Math.max(moment, lastUse))
