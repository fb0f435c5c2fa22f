// The reflector's algorithm (everything there is, then what happens from there on, for ever) as one transition function. The state says what is
// being done now; a fact says how that went; the effects are what the cache must hear. Time and chance come in.
import type { KubeObject } from '@kubewright/core'
import { freshBackoff, isFresh, nextDelay } from './backoff.ts'
import type { Failure } from './failure.ts'
import { pause, throttled } from './pauses.ts'
import { begin, onListing, onStreaming, VERY_SHORT, watch } from './snapshot-steps.ts'
import type { Effect, Fact, In, State, Step, Surroundings } from './state.ts'

const BROKEN_BEFORE_RELIST = 5
/** client-go's name is MaxInternalErrorRetryDuration, and kube-apiserver's own informers use this figure: a server that starts says 500 for a while. */
const INTERNAL_ERRORS_FOR = 30_000
/** A 500 that comes so long after the last one is a new trouble. */
const INTERNAL_ERRORS_APART = 60_000

export function step<T extends KubeObject>(state: State, fact: Fact<T>, at: Surroundings): Step<T> {
  if (fact.saw === 'reselection') return reselected(state, at)
  switch (state.is) {
    case 'empty':
      return fact.saw === 'start' ? begin(state, at) : [state, []]
    case 'streaming':
      return onStreaming(state, fact, at)
    case 'listing':
      return onListing(state, fact, at)
    case 'watching':
      if (fact.saw === 'change') return changed(state, fact)
      if (fact.saw === 'bookmark') return bookmarked(state, fact.resourceVersion)
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

/** From the beginning, but no sooner than the server's trouble allows. */
function reselected<T>(state: State, at: Surroundings): Step<T> {
  if (state.is === 'empty') return [state, []]
  if (state.is === 'pausing') return [{ ...state, next: 'list' }, []]
  const [next, effects] = begin<T>(state, at)
  return [next, [{ do: 'count', what: 'relist' }, ...effects]]
}

function pauseOver<T>(state: In<'pausing'>, at: Surroundings): Step<T> {
  return state.next === 'list' ? begin(state, at) : [watch(state, at), [{ do: 'count', what: 'reconnect' }]]
}

function changed<T extends KubeObject>(state: In<'watching'>, { type, object, bytes }: Extract<Fact<T>, { saw: 'change' }>): Step<T> {
  const synthetic = state.synthetic && type === 'ADDED'
  const resourceVersion = synthetic ? undefined : object.metadata.resourceVersion || undefined
  const heard = { ...state, synthetic, events: state.events + 1, failures: 0, resourceVersion: resourceVersion ?? state.resourceVersion }
  return [heard, [{ do: 'apply', type, object, bytes, resourceVersion }]]
}

function bookmarked<T>(state: In<'watching'>, resourceVersion: string): Step<T> {
  if (resourceVersion === '') return [{ ...state, events: state.events + 1, failures: 0 }, []]
  return [{ ...state, resourceVersion, synthetic: false, events: state.events + 1, failures: 0 }, [{ do: 'progress', resourceVersion }]]
}

/** A watch that has no version to go on from cannot tell what was deleted in between: only a list can. */
const nextAfter = ({ synthetic }: In<'watching'>) => (synthetic ? 'list' : 'watch')

function watchEnded<T>(state: In<'watching'>, by: 'server' | 'silence' | 'deadline', at: Surroundings): Step<T> {
  if (by === 'server' && state.events === 0 && at.now - state.openedAt < VERY_SHORT) {
    const message = 'the watch ended at once with nothing in it: something between us and the API server does not let watches through'
    return pause(state, { kind: 'broken', error: new Error(message), message, retryAfter: 0 }, nextAfter(state), at)
  }
  const silence: readonly Effect<T>[] = by === 'silence' ? [{ do: 'count', what: 'silence' }] : []
  if (nextAfter(state) === 'watch') return [watch(state, at), [...silence, { do: 'count', what: 'reconnect' }]]
  const [next, effects] = begin<T>(state, at)
  return [next, [...silence, { do: 'count', what: 'relist' }, ...effects]]
}

function watchFailed<T>(state: In<'watching'>, failure: Failure, opened: boolean, at: Surroundings): Step<T> {
  // Not every watch has something to say at once.
  const wasOpen = opened || at.now - state.openedAt >= VERY_SHORT
  switch (failure.kind) {
    case 'expired':
      return historyLost(state, failure, at)
    case 'ahead':
      // The server has said so itself: no list need be refused for it once more.
      return historyLost({ ...state, versionUnavailable: true }, failure, at)
    case 'absent':
      return pause(state, failure, 'list', at)
    case 'unreachable':
      // A cut stream mostly means one broken connection, or a server that hands over: come back soon, but not all in the same instant.
      return pause(state, failure, nextAfter(state), at, wasOpen && state.failures === 0 ? at.random() * 1000 : undefined)
    case 'throttled':
      return throttled(state, failure, nextAfter(state), at)
    // client-go lists again after these. That is no cheaper for a server in trouble, and tells nothing that the watch would not.
    case 'unavailable':
    case 'denied':
      return pause(state, failure, nextAfter(state), at)
    case 'server':
      return internalError(state, failure, at)
    case 'broken':
      return pause(state, failure, state.failures + 1 >= BROKEN_BEFORE_RELIST ? 'list' : nextAfter(state), at)
  }
}

function historyLost<T>(state: In<'watching'>, failure: Failure, at: Surroundings): Step<T> {
  const counted: readonly Effect<T>[] = failure.kind === 'expired' ? [{ do: 'count', what: 'expired' }] : []
  // The first one costs no wait; a server that expires every watch at once must not make us list in a loop.
  const [expiries, delay] = nextDelay(state.expiries, at.now, at.random)
  const [next, effects] = pause<T>({ ...state, expiries }, failure, 'list', at, isFresh(state.expiries, at.now) ? 0 : delay)
  return [next, [...counted, ...effects]]
}

function internalError<T>(state: In<'watching'>, failure: Failure, at: Surroundings): Step<T> {
  const { internalErrors } = state
  const related = internalErrors !== undefined && at.now - internalErrors.last <= INTERNAL_ERRORS_APART
  const since = related ? internalErrors.since : at.now
  if (at.now - since >= INTERNAL_ERRORS_FOR) return pause({ ...state, internalErrors: undefined }, failure, 'list', at)
  return pause({ ...state, internalErrors: { since, last: at.now } }, failure, nextAfter(state), at)
}
