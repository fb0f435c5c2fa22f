import type { Clock } from '@kubewright/core'

export interface MissedKeysOptions {
  readonly clock: Pick<Clock, 'monotonic'>
  /** How long a change is remembered, in ms: whoever has not worked on it by then has done so before, or was taken over from. */
  readonly span: number
  /** So many keys at most. @default 20 000: some MB; what is beyond is worked on as well, only later */
  readonly most?: number
}

/** Of one key: enough to tell when it was missed first, as its owner's own writes to it are seen here as well. */
const MOST_TIMES = 16

/**
 * Changes of objects that are another replica's. Should that one turn out to be dead, nobody has worked on them since, and they go before everything that is
 * only looked at because it has moved.
 */
export class MissedKeys {
  readonly #options: MissedKeysOptions
  /** When each changed, in monotonic ms; by the last of these times. */
  readonly #keys = new Map<string, number[]>()

  constructor(options: MissedKeysOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#keys.size
  }

  note(key: string): void {
    const { clock, most = 20_000 } = this.#options
    const now = clock.monotonic()
    const times = this.#within(this.#keys.get(key) ?? [], now)
    this.#keys.delete(key)
    this.#keys.set(key, times.length < MOST_TIMES ? [...times, now] : [...times.slice(0, -1), now])
    for (const [oldest, changes] of this.#keys) {
      if (this.#keys.size <= most && this.#within(changes, now).length > 0) return
      this.#keys.delete(oldest)
    }
  }

  /** Those that the filter chooses, the longest missed first; they are forgotten. */
  take(filter: (key: string) => boolean): readonly string[] {
    const now = this.#options.clock.monotonic()
    const chosen: { readonly key: string; readonly since: number }[] = []
    for (const [key, changes] of this.#keys) {
      if (!filter(key)) continue
      this.#keys.delete(key)
      const [since] = this.#within(changes, now)
      if (since !== undefined) chosen.push({ key, since })
    }
    return chosen.sort((a, b) => a.since - b.since).map(({ key }) => key)
  }

  #within(times: readonly number[], now: number): readonly number[] {
    return times.filter((time) => now - time <= this.#options.span)
  }
}
