// How a snapshot of everything is got: streamed through a watch (WatchList) where the server does that, else by pages of a list.
import type { Failure } from './failure.ts'
import { pause, throttled } from './pauses.ts'
import { become, type Effect, type Fact, type In, isPlace, type State, type Step, type Surroundings } from './state.ts'
import { watchSeconds } from './watch-time.ts'

/** client-go's page size. */
export const PAGE_SIZE = 500
/**
 * How long a server that does not serve streaming lists is not asked for one again. What changes that is its upgrade; and the question costs
 * one refused request, or the seconds until the silence is understood.
 */
export const STREAMING_REFUSED_FOR = 30 * 60_000
/** A stream that the server ends so soon with nothing in it was not served: a proxy in between is broken. */
export const VERY_SHORT = 1000

/** The beginning of every cycle. */
export function begin<T>(state: State, at: Surroundings): Step<T> {
  if (at.now < state.streamsFrom) return beginPages(state)
  // Not "0", as kube-rs does: that may show a state from before what this program has seen or done. Without a version the answer is consistent.
  const from = state.versionUnavailable ? '' : state.resourceVersion
  const streaming = become(state, { is: 'streaming', from, timeoutSeconds: watchSeconds(at), openedAt: at.now, events: 0 })
  return [streaming, [{ do: 'begin' }]]
}

/**
 * Where from: the newest ("") when our version cannot be had; anything that the server has in memory ("0", which is cheap) when nothing is known
 * yet; else nothing older than what we have seen. In pages only where the server would page anyway: a limit makes it read from etcd.
 */
function beginPages<T>(state: State): Step<T> {
  const from = state.versionUnavailable ? '' : state.resourceVersion || '0'
  const limit = state.paginated || !isPlace(from) ? PAGE_SIZE : undefined
  return [become(state, { is: 'listing', from, pages: 0, continue: undefined, limit }), [{ do: 'begin' }]]
}

export function onStreaming<T>(state: In<'streaming'>, fact: Fact<T>, at: Surroundings): Step<T> {
  switch (fact.saw) {
    case 'change':
      return [{ ...state, events: state.events + 1 }, [{ do: 'collect', type: fact.type, object: fact.object, bytes: fact.bytes }]]
    case 'bookmark':
      if (fact.initialEventsEnd) return streamed(state, fact.resourceVersion)
      // An old server takes no notice of sendInitialEvents, and sends its bookmarks as for any watch: the end would never come.
      return fallBack(state, 'not served', at)
    case 'end': {
      // Neither would a proxy that ends every watch at once say anything about the server behind it.
      const veryShort = state.events === 0 && at.now - state.openedAt < VERY_SHORT
      return fallBack(state, veryShort ? undefined : 'not served', at)
    }
    case 'failure':
      return streamFailed(state, fact.failure, fact.opened, at)
    default:
      return [state, []]
  }
}

function streamed<T>(state: In<'streaming'>, resourceVersion: string): Step<T> {
  const { timeoutSeconds, openedAt } = state
  const good: State = { ...state, resourceVersion, versionUnavailable: false, failures: 0 }
  const watching = become(good, { is: 'watching', timeoutSeconds, openedAt, events: 1, synthetic: false })
  return [watching, [{ do: 'commit', resourceVersion }]]
}

function streamFailed<T>(state: In<'streaming'>, failure: Failure, opened: boolean, at: Surroundings): Step<T> {
  switch (failure.kind) {
    case 'expired':
    case 'ahead':
      return isPlace(state.from) ? newestInstead(state, failure, at) : fallBack(state, failure, at)
    case 'throttled':
      return throttled(state, failure, 'list', at)
    case 'unreachable':
    case 'unavailable':
      // Cut in the middle it may be cut there again: something does not bear streams of that length.
      return opened ? fallBack(state, failure, at) : pause(state, failure, 'list', at)
    case 'broken':
      // 400, 406, 422: it knows what we ask for, and does not do it.
      return fallBack(state, opened ? failure : 'not served', at)
    case 'denied':
    case 'absent':
    case 'server':
      return fallBack(state, failure, at)
  }
}

/** At once: the list says soon enough when that does not work either. */
function fallBack<T>(state: In<'streaming'>, why: 'not served' | Failure | undefined, at: Surroundings): Step<T> {
  const refused = why === 'not served'
  const [listing, effects] = beginPages<T>(refused ? { ...state, streamsFrom: at.now + STREAMING_REFUSED_FOR } : state)
  // That a server does not serve it is no failure of anything.
  const told: readonly Effect<T>[] = refused || why === undefined ? [] : [{ do: 'report', failure: why, retryIn: 0, passing: true }]
  return [listing, [{ do: 'count', what: 'fallback' }, ...told, ...effects]]
}

export function onListing<T>(state: In<'listing'>, fact: Fact<T>, at: Surroundings): Step<T> {
  if (fact.saw === 'page') return turnPage(state, fact, at)
  if (fact.saw === 'failure') return listFailed(state, fact.failure, at)
  return [state, []]
}

function turnPage<T>(state: In<'listing'>, page: Extract<Fact<T>, { saw: 'page' }>, at: Surroundings): Step<T> {
  if (page.continue) return [{ ...state, pages: state.pages + 1, continue: page.continue }, []]
  const { resourceVersion } = page
  const paginated = state.paginated || (state.from === '0' && state.pages > 0)
  const good: State = { ...state, resourceVersion, paginated, versionUnavailable: false, failures: 0 }
  return [watch(good, at), [{ do: 'commit', resourceVersion }]]
}

function listFailed<T>(state: In<'listing'>, failure: Failure, at: Surroundings): Step<T> {
  if (failure.kind === 'expired' && state.continue !== undefined) {
    // The continue token outlived the server's history while we read the pages: all in one piece cannot expire half-way.
    const whole = become(state, { is: 'listing', from: state.from, pages: 0, continue: undefined, limit: undefined })
    return [whole, [...told<T>(failure), { do: 'begin' }]]
  }
  if ((failure.kind === 'expired' || failure.kind === 'ahead') && state.from !== '') return newestInstead(state, failure, at)
  return failure.kind === 'throttled' ? throttled(state, failure, 'list', at) : pause(state, failure, 'list', at)
}

/** The server cannot serve our version: at once again, without one. */
function newestInstead<T>(state: In<'streaming'> | In<'listing'>, failure: Failure, at: Surroundings): Step<T> {
  const unavailable: State = { ...state, versionUnavailable: true }
  const [next, effects] = state.is === 'streaming' ? begin<T>(unavailable, at) : beginPages<T>(unavailable)
  return [next, [...told<T>(failure), ...effects]]
}

function told<T>(failure: Failure): readonly Effect<T>[] {
  const report: Effect<T> = { do: 'report', failure, retryIn: 0, passing: true }
  return failure.kind === 'expired' ? [{ do: 'count', what: 'expired' }, report] : [report]
}

/** A new watch from the last good version on. */
export function watch(state: State, at: Surroundings): State {
  const synthetic = !isPlace(state.resourceVersion)
  return become(state, { is: 'watching', timeoutSeconds: watchSeconds(at), openedAt: at.now, events: 0, synthetic })
}
