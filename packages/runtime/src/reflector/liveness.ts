import type { Failure, FailureKind } from './failure.ts'
import type { Activity } from './state.ts'

/** Is this watch alive? The question that users of other runtimes could not answer. Times are monotonic milliseconds of the manager's clock. */
export interface Liveness {
  /** `streaming`: everything there is comes as events of a watch (WatchList); `listing`: it comes in pages; `empty`: not begun. */
  readonly activity: Activity['is']
  /** When the server was last heard of: any byte of a watch, or a page of a list. `undefined`: never. */
  readonly lastByteAt: number | undefined
  /** Watches opened after the first. */
  readonly reconnects: number
  /** Lists after the first. */
  readonly relists: number
  /** Answers "that history is gone". */
  readonly gone410: number
  /** Watches that were found dead by their silence. */
  readonly silences: number
  /** Streaming lists that the server did not serve, for which lists in pages were made. */
  readonly fallbacks: number
  /** What keeps it from the server now; `undefined` when nothing does. */
  readonly failure: CurrentFailure | undefined
}

/** Why a watch is not there at the moment. */
export interface CurrentFailure {
  readonly kind: FailureKind
  readonly message: string
  readonly since: number
  /** Failures in a row. */
  readonly times: number
}

/** The counters behind {@link Liveness}, kept by the reflector. */
export class Pulse {
  lastByteAt: number | undefined
  readonly counts = { relist: 0, reconnect: 0, expired: 0, silence: 0, fallback: 0 }
  #failure: CurrentFailure | undefined

  /** True when this ends a failure. */
  heard(now: number): boolean {
    this.lastByteAt = now
    const ends = this.#failure !== undefined
    this.#failure = undefined
    return ends
  }

  failed(failure: Failure, now: number): CurrentFailure {
    const { since, times } = this.#failure ?? { since: now, times: 0 }
    this.#failure = { kind: failure.kind, message: failure.message, since, times: times + 1 }
    return this.#failure
  }

  liveness(activity: Liveness['activity']): Liveness {
    const { relist, reconnect, expired, silence, fallback } = this.counts
    return {
      activity,
      lastByteAt: this.lastByteAt,
      reconnects: reconnect,
      relists: relist,
      gone410: expired,
      silences: silence,
      fallbacks: fallback,
      failure: this.#failure,
    }
  }
}

/** Several watches seen as one: the worst of each. */
export function worstOf(all: readonly Liveness[]): Liveness {
  const sum = (of: (liveness: Liveness) => number) => all.reduce((total, liveness) => total + of(liveness), 0)
  const heard = all.map((liveness) => liveness.lastByteAt)
  return {
    activity: all.find((liveness) => liveness.activity !== 'watching')?.activity ?? 'watching',
    lastByteAt: heard.includes(undefined) || heard.length === 0 ? undefined : Math.min(...(heard as number[])),
    reconnects: sum((liveness) => liveness.reconnects),
    relists: sum((liveness) => liveness.relists),
    gone410: sum((liveness) => liveness.gone410),
    silences: sum((liveness) => liveness.silences),
    fallbacks: sum((liveness) => liveness.fallbacks),
    failure: all.find((liveness) => liveness.failure !== undefined)?.failure,
  }
}
