import { Counter, Gauge, Histogram, type Registry } from './prometheus.ts'

/** The results that are counted; their names are controller-runtime's, because people's dashboards know them. */
export const RESULTS = ['success', 'error', 'requeue', 'requeue_after'] as const
export type CountedResult = (typeof RESULTS)[number]

/** controller-runtime's buckets, from 5 ms to 60 s. */
const BUCKETS = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.25, 1.5, 1.75, 2, 2.5, 3, 3.5, 4, 4.5,
  5, 6, 7, 8, 9, 10, 15, 20, 25, 30, 40, 50, 60,
]

/** The families `controller_runtime_*`. */
export class ControllerMetrics {
  readonly #total: Counter<'controller' | 'result'>
  readonly #errors: Counter<'controller'>
  readonly #terminal: Counter<'controller'>
  readonly #panics: Counter<'controller'>
  readonly #timeouts: Counter<'controller'>
  readonly #time: Histogram<'controller'>
  readonly #workers: Gauge<'controller'>
  readonly #active: Gauge<'controller'>

  constructor(registry: Registry) {
    const registers = [registry]
    const labelNames = ['controller'] as const
    const counter = (name: string, help: string) => new Counter({ name, help, labelNames, registers })
    this.#total = new Counter({
      name: 'controller_runtime_reconcile_total',
      help: 'Total number of reconciliations per controller',
      labelNames: ['controller', 'result'],
      registers,
    })
    this.#errors = counter('controller_runtime_reconcile_errors_total', 'Total number of reconciliation errors per controller')
    this.#terminal = counter(
      'controller_runtime_terminal_reconcile_errors_total',
      'Total number of terminal reconciliation errors per controller',
    )
    this.#panics = counter(
      'controller_runtime_reconcile_panics_total',
      'Exceptions thrown synchronously by reconcile, map and predicate functions: mistakes in the program',
    )
    this.#timeouts = counter('controller_runtime_reconcile_timeouts_total', 'Total number of reconciliation timeouts per controller')
    this.#time = new Histogram({
      name: 'controller_runtime_reconcile_time_seconds',
      help: 'Length of time per reconciliation per controller',
      labelNames,
      buckets: BUCKETS,
      registers,
    })
    this.#workers = new Gauge({
      name: 'controller_runtime_max_concurrent_reconciles',
      help: 'Maximum number of concurrent reconciles per controller',
      labelNames,
      registers,
    })
    this.#active = new Gauge({
      name: 'controller_runtime_active_workers',
      help: 'Number of currently used workers per controller',
      labelNames,
      registers,
    })
  }

  /** Every series of the controller is there from the start, at zero, so that a rate over the first failure is not lost. */
  register(controller: string, workers: number): ControllerMeter {
    for (const result of RESULTS) this.#total.inc({ controller, result }, 0)
    for (const counter of [this.#errors, this.#terminal, this.#panics, this.#timeouts]) counter.inc({ controller }, 0)
    this.#time.zero({ controller })
    this.#workers.set({ controller }, workers)
    this.#active.set({ controller }, 0)
    return {
      started: () => this.#active.inc({ controller }),
      finished: (seconds) => {
        this.#active.dec({ controller })
        this.#time.observe({ controller }, seconds)
      },
      result: (result) => this.#total.inc({ controller, result }),
      error: (terminal) => {
        this.#errors.inc({ controller })
        if (terminal) this.#terminal.inc({ controller })
      },
      panic: () => this.#panics.inc({ controller }),
      timeout: () => this.#timeouts.inc({ controller }),
    }
  }
}

/** What one controller counts. */
export interface ControllerMeter {
  started(): void
  finished(seconds: number): void
  result(result: CountedResult): void
  error(terminal: boolean): void
  panic(): void
  timeout(): void
}
