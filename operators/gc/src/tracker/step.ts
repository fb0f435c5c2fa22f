import type { Opinion } from '../judgement/opinion.ts'
import type { Sighting } from './tracked-object.ts'

/** One reading of both clocks: expiries are dates, delays and rates are not to be moved by someone setting the clock. */
export interface Instant {
  readonly wall: number
  readonly mono: number
}

/** What is to be done now. */
export type Step =
  /** `opinion`: what the policy says about it. */
  | { readonly do: 'delete'; readonly policy: string; readonly object: Sighting; readonly opinion: Opinion }
  /** What the policy said (`opinion`) about it, as it was when the policy saw it, was good until now: judge it again. */
  | { readonly do: 'judge'; readonly policy: string; readonly object: Sighting; readonly opinion: Opinion }
  /** Its version is known to be old, and no event came: fetch it, and have the tracker observe it for each of the policies. */
  | { readonly do: 'fetch'; readonly policies: readonly string[]; readonly object: Sighting }
  /** Nothing for so many ms, unless something happens. */
  | { readonly do: 'wait'; readonly ms: number }
  /** Nothing until something happens. */
  | { readonly do: 'rest' }
