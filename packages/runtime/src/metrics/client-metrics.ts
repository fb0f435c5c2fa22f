import type { RequestObservation } from '@kubewright/client'
import { Counter, Histogram, type Registry } from './prometheus.ts'

/** How much is measured of the requests to the API server. */
export interface RestClientMetricsOptions {
  /**
   * Durations, sizes, name lookups and retries by verb and host besides the count of requests: some 150 series for each host. client-go leaves them
   * to be asked for, too. @default false
   */
  readonly detail?: boolean
}

/** client-go's, in seconds and in bytes. */
const LATENCY_BUCKETS = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 45, 60]
const SIZE_BUCKETS = [64, 256, 512, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216]

/** The families `rest_client_*`, to be given to the client: `connect({ observe: restClientMetrics(registry) })`. */
export function restClientMetrics(
  registry: Registry,
  { detail = false }: RestClientMetricsOptions = {},
): (request: RequestObservation) => void {
  const total = new Counter({
    name: 'rest_client_requests_total',
    help: 'Number of HTTP requests, partitioned by status code, method, and host.',
    labelNames: ['code', 'method', 'host'],
    registers: [registry],
  })
  const more = detail ? detailMetrics(registry) : () => {}
  return (request) => {
    const { code, method, host } = request
    total.inc({ code, method, host })
    more(request)
  }
}

function detailMetrics(registry: Registry): (request: RequestObservation) => void {
  const registers = [registry]
  const histogram = <L extends string>(name: string, help: string, labelNames: readonly L[], buckets: number[]) =>
    new Histogram({ name, help, labelNames, buckets, registers })
  const byVerb = ['verb', 'host'] as const
  const latency = histogram(
    'rest_client_request_duration_seconds',
    'Request latency in seconds. Broken down by verb, and host. Watches are left out: theirs is their life time.',
    byVerb,
    LATENCY_BUCKETS,
  )
  const lookups = histogram(
    'rest_client_dns_resolution_duration_seconds',
    'DNS resolver latency in seconds. Broken down by host.',
    ['host'],
    LATENCY_BUCKETS,
  )
  const sent = histogram('rest_client_request_size_bytes', 'Request size in bytes. Broken down by verb and host.', byVerb, SIZE_BUCKETS)
  const came = histogram('rest_client_response_size_bytes', 'Response size in bytes. Broken down by verb and host.', byVerb, SIZE_BUCKETS)
  const held = histogram(
    'rest_client_rate_limiter_duration_seconds',
    'Client side rate limiter latency in seconds. Broken down by verb, and host.',
    byVerb,
    LATENCY_BUCKETS,
  )
  const retries = new Counter({
    name: 'rest_client_request_retries_total',
    help: 'Number of request retries, partitioned by status code, verb, and host.',
    labelNames: ['code', 'verb', 'host'],
    registers,
  })
  return ({ code, verb, host, seconds, attempt, requestBytes, responseBytes, dnsSeconds, rateLimiterSeconds }) => {
    const labels = { verb, host }
    if (verb !== 'watch') latency.observe(labels, seconds)
    if (dnsSeconds !== undefined) lookups.observe({ host }, dnsSeconds)
    if (requestBytes !== undefined) sent.observe(labels, requestBytes)
    if (responseBytes !== undefined) came.observe(labels, responseBytes)
    if (rateLimiterSeconds !== undefined) held.observe(labels, rateLimiterSeconds)
    if (attempt !== undefined && attempt > 1) retries.inc({ code, verb, host })
  }
}
