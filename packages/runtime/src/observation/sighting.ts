import type { Outcome } from '../controller/outcome.ts'
import type { Manager } from '../manager/manager.ts'
import type { WriteGuard } from '../writes/write-guard.ts'
import type { ReconcileSighting, SightedOutcome } from './observations.ts'
import { WriteNotes } from './reconcile-writes.ts'

/** A reconcile that somebody looks at. */
export interface Sighting {
  /** For the client that the reconcile writes by. */
  readonly guard: WriteGuard
  ended(outcome: Outcome): void
}

/** `undefined` when nobody looks: then it costs nothing. */
export function sightReconcile(
  { observations, clock }: Pick<Manager, 'observations' | 'clock'>,
  reconcile: Omit<ReconcileSighting, 'at'>,
): Sighting | undefined {
  if (!observations.wanted) return undefined
  const startedAt = clock.monotonic()
  const sighting = { ...reconcile, at: clock.now() }
  const guard = new WriteNotes(clock)
  observations.tell({ what: 'began', ...sighting })
  return {
    guard,
    ended: (outcome) =>
      observations.tell({
        what: 'ended',
        ...sighting,
        ms: clock.monotonic() - startedAt,
        outcome: sightedOutcome(outcome),
        writes: guard.list(),
      }),
  }
}

function sightedOutcome(outcome: Outcome): SightedOutcome {
  switch (outcome.result) {
    case 'requeue':
      return { result: 'requeue', error: outcome.because }
    case 'requeue_after':
      return { result: 'requeue_after', again: outcome.ms }
    case 'error':
      return outcome
    default:
      return { result: outcome.result }
  }
}
