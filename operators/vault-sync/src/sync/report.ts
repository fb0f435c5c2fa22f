import type { Target } from '../kind/kinds.ts'
import type { TargetState } from '../kind/status.ts'
import type { Reason } from '../reasons.ts'

/** What there is to say about an object as a whole. */
export interface Report {
  readonly ready: boolean
  readonly reason: Reason
  readonly message: string
  readonly synced: string
}

/** The worst comes first: it is what somebody has to look at. */
const WORST_FIRST: readonly TargetState[] = ['Conflict', 'Failed', 'Drifted', 'Removing', 'Pending']

export interface Trouble {
  readonly reason: Reason
  readonly message: string
}

/** Enough to find the first; the targets have the others. */
const MOST_TOLD = 5

export function reportOf(targets: readonly Target[], troubles: readonly Trouble[]): Report {
  const synced = `${targets.filter(({ state }) => state === 'Synced').length}/${targets.length}`
  if (troubles.length > 0) {
    const told = [...new Set(troubles.map(({ message }) => message))]
    const more = told.length > MOST_TOLD ? `; and ${told.length - MOST_TOLD} more` : ''
    return { ready: false, reason: troubles[0]!.reason, message: `${told.slice(0, MOST_TOLD).join('; ')}${more}`, synced }
  }
  const worst = WORST_FIRST.map((state) => targets.find((target) => target.state === state)).find((target) => target !== undefined)
  if (worst !== undefined)
    return { ready: false, reason: worst.state, message: `${worst.path}: ${worst.message ?? 'not done yet'}`, synced }
  if (targets.length === 0) return { ready: true, reason: 'NothingToSync', message: 'there is nothing to write', synced }
  return {
    ready: true,
    reason: 'Synced',
    message: targets.length === 1 ? 'Vault has what is wanted' : `Vault has what is wanted at ${targets.length} paths`,
    synced,
  }
}
