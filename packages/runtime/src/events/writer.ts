import { type Client, EventsV1Event, type Resource } from '@kubewright/client'
import { type Clock, isAlreadyExists, isApiError, isNotFound, type KubeObject, objectKey, type Timer } from '@kubewright/core'
import type { Logger } from '../log/logger.ts'
import type { Reachability } from '../reachability/reachability.ts'
import { isServerTrouble } from '../reachability/trouble.ts'
import { type Correlation, type EventWrite, emptyCorrelation, nextSweep, observe, type RecordedEvent, sweep } from './correlator.ts'
import { eventOf } from './event.ts'
import type { EventNote, EventRecorder } from './recorder.ts'

export interface EventWriterOptions {
  readonly client: Client
  readonly clock: Clock
  readonly log: Logger
  readonly identity: string
  readonly reachability: Pick<Reachability, 'state' | 'pause' | 'failed'>
  readonly dropped: (reason: 'queue' | 'spam' | 'refused') => void
  readonly random?: () => number
}

/** Events waiting to be written; more are dropped, for a server that does not keep up is not helped by more (client-go's figure). */
const LONGEST_QUEUE = 1000
const WORKERS = 4
const TRIES = 12
const BETWEEN_TRIES = 10_000
/** What is left when the program stops gets this long. */
const FLUSH_TIME = 2_000

/** Writes the events of all recorders, in the background, while {@link run} runs. */
export class EventWriter {
  readonly #options: EventWriterOptions
  readonly #queue: EventWrite[] = []
  #correlation: Correlation = emptyCorrelation()
  #timer: Timer | undefined
  #wake: (() => void)[] = []
  #sequence = 0n
  #life: 'open' | 'flushing' | 'closed' = 'open'

  constructor(options: EventWriterOptions) {
    this.#options = options
  }

  recorder(component: string): EventRecorder {
    const reporter = { component, instance: `${component}-${this.#options.identity}` }
    return {
      event: (regarding: KubeObject, note: EventNote) => {
        try {
          this.#record(eventOf(reporter, regarding, note, { now: this.#options.clock.now(), unique: this.#unique() }))
        } catch (error) {
          this.#options.log.warn('an event could not be made', { component, error })
        }
      },
    }
  }

  /** Writes until the signal aborts, and then what is left, for a short while. */
  async run(signal: AbortSignal): Promise<void> {
    const giveUp = new AbortController()
    const onStop = () => {
      this.#life = 'flushing'
      this.#timer?.cancel()
      for (const wake of this.#wake.splice(0)) wake()
    }
    signal.addEventListener('abort', onStop, { once: true })
    if (signal.aborted) onStop()
    const workers = Array.from({ length: WORKERS }, () => this.#work(giveUp.signal))
    await aborted(signal)
    const timer = this.#options.clock.setTimer(FLUSH_TIME, () => giveUp.abort(new Error('the time for the last events is over')))
    await Promise.all(workers)
    timer.cancel()
    this.#life = 'closed'
  }

  #unique(): bigint {
    return BigInt(Math.floor(this.#options.clock.now())) * 1_000_000n + (this.#sequence++ % 1_000_000n)
  }

  #record(event: RecordedEvent): void {
    if (this.#life !== 'open') return
    const [correlation, write] = observe(this.#correlation, event, this.#options.clock.now())
    this.#correlation = correlation
    if (write === 'spam') this.#options.dropped('spam')
    else if (write !== 'counted') this.#enqueue(write)
    this.#arm()
  }

  #enqueue(write: EventWrite): void {
    if (this.#queue.length >= LONGEST_QUEUE) {
      this.#options.dropped('queue')
      return
    }
    this.#queue.push(write)
    this.#wake.shift()?.()
  }

  /** Only while a series may end; an idle program has no timer. */
  #arm(): void {
    const { clock } = this.#options
    const due = nextSweep(this.#correlation)
    if (due === undefined || this.#timer !== undefined) return
    this.#timer = clock.setTimer(Math.max(1000, due - clock.now()), () => {
      this.#timer = undefined
      const [correlation, writes] = sweep(this.#correlation, clock.now())
      this.#correlation = correlation
      for (const write of writes) this.#enqueue(write)
      this.#arm()
    })
  }

  async #work(giveUp: AbortSignal): Promise<void> {
    for (;;) {
      const write = this.#queue.shift()
      if (write !== undefined) await this.#write(write, giveUp)
      else if (this.#life !== 'open') return
      else await new Promise<void>((resolve) => this.#wake.push(resolve))
    }
  }

  async #write(write: EventWrite, signal: AbortSignal): Promise<void> {
    const { client, log, dropped, reachability, random = Math.random } = this.#options
    for (let attempt = 1; ; attempt++) {
      try {
        const resource = await client.resource(EventsV1Event, { signal })
        await send(resource, write, signal)
        return
      } catch (error) {
        reachability.failed(error)
        if (attempt >= TRIES || signal.aborted || this.#life !== 'open' || !mayHelp(error)) {
          dropped('refused')
          log.warn('an event was not written', { regarding: objectKey(write.event), reason: write.event.reason, error })
          return
        }
        // 25 % by chance, so that the replicas of many programs do not come back together.
        const end = await reachability.pause(BETWEEN_TRIES * (1 + random() * 0.25), signal).catch(() => 'time')
        // An outage, however long, uses up no tries: what happened in it is what people will look for.
        if (end === 'recovery' || (isServerTrouble(error) && reachability.state === 'unreachable')) attempt = 0
      }
    }
  }
}

async function send(resource: Resource<EventsV1Event>, { do: what, event }: EventWrite, signal: AbortSignal): Promise<void> {
  const options = { signal, retry: false }
  try {
    if (what === 'create') await resource.create(event, options)
    else {
      const { name = '', namespace } = event.metadata
      await resource.patch({ name, namespace }, { type: 'merge', body: { series: event.series } }, options)
    }
  } catch (error) {
    // The server forgets events after an hour.
    if (what === 'count' && isNotFound(error)) await resource.create(event, options)
    else if (!isAlreadyExists(error)) throw error
  }
}

/** Whether another try can help: not for an event that the server finds wrong, or in a namespace that is going. */
function mayHelp(error: unknown): boolean {
  return !isApiError(error) || error.code === 429 || error.code >= 500
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
