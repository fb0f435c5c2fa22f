import { compareResourceVersions, type HeapItem, isResourceVersion } from 'kubewright'
import type { Opinion } from '../judgement/opinion.ts'
import type { Verdict } from '../precedence/verdict.ts'

/** What is known of an object: enough to delete exactly it, and no more than that is kept of it. */
export interface Sighting {
  readonly uid: string
  readonly name: string
  readonly namespace: string | undefined
  readonly resourceVersion: string
  /** Somebody has asked for its deletion already. */
  readonly terminating: boolean
}

/** A policy's word about an object, and the version of the object that the policy saw. */
export interface Word {
  readonly opinion: Opinion
  readonly resourceVersion: string
  /** Whether the policy was asked again, or there is no use in it: a word that held for no time waits for what has to be written first. */
  isAsked: boolean
}

export type Progress =
  /** Waits for its time (in the heap), or for nothing. */
  | { readonly is: 'watched' }
  /** Has fallen due and stands in line. */
  | { readonly is: 'ready'; readonly by: string }
  | { readonly is: 'deleting'; readonly by: string }
  /** A try failed; the next one is later. `forServer`: the trouble was the server's, so it is over when the server is back from an outage. */
  | { readonly is: 'delayed'; readonly by: string; readonly forServer: boolean }
  /** The server has a newer version than we saw: its event is awaited, then fetched. */
  | { readonly is: 'stale'; readonly resourceVersion: string }
  /** The server will never delete this with these options; until something changes. */
  | { readonly is: 'refused'; readonly by: string; readonly reason: string; readonly resourceVersion: string }
  /** Being deleted; `by` us, or by somebody else. */
  | { readonly is: 'terminating'; readonly by: string | undefined }
  /** It is no more, says the server. The watches have yet to say so: what they show of it until then is the past. */
  | { readonly is: 'gone' }

export interface TrackedObject extends HeapItem {
  seen: Sighting
  readonly words: Map<string, Word>
  verdict: Verdict
  progress: Progress
  /** Failed tries in a row, for the backoff. */
  failures: number
  /** Version conflicts in a row. */
  conflicts: number
  /** The policy of a DELETE whose answer never came: should the object vanish, it was that one. */
  unanswered: string | undefined
}

export function newlyTracked(seen: Sighting): TrackedObject {
  return {
    seen,
    words: new Map(),
    verdict: { is: 'none' },
    progress: { is: 'watched' },
    failures: 0,
    conflicts: 0,
    unanswered: undefined,
    rank: 0,
    heapIndex: -1,
  }
}

/** Whether `a` is a later version than `b`. Versions without an order (of an aggregated API server) are later whenever they differ. */
export function isNewer(a: string, b: string): boolean {
  return isResourceVersion(a) && isResourceVersion(b) ? compareResourceVersions(a, b) > 0 : a !== b
}
