import type { LastUse } from '../schedule/rotation-plan.ts'
import type { Intent } from './ledger.ts'

/** A key as the server lists it. */
export interface ListedKey {
  readonly id: string
  /** Some servers do not say. */
  readonly createdAt: number | undefined
}

/** The longest that a creation can be under way at a process that has lost the lead: its time limit, and the time until its clock tells it so. */
export const SETTLE = 75_000
/** Clocks of servers differ. */
export const CLOCK_SKEW = 60_000

/** Whether one of the intents can have made a key that was never published, so that nobody has its secret. */
export function isLost(key: ListedKey, lastUse: LastUse, intents: readonly Intent[]): boolean {
  return intents.some((intent) => couldBeOf(key, intent) && !isUsedSince(lastUse, intent))
}

const couldBeOf = ({ id, createdAt }: ListedKey, { baseline, at }: Intent): boolean =>
  !baseline.includes(id) && (createdAt === undefined || createdAt >= at - CLOCK_SKEW)

/** Its maker tries a key out before it publishes it, and servers count that as a use. Who uses it later has its secret. */
const isUsedSince = (lastUse: LastUse, { at }: Intent): boolean => typeof lastUse === 'number' && lastUse > at + SETTLE + CLOCK_SKEW
