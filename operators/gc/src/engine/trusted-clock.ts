import { type Client, type Clock, type Logger, messageOf } from 'kubewright'
import { ServerTime } from '../time/server-time.ts'

export interface TrustedClockEnvironment {
  readonly client: Pick<Client, 'serverDate' | 'request'>
  readonly clock: Clock
  readonly log: Logger
  /** Told how far our clock is ahead of the server's, in seconds. */
  readonly measured: (seconds: number) => void
}

/** So often the server is asked for the time while it is in doubt. Otherwise the dates of its other answers are enough. */
const ASK_EVERY = 20_000

/** A clock that is never ahead of the API server's. */
export class TrustedClock implements Clock {
  readonly #environment: TrustedClockEnvironment
  readonly #time = new ServerTime()
  #wasSkewed = false
  #wasInDoubt = false

  constructor(environment: TrustedClockEnvironment) {
    this.#environment = environment
  }

  now(): number {
    const { clock } = this.#environment
    this.#look()
    return this.#time.now(clock.now(), clock.monotonic())
  }

  monotonic(): number {
    return this.#environment.clock.monotonic()
  }

  setTimer(...args: Parameters<Clock['setTimer']>): ReturnType<Clock['setTimer']> {
    return this.#environment.clock.setTimer(...args)
  }

  /** Why nothing is to be deleted by it at the moment. */
  get doubt(): string | undefined {
    this.#look()
    return this.#time.doubt
  }

  /** Tells of skew, and gets out of doubt, until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, client, log, measured } = this.#environment
    while (!signal.aborted) {
      this.#look()
      const [wall, mono] = [clock.now(), clock.monotonic()]
      measured(this.#time.skew(wall, mono) / 1000)
      const isSkewed = this.#time.isSkewed(wall, mono)
      const seconds = Math.round(this.#time.skew(wall, mono) / 1000)
      if (isSkewed && !this.#wasSkewed)
        log.warn('our clock and that of the API server differ; what is later is awaited', { aheadSeconds: seconds })
      this.#wasSkewed = isSkewed
      const { doubt } = this.#time
      if ((doubt !== undefined) !== this.#wasInDoubt) log.warn(doubt ?? 'the clock of the API server is steady again; deletions go on')
      this.#wasInDoubt = doubt !== undefined
      if (doubt !== undefined) {
        // Any answer will do: its head has the date.
        await client.request('GET', '/version', { signal, retry: false }).catch((error: unknown) => {
          if (!signal.aborted) log.debug('the API server could not be asked for the time', { error: messageOf(error) })
        })
      }
      await this.#pause(ASK_EVERY, signal)
    }
  }

  #look(): void {
    const date = this.#environment.client.serverDate?.()
    if (date !== undefined) this.#time.observe(date)
  }

  #pause(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        timer.cancel()
        signal.removeEventListener('abort', end)
        resolve()
      }
      const timer = this.#environment.clock.setTimer(ms, end)
      signal.addEventListener('abort', end, { once: true })
      if (signal.aborted) end()
    })
  }
}
