import { Counter, Histogram, type Registry } from 'prom-client'

/** One request to the API server, as the client's `observe` option tells of it. */
export interface RequestObservation {
  readonly method: string
  readonly host: string
  /** HTTP status; a word such as "<error>" when there was no answer. */
  readonly code: number | string
  readonly seconds: number
  readonly verb?: string | undefined
}

const LATENCY_BUCKETS = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 45, 60]

/** The families `rest_client_*`, to be given to the client: `connect({ observe: restClientMetrics(registry) })`. */
export function restClientMetrics(registry: Registry): (request: RequestObservation) => void {
  const registers = [registry]
  const total = new Counter({
    name: 'rest_client_requests_total',
    help: 'Number of HTTP requests, partitioned by status code, method, and host.',
    labelNames: ['code', 'method', 'host'],
    registers,
  })
  const latency = new Histogram({
    name: 'rest_client_request_duration_seconds',
    help: 'Request latency in seconds. Broken down by verb, and host. Watches are left out: theirs is their life time.',
    labelNames: ['verb', 'host'],
    buckets: LATENCY_BUCKETS,
    registers,
  })
  return ({ method, host, code, seconds, verb = method }) => {
    total.inc({ code: String(code), method, host })
    if (verb.toLowerCase() !== 'watch') latency.observe({ verb, host }, seconds)
  }
}
