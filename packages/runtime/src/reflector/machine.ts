// The reflector's algorithm (list, then watch from where the list ended, for ever) as one transition function. The state says what is being
// done now; a fact says how that went; the effects are what the cache must hear. Time and chance come in.
import type { KubeObject } from '@kubewright/core'
import { type Backoff, freshBackoff, isFresh, nextDelay } from './backoff.ts'
import type { Failure, FailureKind } from './failure.ts'

/** What is being done now. */
export type Activity<T> =
  | {
      readonly is: 'listing'
      readonly pages: readonly (readonly T[])[]
      readonly continue: string | undefined
      readonly limit: number | undefined
    }
  | {
      readonly is: 'watching'
      readonly resourceVersion: string
      readonly timeoutSeconds: number
      readonly openedAt: number
      readonly events: number
    }
  /** `wakes`: what is waited for is that the server comes back, so the wait is over when it has. */
  | { readonly is: 'pausing'; readonly ms: number; readonly next: 'list' | { readonly watchFrom: string }; readonly wakes: boolean }

export type ReflectorState<T> = Activity<T> & {
  readonly backoff: Backoff
  /** Of lists that a lost history made necessary: apart, for after an outage the first one must not wait as long as the last try to connect did. */
  readonly expiries: Backoff
  /** Failures since the last event or list: what stays broken at one resource version is listed past. */
  readonly failures: number
}

export type Fact<T> =
  | { readonly saw: 'page'; readonly objects: readonly T[]; readonly resourceVersion: string; readonly continue: string | undefined }
  | { readonly saw: 'change'; readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: T }
  | { readonly saw: 'bookmark'; readonly resourceVersion: string }
  /** The watch is over without an error. `silence`: our own timer found it dead; `deadline`: it outlived what it asked for. */
  | { readonly saw: 'end'; readonly by: 'server' | 'silence' | 'deadline' }
  /** `opened`: the watch had brought something before it failed. */
  | { readonly saw: 'failure'; readonly failure: Failure; readonly opened: boolean }
  | { readonly saw: 'time' }
  /** The server says that it is ready again, after an outage. */
  | { readonly saw: 'recovery' }

export type Effect<T> =
  | { readonly do: 'replace'; readonly pages: readonly (readonly T[])[]; readonly resourceVersion: string }
  | { readonly do: 'apply'; readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: T }
  | { readonly do: 'progress'; readonly resourceVersion: string }
  /** `passing`: the kind of failure that every long-lived watch sees and that the next request mends. */
  | { readonly do: 'report'; readonly failure: Failure; readonly retryIn: number; readonly passing: boolean }
  | { readonly do: 'count'; readonly what: 'relist' | 'reconnect' | 'expired' | 'silence' }

export interface Surroundings {
  /** Monotonic milliseconds. */
  readonly now: number
  /** From 0 to 1. */
  readonly random: () => number
}

type Step<T> = readonly [ReflectorState<T>, readonly Effect<T>[]]

/** client-go's page size. Without a resource version a page is consistent, and since Kubernetes 1.34 it comes from the watch cache, not from etcd. */
export const PAGE_SIZE = 500
/** A watch that the server ends so soon with nothing in it was not served: a proxy in between is broken, and asking at once again would be a hot loop. */
const VERY_SHORT = 1000
/** A grant or a CRD is installed by a person: asking more often than this helps nobody. */
const SLOW = 10_000
/**
 * For a server that is away or starts. A connection that is refused costs it nothing, and the people who wait for it to come back count the
 * seconds. (Seen with kube-apiserver: the 503 of its first second met a delay that had grown for as long as it was away, and cost another 39 s.)
 */
const LONGEST_RECONNECT = 10_000
const FAILURES_BEFORE_RELIST = 5

export function initial<T>(): ReflectorState<T> {
  return { ...firstPage<T>(PAGE_SIZE), backoff: freshBackoff, expiries: freshBackoff, failures: 0 }
}

export function step<T extends KubeObject>(state: ReflectorState<T>, fact: Fact<T>, at: Surroundings): Step<T> {
  switch (state.is) {
    case 'listing':
      if (fact.saw === 'page') return turnPage(state, fact, at)
      if (fact.saw === 'failure') return listFailed(state, fact.failure, at)
      return [state, []]
    case 'watching':
      if (fact.saw === 'change') return changed(state, fact)
      if (fact.saw === 'bookmark')
        return advance(state, fact.resourceVersion || state.resourceVersion, { do: 'progress', resourceVersion: fact.resourceVersion })
      if (fact.saw === 'end') return watchEnded(state, fact.by, at)
      if (fact.saw === 'failure') return watchFailed(state, fact.failure, fact.opened, at)
      return [state, []]
    case 'pausing':
      if (fact.saw === 'time') return pauseOver(state, at)
      // What was learnt about the old trouble, its Retry-After too, is out of date: the server has said since that it is ready.
      if (fact.saw === 'recovery' && state.wakes) return pauseOver({ ...state, backoff: freshBackoff, failures: 0 }, at)
      return [state, []]
  }
}

type Listing<T> = Extract<ReflectorState<T>, { is: 'listing' }>
type Watching<T> = Extract<ReflectorState<T>, { is: 'watching' }>
type Pausing<T> = Extract<ReflectorState<T>, { is: 'pausing' }>

function pauseOver<T>(state: Pausing<T>, at: Surroundings): Step<T> {
  if (state.next === 'list') return [become(state, firstPage<T>(PAGE_SIZE)), []]
  return [become(state, watchFrom<T>(state.next.watchFrom, at)), [{ do: 'count', what: 'reconnect' }]]
}

function turnPage<T>(state: Listing<T>, page: Extract<Fact<T>, { saw: 'page' }>, at: Surroundings): Step<T> {
  const pages = [...state.pages, page.objects]
  if (page.continue) return [{ ...state, pages, continue: page.continue }, []]
  const watching = become({ ...state, failures: 0 }, watchFrom<T>(page.resourceVersion, at))
  return [watching, [{ do: 'replace', pages, resourceVersion: page.resourceVersion }]]
}

function listFailed<T>(state: Listing<T>, failure: Failure, at: Surroundings): Step<T> {
  // The continue token outlived the server's history while we read the pages: all in one piece cannot expire half-way.
  if (failure.kind === 'expired' && state.limit !== undefined) {
    return [
      become(state, firstPage<T>(undefined)),
      [
        { do: 'count', what: 'expired' },
        { do: 'report', failure, retryIn: 0, passing: true },
      ],
    ]
  }
  return failure.kind === 'throttled' ? throttled(state, failure, 'list', at) : pause(state, failure, 'list', at)
}

/**
 * The first time the server's own word is enough. kube-apiserver says so ("storage is (re)initializing", 1 s) to whoever first asks for a custom
 * kind after a start.
 */
function throttled<T>(state: ReflectorState<T>, failure: Failure, next: Pausing<T>['next'], at: Surroundings): Step<T> {
  const asTold = state.failures === 0 && failure.retryAfter > 0 ? failure.retryAfter * (1 + at.random() / 10) : undefined
  return pause(state, failure, next, at, asTold)
}

function changed<T extends KubeObject>(state: Watching<T>, { type, object }: Extract<Fact<T>, { saw: 'change' }>): Step<T> {
  return advance(state, object.metadata.resourceVersion || state.resourceVersion, { do: 'apply', type, object })
}

function advance<T>(state: Watching<T>, resourceVersion: string, effect: Effect<T>): Step<T> {
  return [{ ...state, resourceVersion, events: state.events + 1, failures: 0 }, [effect]]
}

function watchEnded<T>(state: Watching<T>, by: 'server' | 'silence' | 'deadline', at: Surroundings): Step<T> {
  if (by === 'server' && state.events === 0 && at.now - state.openedAt < VERY_SHORT) {
    const error = new Error(
      'the watch ended at once with nothing in it: something between us and the API server does not let watches through',
    )
    return pause(state, { kind: 'broken', error, message: error.message, retryAfter: 0 }, { watchFrom: state.resourceVersion }, at)
  }
  const silence: readonly Effect<T>[] = by === 'silence' ? [{ do: 'count', what: 'silence' }] : []
  return [become(state, watchFrom<T>(state.resourceVersion, at)), [...silence, { do: 'count', what: 'reconnect' }]]
}

function watchFailed<T>(state: Watching<T>, failure: Failure, opened: boolean, at: Surroundings): Step<T> {
  // Not every watch has something to say at once.
  const wasOpen = opened || at.now - state.openedAt >= VERY_SHORT
  switch (failure.kind) {
    case 'expired':
    case 'ahead': {
      const counted: readonly Effect<T>[] = failure.kind === 'expired' ? [{ do: 'count', what: 'expired' }] : []
      // The first one costs no wait; a server that expires every watch at once must not make us list in a loop.
      const [expiries, delay] = nextDelay(state.expiries, at.now, at.random)
      const [next, effects] = pause<T>({ ...state, expiries }, failure, 'list', at, isFresh(state.expiries, at.now) ? 0 : delay)
      return [next, [...counted, ...effects]]
    }
    case 'absent':
      return pause(state, failure, 'list', at)
    case 'unreachable':
      // A cut stream mostly means one broken connection, or a server that hands over: come back soon, but not all in the same instant.
      return pause(
        state,
        failure,
        { watchFrom: state.resourceVersion },
        at,
        wasOpen && state.failures === 0 ? at.random() * 1000 : undefined,
      )
    case 'throttled':
      return throttled(state, failure, { watchFrom: state.resourceVersion }, at)
    case 'unavailable':
    case 'denied':
      return pause(state, failure, { watchFrom: state.resourceVersion }, at)
    case 'server':
    case 'broken': {
      const stuck = state.failures + 1 >= FAILURES_BEFORE_RELIST
      return pause(state, failure, stuck ? 'list' : { watchFrom: state.resourceVersion }, at)
    }
  }
}

function pause<T>(state: ReflectorState<T>, failure: Failure, next: Pausing<T>['next'], at: Surroundings, fixed?: number): Step<T> {
  const [backoff, delay] = nextDelay(state.backoff, at.now, at.random)
  const ms = Math.max(failure.retryAfter, fixed ?? bounded(delay, failure))
  const wakes = AWAY.has(failure.kind)
  const pausing: ReflectorState<T> = { is: 'pausing', ms, next, wakes, backoff, expiries: state.expiries, failures: state.failures + 1 }
  const relist: readonly Effect<T>[] = next === 'list' && state.is === 'watching' ? [{ do: 'count', what: 'relist' }] : []
  return [pausing, [...relist, { do: 'report', failure, retryIn: ms, passing: fixed !== undefined }]]
}

/** The server's absence, or what may be a part of it. */
const AWAY: ReadonlySet<FailureKind> = new Set(['unreachable', 'unavailable', 'server'])

function bounded(delay: number, { kind }: Failure): number {
  if (kind === 'unreachable' || kind === 'unavailable') return Math.min(delay, LONGEST_RECONNECT)
  return kind === 'denied' || kind === 'absent' ? Math.max(delay, SLOW) : delay
}

function firstPage<T>(limit: number | undefined): Activity<T> {
  return { is: 'listing', pages: [], continue: undefined, limit }
}

/** Five to ten minutes, by chance, so that the watches of a fleet do not end together; a server's own limit is 30 to 60 minutes. */
function watchFrom<T>(resourceVersion: string, at: Surroundings): Activity<T> {
  const timeoutSeconds = 300 + Math.floor(at.random() * 301)
  return { is: 'watching', resourceVersion, timeoutSeconds, openedAt: at.now, events: 0 }
}

function become<T>({ backoff, expiries, failures }: ReflectorState<T>, activity: Activity<T>): ReflectorState<T> {
  return { ...activity, backoff, expiries, failures }
}
