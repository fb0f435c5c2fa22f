import { type Clock, isServerTrouble, type Reachability, type ReachabilityState, sleep } from 'kubewright'

// For tests: the runtime's judge of the server, with the test in the place of the server's /readyz.

export class FakeReachability implements Reachability {
  readonly #clock: Clock
  readonly #listeners = new Set<(state: ReachabilityState, before: ReachabilityState) => void>()
  state: ReachabilityState = 'reachable'
  /** What the server says when it is asked. */
  ready = true

  constructor(clock: Clock) {
    this.#clock = clock
  }

  failed(error: unknown): void {
    if (!isServerTrouble(error) || this.state !== 'reachable') return
    this.#become('in doubt')
    this.#clock.setTimer(1, () => this.#become(this.ready ? 'reachable' : 'unreachable'))
  }

  succeeded(): void {}

  /** The outage is over. */
  back(): void {
    this.ready = true
    this.#become('reachable')
  }

  subscribe(listener: (state: ReachabilityState, before: ReachabilityState) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  async whenReachable(signal?: AbortSignal): Promise<void> {
    while (this.state !== 'reachable') await this.#change(signal)
  }

  async whenDecided(signal?: AbortSignal): Promise<'reachable' | 'unreachable'> {
    while (this.state === 'in doubt') await this.#change(signal)
    return this.state as 'reachable' | 'unreachable'
  }

  async pause(ms: number, signal?: AbortSignal): Promise<'time' | 'recovery'> {
    const over = new AbortController()
    const unsubscribe = this.subscribe((state, before) => state === 'reachable' && before === 'unreachable' && over.abort())
    try {
      await sleep(ms, { clock: this.#clock, signal: signal === undefined ? over.signal : AbortSignal.any([signal, over.signal]) })
      return 'time'
    } catch (error) {
      if (over.signal.aborted) return 'recovery'
      throw error
    } finally {
      unsubscribe()
    }
  }

  #become(state: ReachabilityState): void {
    const before = this.state
    this.state = state
    if (state !== before) for (const listener of [...this.#listeners]) listener(state, before)
  }

  #change(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const unsubscribe = this.subscribe(() => {
        unsubscribe()
        resolve()
      })
      signal?.addEventListener('abort', () => reject(signal.reason), { once: true })
    })
  }
}
