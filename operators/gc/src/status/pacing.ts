import { deepEqual } from 'kubewright'
import type { PolicyStatus } from '../kinds/policies.ts'

/** Counts move with every object, so they are gathered; who waits for a phase or a condition should not wait. */
const COUNTS_EVERY = 10_000
/** The first counts of a burst are gathered for a moment, or one deletion would be told now and the other 99 in ten seconds. */
const GATHER = 1_000

export interface Pacing {
  /** Monotonic ms of the last write. */
  readonly writtenAt: number
  /** Since when counts differ from what was written. */
  readonly differsSince: number | undefined
}

export const neverWritten: Pacing = { writtenAt: Number.NEGATIVE_INFINITY, differsSince: undefined }

/** Whether to write now. The one place that decides about writes: an unchanged status is never written. */
export function pace(
  pacing: Pacing,
  written: PolicyStatus | undefined,
  wanted: PolicyStatus,
  now: number,
): { readonly write: boolean; readonly pacing: Pacing } {
  if (written !== undefined && deepEqual(written, wanted)) return { write: false, pacing: { ...pacing, differsSince: undefined } }
  const { writtenAt, differsSince = now } = pacing
  const countsOnly = written !== undefined && headline(written) === headline(wanted)
  const write = !countsOnly || (now - writtenAt >= COUNTS_EVERY && now - differsSince >= GATHER)
  return { write, pacing: write ? { writtenAt: now, differsSince: undefined } : { writtenAt, differsSince } }
}

/** What is told at once. The messages of conditions hold counts, so they are not part of it. */
function headline({ phase, observedGeneration, conditions = [] }: PolicyStatus): string {
  return JSON.stringify([phase, observedGeneration, conditions.map(({ type, status, reason }) => [type, status, reason])])
}

/** A merge patch: fields that are no longer there have to be said to be gone. */
export function statusPatch(written: PolicyStatus | undefined, wanted: PolicyStatus): { readonly status: Record<string, unknown> } {
  const gone = Object.keys(written ?? {}).filter((field) => !Object.hasOwn(wanted, field))
  return { status: { ...Object.fromEntries(gone.map((field) => [field, null])), ...wanted } }
}
