import { Registry } from 'prom-client'
import { expect, test } from 'vitest'
import { restClientMetrics } from './client-metrics.ts'

const listed = { method: 'GET', host: 'api:6443', code: '200', seconds: 0.02, verb: 'list' }

test('requests are counted by code, method and host, and nothing else is measured unless it is asked for', async () => {
  const registry = new Registry()
  const observe = restClientMetrics(registry)
  observe(listed)
  observe(listed)
  observe({ ...listed, method: 'POST', code: '<error>', verb: 'create' })
  const text = await registry.metrics()
  expect(text).toContain('rest_client_requests_total{code="200",method="GET",host="api:6443"} 2')
  expect(text).toContain('rest_client_requests_total{code="<error>",method="POST",host="api:6443"} 1')
  expect(registry.getMetricsAsArray()).toHaveLength(1)
})

test('in detail, what client-go measures is measured under its names', async () => {
  const registry = new Registry()
  const observe = restClientMetrics(registry, { detail: true })
  observe({ ...listed, requestBytes: 0, responseBytes: 300, dnsSeconds: 0.2, rateLimiterSeconds: 3 })
  observe({ ...listed, code: '503', attempt: 2 })
  observe({ ...listed, seconds: 300, verb: 'watch', attempt: 1 })
  const text = await registry.metrics()
  for (const line of [
    'rest_client_request_duration_seconds_count{verb="list",host="api:6443"} 2',
    'rest_client_dns_resolution_duration_seconds_bucket{le="0.25",host="api:6443"} 1',
    'rest_client_request_size_bytes_bucket{le="64",verb="list",host="api:6443"} 1',
    'rest_client_response_size_bytes_bucket{le="256",verb="list",host="api:6443"} 0',
    'rest_client_response_size_bytes_bucket{le="512",verb="list",host="api:6443"} 1',
    'rest_client_response_size_bytes_bucket{le="16777216",verb="list",host="api:6443"} 1',
    'rest_client_rate_limiter_duration_seconds_sum{verb="list",host="api:6443"} 3',
    'rest_client_request_retries_total{code="503",verb="list",host="api:6443"} 1',
  ])
    expect(text).toContain(line)
  expect(text, 'the life time of a watch is no latency').not.toContain('request_duration_seconds_count{verb="watch"')
})
