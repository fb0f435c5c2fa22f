// The heartbeat of a dashboard: looks for new watches, takes samples, makes frames while somebody looks.
import { type Clock, sleepOrAbort } from '@kubewright/core'
import type { Collector } from '../collector.ts'
import type { Overview, RequestFacts, Snapshot } from '../model/snapshot.ts'
import type { DashboardSource } from '../source.ts'
import type { Frames } from './frames.ts'
import { overviewOf } from './overview.ts'
import { RequestRates } from './request-rates.ts'

/** Four frames a second look alive; more is work that nobody sees. */
const FRAME = 250
/** One point of a series, and one look at what is watched. */
const SAMPLE = 2_000
/** For so long a page that was cut off finds the frames that it missed. */
const LINGER = 60_000

export interface PulseOptions {
  readonly source: DashboardSource
  readonly collector: Collector
  readonly frames: Frames
}

export class Pulse {
  readonly #options: PulseOptions
  readonly #clock: Clock
  readonly #startedAt: number
  readonly #rates = new RequestRates()
  #requests: readonly RequestFacts[] = []
  #readers = 0
  #lastReader = Number.NEGATIVE_INFINITY
  #waiting: (() => void)[] = []
  #rest = new AbortController()

  constructor(options: PulseOptions) {
    this.#options = options
    this.#clock = options.source.clock
    this.#startedAt = this.#clock.now()
  }

  /** How many pages are open. */
  get readers(): number {
    return this.#readers
  }

  async run(signal: AbortSignal): Promise<void> {
    const { collector, frames, source } = this.#options
    let nextSample = this.#clock.monotonic()
    while (!signal.aborted) {
      const now = this.#clock.monotonic()
      const isSample = now >= nextSample
      if (isSample) {
        // A program that stood still has nothing to catch up with.
        nextSample = Math.max(nextSample + SAMPLE, now)
        collector.watching.look()
        this.#requests = this.#rates.look(await source.requests(), this.#clock.monotonic())
        for (const { name, queued } of source.overview().runnables)
          if (queued !== undefined) collector.reconciles.tally(name).sample(queued)
      }
      const isWatched = this.#readers > 0 || now - this.#lastReader <= LINGER
      if (!isWatched) frames.collect(false)
      else if (frames.flush(isSample ? this.overview() : undefined)) this.#wake()
      await this.#sleep(isWatched ? FRAME : SAMPLE, signal)
    }
    this.#wake()
  }

  /** A reader who comes ends it. */
  async #sleep(ms: number, signal: AbortSignal): Promise<void> {
    this.#rest = new AbortController()
    await sleepOrAbort(ms, { clock: this.#clock, signal: AbortSignal.any([signal, this.#rest.signal]) })
  }

  /** Returns the function that says that the reader is gone. */
  join(): () => void {
    this.#readers++
    this.#options.frames.collect(true)
    this.#rest.abort(new Error('there is a reader'))
    return () => {
      this.#readers--
      this.#lastReader = this.#clock.monotonic()
    }
  }

  snapshot(): Snapshot {
    const { collector } = this.#options
    return { overview: this.overview(), rows: collector.catalogue.rows(), happenings: collector.happenings() }
  }

  /** Resolves with the next frame, after `ms`, or when the signal aborts. */
  async moved(ms: number, signal: AbortSignal): Promise<void> {
    const over = new AbortController()
    const woken = new Promise<void>((resolve) => {
      this.#waiting.push(resolve)
    })
    await Promise.race([woken, sleepOrAbort(ms, { clock: this.#clock, signal: AbortSignal.any([signal, over.signal]) })])
    over.abort(new Error('there is something to tell'))
  }

  overview(): Overview {
    const { source, collector } = this.#options
    const { heapUsed, rss } = process.memoryUsage()
    const surroundings = {
      requests: this.#requests,
      startedAt: this.#startedAt,
      interval: SAMPLE,
      memory: { heap: heapUsed, resident: rss },
    }
    return overviewOf(source, collector, surroundings)
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake()
  }
}
