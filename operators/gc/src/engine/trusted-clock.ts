import { type Client, type Clock, type Logger, messageOf, sleepOrAbort } from 'kubewright'
import { ServerTime } from '../time/server-time.ts'

export interface TrustedClockEnvironment {
  readonly client: Pick<Client, 'serverDate' | 'request'>
  readonly clock: Clock
  readonly log: Logger
  /** Told how far our clock is ahead of the server's, in seconds. */
  readonly measured: (seconds: number) => void
}

/**
 * A Date header is cut to the second. At several points of the first second the server is asked, so that what it says of itself is known to a
 * fraction, and nothing that falls due waits for the rest.
 */
const FIRST_QUESTIONS = 5
const BETWEEN_FIRST = 200
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
    const { clock, log, measured } = this.#environment
    for (let asked = 0; asked < FIRST_QUESTIONS && !signal.aborted; asked++) {
      await this.#ask(signal)
      await sleepOrAbort(BETWEEN_FIRST, { clock, signal })
    }
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
      if (doubt !== undefined) await this.#ask(signal)
      await sleepOrAbort(ASK_EVERY, { clock, signal })
    }
  }

  /** Any answer will do: its head has the date. */
  async #ask(signal: AbortSignal): Promise<void> {
    const { client, log } = this.#environment
    try {
      await client.request('GET', '/version', { signal, retry: false })
    } catch (error) {
      if (!signal.aborted) log.debug('the API server could not be asked for the time', { error: messageOf(error) })
    }
    this.#look()
  }

  #look(): void {
    const date = this.#environment.client.serverDate?.()
    if (date !== undefined) this.#time.observe(date)
  }
}
