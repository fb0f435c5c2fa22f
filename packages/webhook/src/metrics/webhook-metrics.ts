import { Counter, Gauge, Histogram, type Registry } from '@kubewright/runtime'

/** Prometheus' usual ones, finer at the low end: a hook that computes takes less than a millisecond. */
const BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/** The families `controller_runtime_webhook_*`, so that dashboards made for it work, and what they do not tell. */
export class WebhookMetrics {
  readonly #latency: Histogram<'webhook'>
  readonly #requests: Counter<'webhook' | 'code'>
  readonly #inFlight: Gauge<'webhook'>
  readonly #panics: Counter
  readonly #conversionPanics: Counter
  readonly #verdicts: Counter<'webhook' | 'operation' | 'allowed'>
  readonly #expiry: Gauge

  constructor(registry: Registry) {
    const registers = [registry]
    this.#latency = new Histogram({
      name: 'controller_runtime_webhook_latency_seconds',
      help: 'Histogram of the latency of processing admission requests',
      labelNames: ['webhook'],
      buckets: BUCKETS,
      registers,
    })
    this.#requests = new Counter({
      name: 'controller_runtime_webhook_requests_total',
      help: 'Total number of admission requests by HTTP status code.',
      labelNames: ['webhook', 'code'],
      registers,
    })
    this.#inFlight = new Gauge({
      name: 'controller_runtime_webhook_requests_in_flight',
      help: 'Current number of admission requests being served.',
      labelNames: ['webhook'],
      registers,
    })
    this.#panics = new Counter({
      name: 'controller_runtime_webhook_panics_total',
      help: 'Hooks that threw what was no verdict, or took too long',
      registers,
    })
    this.#conversionPanics = new Counter({
      name: 'controller_runtime_conversion_webhook_panics_total',
      help: 'Conversion reviews that failed',
      registers,
    })
    this.#verdicts = new Counter({
      name: 'webhook_requests_total',
      help: 'Admission requests by verdict',
      labelNames: ['webhook', 'operation', 'allowed'],
      registers,
    })
    this.#expiry = new Gauge({
      name: 'kubewright_webhook_certificate_not_after_seconds',
      help: 'When the serving certificate expires, in seconds since the epoch',
      registers,
    })
  }

  /** What the server counts at one path. Its series are there from the start. */
  endpoint(webhook: string): { started(): void; finished(status: number, seconds: number): void } {
    this.#latency.zero({ webhook })
    this.#inFlight.set({ webhook }, 0)
    for (const code of ['200', '500']) this.#requests.inc({ webhook, code }, 0)
    return {
      started: () => this.#inFlight.inc({ webhook }),
      finished: (status, seconds) => {
        this.#inFlight.dec({ webhook })
        this.#requests.inc({ webhook, code: String(status) })
        this.#latency.observe({ webhook }, seconds)
      },
    }
  }

  admitted(webhook: string, operation: string, allowed: boolean): void {
    this.#verdicts.inc({ webhook, operation, allowed: String(allowed) })
  }

  panic(): void {
    this.#panics.inc()
  }

  conversionFailed(): void {
    this.#conversionPanics.inc()
  }

  /** Milliseconds since the epoch. */
  certificates(notAfter: number): void {
    this.#expiry.set(notAfter / 1000)
  }
}
