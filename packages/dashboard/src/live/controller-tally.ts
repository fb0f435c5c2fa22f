import type { ControllerFacts, SamplePoint } from '../model/snapshot.ts'

/** Five minutes at one point each two seconds. */
const MOST_POINTS = 150
const MOST_DURATIONS = 200

/** What one controller has done, as numbers. */
export class ControllerTally {
  readonly #durations: number[] = []
  readonly #series: SamplePoint[] = []
  #next = 0
  #reconciles = 0
  #errors = 0
  #since = { reconciles: 0, errors: 0, slowest: 0 }
  #lastError: ControllerFacts['lastError']

  ended(object: string, ms: number): void {
    this.#reconciles++
    this.#durations[this.#next++ % MOST_DURATIONS] = ms
    const { reconciles, errors, slowest } = this.#since
    this.#since = { reconciles: reconciles + 1, errors, slowest: Math.max(slowest, ms) }
    if (this.#lastError?.object === object) this.#lastError = undefined
  }

  /** Called after {@link ended} of the same reconcile. */
  failed(object: string, message: string, at: number): void {
    this.#errors++
    this.#since = { ...this.#since, errors: this.#since.errors + 1 }
    this.#lastError = { object, message, at }
  }

  /** Ends an interval. */
  sample(queued: number): void {
    this.#series.push({ queued, ...this.#since })
    if (this.#series.length > MOST_POINTS) this.#series.shift()
    this.#since = { reconciles: 0, errors: 0, slowest: 0 }
  }

  facts(): Pick<ControllerFacts, 'reconciles' | 'errors' | 'median' | 'p99' | 'series' | 'lastError'> {
    const sorted = this.#durations.toSorted((a, b) => a - b)
    const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]
    return {
      reconciles: this.#reconciles,
      errors: this.#errors,
      median: at(0.5),
      p99: at(0.99),
      series: this.#series,
      lastError: this.#lastError,
    }
  }
}
