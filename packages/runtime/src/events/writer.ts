import { type Client, EventsV1Event, type Resource } from '@kubewright/client'
import { type Clock, isAlreadyExists, isApiError, isNotFound, type KubeObject, objectKey, type Timer } from '@kubewright/core'
import type { Logger } from '../log/logger.ts'
import { Redaction } from '../log/redaction.ts'
import type { Reachability } from '../reachability/reachability.ts'
import { isServerTrouble } from '../reachability/trouble.ts'
import { Correlator, type EventWrite, type RecordedEvent } from './correlator.ts'
import { eventOf } from './event.ts'
import type { EventNote, EventRecorder } from './recorder.ts'
import { WriteQueue } from './write-queue.ts'

export interface EventWriterOptions {
  readonly client: Client
  readonly clock: Clock
  readonly log: Logger
  readonly identity: string
  readonly reachability: Pick<Reachability, 'state' | 'pause' | 'failed'>
  readonly dropped: (reason: 'queue' | 'spam' | 'refused') => void
  readonly random?: () => number
  /** Hears of every event, whether or not it gets to the server. @default nobody does */
  readonly recorded?: (event: RecordedEvent) => void
}

/** Events waiting to be written; more are dropped, for a server that does not keep up is not helped by more. The figures are client-go's. */
const LONGEST_QUEUE = 1000
const WORKERS = 8
const TRIES = 12
const BETWEEN_TRIES = 10_000
/** What is left when the program stops gets this long. */
const FLUSH_TIME = 2_000

/** Writes the events of all recorders, in the background, while {@link run} runs. */
export class EventWriter {
  readonly #options: EventWriterOptions
  readonly #queue = new WriteQueue(LONGEST_QUEUE)
  readonly #correlator = new Correlator()
  readonly #redaction: Redaction
  #timer: Timer | undefined
  #wake: (() => void)[] = []
  #sequence = 0n
  #life: 'open' | 'flushing' | 'closed' = 'open'

  constructor(options: EventWriterOptions) {
    this.#options = options
    this.#redaction = new Redaction(options.log.secrets)
  }

  recorder(component: string): EventRecorder {
    const reporter = { component, instance: `${component}-${this.#options.identity}` }
    return {
      event: (regarding: KubeObject, note: EventNote) => {
        try {
          const shown = { ...note, note: this.#redaction.text(note.note) }
          this.#record(eventOf(reporter, regarding, shown, { now: this.#options.clock.now(), unique: this.#unique() }))
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
      // Counts that would have been written in a few minutes are written now, or never.
      for (const write of this.#correlator.sweep(Number.POSITIVE_INFINITY)) this.#enqueue(write)
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
    const now = this.#options.clock.now()
    this.#options.recorded?.(event)
    const write = this.#correlator.observe(event, now)
    if (write === 'spam') this.#options.dropped('spam')
    else if (write !== 'counted') this.#enqueue(write)
    this.#arm()
  }

  #enqueue(write: EventWrite): void {
    if (this.#queue.push(write)) this.#wake.shift()?.()
    else this.#options.dropped('queue')
  }

  /** Only while a series may end; an idle program has no timer. */
  #arm(): void {
    if (this.#timer !== undefined) return
    const { clock } = this.#options
    const due = this.#correlator.nextSweep()
    if (due === undefined) return
    this.#timer = clock.setTimer(Math.max(1000, due - clock.now()), () => {
      this.#timer = undefined
      for (const write of this.#correlator.sweep(clock.now())) this.#enqueue(write)
      this.#arm()
    })
  }

  async #work(giveUp: AbortSignal): Promise<void> {
    for (;;) {
      const write = this.#queue.take()
      if (write !== undefined) {
        await this.#write(write, giveUp)
        this.#queue.done(write)
        // The object's next one may wait for nothing but this.
        this.#wake.shift()?.()
      } else if (this.#life !== 'open') return
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
  if (what === 'create') {
    // It exists when an earlier try arrived whose answer did not: nobody else makes this name.
    await resource.create(event, options).catch((error: unknown) => {
      if (!isAlreadyExists(error)) throw error
    })
    return
  }
  const { name = '', namespace } = event.metadata
  try {
    await resource.patch({ name, namespace }, { type: 'merge', body: { series: event.series } }, options)
  } catch (error) {
    // The server forgets events after an hour.
    if (!isNotFound(error)) throw error
    await resource.create(event, options)
  }
}

/**
 * Whether another try can help: not for an event that the server finds wrong, or in a namespace that is going. One that was not there for the patch
 * and is there for the create was being written meanwhile: the next patch will find it.
 */
function mayHelp(error: unknown): boolean {
  return !isApiError(error) || error.code === 429 || error.code >= 500 || isAlreadyExists(error)
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
