import { nextDelay } from './backoff.ts'
import type { Failure, FailureKind } from './failure.ts'
import { become, type Effect, type State, type Step, type Surroundings } from './state.ts'

/** A grant or a CRD is installed by a person: asking more often than this helps nobody. */
const SLOW = 10_000
/**
 * For a server that is away or starts. A connection that is refused costs it nothing, and the people who wait for it to come back count the
 * seconds. (Seen with kube-apiserver: the 503 of its first second met a delay that had grown for as long as it was away, and cost another 39 s.)
 */
const LONGEST_RECONNECT = 10_000

/** The server's absence, or what may be a part of it. */
const AWAY: ReadonlySet<FailureKind> = new Set(['unreachable', 'unavailable', 'server'])

/** Waits after a failure, and then does `next`. `fixed`: for so many ms, whatever the backoff says. */
export function pause<T>(state: State, failure: Failure, next: 'list' | 'watch', at: Surroundings, fixed?: number): Step<T> {
  const [later, delay] = nextDelay(state.backoff, at.now, at.random)
  // A wait that the server named, or that only parts the watches of a fleet, is no step of the backoff.
  const backoff = fixed === undefined ? later : state.backoff
  const ms = Math.max(failure.retryAfter, fixed ?? bounded(delay, failure))
  const wakes = AWAY.has(failure.kind)
  const pausing = become({ ...state, backoff, failures: state.failures + 1 }, { is: 'pausing', ms, next, wakes })
  const relist: readonly Effect<T>[] = next === 'list' && state.is === 'watching' ? [{ do: 'count', what: 'relist' }] : []
  return [pausing, [...relist, { do: 'report', failure, retryIn: ms, passing: fixed !== undefined }]]
}

/** As often as that in a row the server's word is taken; then it is asked less and less often. */
const WORDS_TAKEN = 3

/**
 * The first times the server's own word is enough. kube-apiserver says so ("storage is (re)initializing", 1 s) to whoever first asks for a custom
 * kind after a start.
 */
export function throttled<T>(state: State, failure: Failure, next: 'list' | 'watch', at: Surroundings): Step<T> {
  const asTold = state.failures < WORDS_TAKEN && failure.retryAfter > 0 ? failure.retryAfter * (1 + at.random() / 10) : undefined
  return pause(state, failure, next, at, asTold)
}

function bounded(delay: number, { kind }: Failure): number {
  if (kind === 'unreachable' || kind === 'unavailable') return Math.min(delay, LONGEST_RECONNECT)
  return kind === 'denied' || kind === 'absent' ? Math.max(delay, SLOW) : delay
}
