// The vocabulary of the reflector's machine: what it is doing, what it hears, what it wants done.
import { type Backoff, freshBackoff } from './backoff.ts'
import type { Failure } from './failure.ts'

/** What is being done now. */
export type Activity =
  /** Nothing yet. */
  | { readonly is: 'empty' }
  /** A streaming list (WatchList): the objects come as events of the watch that will go on after them. `from` is the version it was asked for. */
  | { readonly is: 'streaming'; readonly from: string; readonly timeoutSeconds: number; readonly openedAt: number; readonly events: number }
  /** `limit` is `undefined` when the whole is read in one piece. */
  | {
      readonly is: 'listing'
      readonly from: string
      readonly pages: number
      readonly continue: string | undefined
      readonly limit: number | undefined
    }
  /** `synthetic`: it began without a version, so that it first shows what there is, in no order: no version of that is a place to resume from. */
  | {
      readonly is: 'watching'
      readonly timeoutSeconds: number
      readonly openedAt: number
      readonly events: number
      readonly synthetic: boolean
    }
  /** `wakes`: what is waited for is that the server comes back, so the wait is over when it has. */
  | { readonly is: 'pausing'; readonly ms: number; readonly next: 'list' | 'watch'; readonly wakes: boolean }

/** What is known whatever is being done. */
export interface Memory {
  /** The last good one: of the last complete list, event or bookmark. Empty before the first. */
  readonly resourceVersion: string
  /** The server could not serve a list at our version: the next asks for the newest there is. */
  readonly versionUnavailable: boolean
  /** The server pages what it should have served from memory: it has no watch cache of this kind, and a list in one piece would be hard on it. */
  readonly paginated: boolean
  /** When a streaming list may be tried, in monotonic ms; Infinity: never. */
  readonly streamsFrom: number
  readonly backoff: Backoff
  /** Of lists that a lost history made necessary: apart, for after an outage the first one must not wait as long as the last try to connect did. */
  readonly expiries: Backoff
  /** Failures since the last event or list: what stays broken at one resource version is listed past. */
  readonly failures: number
  /** Answers 500 that belong together. */
  readonly internalErrors: { readonly since: number; readonly last: number } | undefined
}

export type State = Activity & Memory

export type ChangeType = 'ADDED' | 'MODIFIED' | 'DELETED'

export type Fact<T> =
  | { readonly saw: 'start' }
  /** The objects of the page were handed to the snapshot as they came. */
  | { readonly saw: 'page'; readonly resourceVersion: string; readonly continue: string | undefined }
  | { readonly saw: 'change'; readonly type: ChangeType; readonly object: T; readonly bytes: number }
  /** `initialEventsEnd`: everything that there was has been streamed. */
  | { readonly saw: 'bookmark'; readonly resourceVersion: string; readonly initialEventsEnd: boolean }
  /** The watch is over without an error. `silence`: our own timer found it dead; `deadline`: it outlived what it asked for. */
  | { readonly saw: 'end'; readonly by: 'server' | 'silence' | 'deadline' }
  /** `opened`: the watch had brought something before it failed. */
  | { readonly saw: 'failure'; readonly failure: Failure; readonly opened: boolean }
  | { readonly saw: 'time' }
  /** The server says that it is ready again, after an outage. */
  | { readonly saw: 'recovery' }
  /** Something else is wanted than what was asked for. */
  | { readonly saw: 'reselection' }

export type Effect<T> =
  /** A new snapshot; what was collected for one that did not become complete is forgotten. */
  | { readonly do: 'begin' }
  | { readonly do: 'collect'; readonly type: ChangeType; readonly object: T; readonly bytes: number }
  /** The snapshot is complete, and is now what there is. */
  | { readonly do: 'commit'; readonly resourceVersion: string }
  /** `resourceVersion` is `undefined` when it proves nothing about the others. */
  | {
      readonly do: 'apply'
      readonly type: ChangeType
      readonly object: T
      readonly bytes: number
      readonly resourceVersion: string | undefined
    }
  | { readonly do: 'progress'; readonly resourceVersion: string }
  /** `passing`: the kind of failure that every long-lived watch sees and that the next request mends. */
  | { readonly do: 'report'; readonly failure: Failure; readonly retryIn: number; readonly passing: boolean }
  | { readonly do: 'count'; readonly what: WatchIncident }

/**
 * What happened to a watch, once: for counters. `fallback`: the server did not serve a streaming list, and a list in pages was made of it.
 */
export type WatchIncident = 'relist' | 'reconnect' | 'expired' | 'silence' | 'fallback'

export interface Surroundings {
  /** Monotonic milliseconds. */
  readonly now: number
  /** From 0 to 1. */
  readonly random: () => number
}

export type Step<T> = readonly [State, readonly Effect<T>[]]

export function initial({ streaming = true }: { readonly streaming?: boolean } = {}): State {
  return {
    is: 'empty',
    resourceVersion: '',
    versionUnavailable: false,
    paginated: false,
    streamsFrom: streaming ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY,
    backoff: freshBackoff,
    expiries: freshBackoff,
    failures: 0,
    internalErrors: undefined,
  }
}

/** Another activity with the same memory. */
export function become(state: State, activity: Activity): State {
  const { resourceVersion, versionUnavailable, paginated, streamsFrom, backoff, expiries, failures, internalErrors } = state
  return { ...activity, resourceVersion, versionUnavailable, paginated, streamsFrom, backoff, expiries, failures, internalErrors }
}

/** Neither "whatever you have" nor nothing: a version from which a watch goes on without a gap. */
export const isPlace = (resourceVersion: string): boolean => resourceVersion !== '' && resourceVersion !== '0'

export type In<Is extends Activity['is']> = Extract<State, { readonly is: Is }>
