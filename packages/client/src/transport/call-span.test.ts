import { context, createContextKey, propagation, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { InMemorySpanExporter, SimpleSpanProcessor, StackContextManager, TracerProvider } from '@opentelemetry/sdk-trace'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { connectTo } from '../connect.ts'
import { json, refuse, scriptedServer } from '../test-server/scripted-server.ts'
import { TRACER } from './call-span.ts'

const exporter = new InMemorySpanExporter()
/** As W3C's, of which the SDK's package is not a dependency here. */
const traceparent = {
  inject(carrying: typeof ROOT_CONTEXT, carrier: unknown, setter: { set(carrier: unknown, key: string, value: string): void }) {
    const span = trace.getSpanContext(carrying)
    if (span) setter.set(carrier, 'traceparent', `00-${span.traceId}-${span.spanId}-01`)
  },
  extract: (carrying: typeof ROOT_CONTEXT) => carrying,
  fields: () => ['traceparent'],
}

const register = () => {
  trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }))
  context.setGlobalContextManager(new StackContextManager().enable())
  propagation.setGlobalPropagator(traceparent)
}
beforeEach(() => exporter.reset())
afterEach(() => {
  trace.disable()
  context.disable()
  propagation.disable()
})

test('an answered call is a client span in the words of the HTTP conventions, child of the span it was made in', async () => {
  register()
  await using server = await scriptedServer((_request, response) => json(response, {}))
  const client = connectTo({ server: `${server.url}/below`, token: 'hidden' })
  const reconcile = trace.getTracer('test').startSpan('reconcile')
  await context.with(trace.setSpan(context.active(), reconcile), () =>
    client.request('GET', '/api/v1/pods', { query: { labelSelector: 'secret=hidden' } }),
  )
  const [span] = exporter.getFinishedSpans()
  expect(span).toMatchObject({ name: 'GET', kind: SpanKind.CLIENT, status: { code: SpanStatusCode.UNSET } })
  expect(span?.instrumentationScope.name).toBe(TRACER)
  expect(span?.attributes).toEqual({
    'http.request.method': 'GET',
    'url.path': '/below/api/v1/pods',
    'server.address': '127.0.0.1',
    'server.port': server.port,
    'http.response.status_code': 200,
    'k8s.verb': 'get',
  })
  expect(span?.parentSpanContext?.spanId).toBe(reconcile.spanContext().spanId)
  expect(server.received[0]?.headers['traceparent']).toBe(`00-${span?.spanContext().traceId}-${span?.spanContext().spanId}-01`)
  await client.close()
})

test('each attempt is a span of its own: which it was, and what went wrong', async () => {
  register()
  let refusals = 1
  await using server = await scriptedServer((_request, response) =>
    refusals-- > 0 ? refuse(response, 503, 'ServiceUnavailable') : void response.socket?.destroy(),
  )
  const client = connectTo({ server: server.url }, { random: () => 0 })
  await client.request('PUT', '/x', { body: {}, retry: false }).catch(() => {})
  await client.request('GET', '/x').catch(() => {})
  const seen = exporter.getFinishedSpans().map(({ attributes, status }) => {
    return [attributes['http.response.status_code'], attributes['error.type'], attributes['http.request.resend_count'], status.code]
  })
  expect(seen).toEqual([
    [503, '503', undefined, SpanStatusCode.ERROR],
    ...[undefined, 1, 2, 3].map((resent) => [undefined, 'UND_ERR_SOCKET', resent, SpanStatusCode.ERROR]),
  ])
  expect(new Set(server.received.map(({ headers }) => headers['traceparent'])).size).toBe(5)
  await client.close()
})

test('the span of a watch ends with the head of its answer, that of an aborted call with the abort', async () => {
  register()
  await using server = await scriptedServer(({ query }, response) => {
    if (query.get('watch')) response.writeHead(200).write('{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"7"}}}\n')
  })
  const client = connectTo({ server: server.url })
  const pods = await client.resource({ group: '', version: 'v1', kind: 'Pod', plural: 'pods', namespaced: true })
  const watch = pods.watch()[Symbol.asyncIterator]()
  await watch.next()
  expect(exporter.getFinishedSpans().map(({ attributes }) => attributes['k8s.verb'])).toEqual(['watch'])
  await client.request('GET', '/hangs', { signal: AbortSignal.timeout(20) }).catch(() => {})
  expect(exporter.getFinishedSpans()[1]?.attributes['error.type']).toBe('TimeoutError')
  await watch.return?.()
  await client.close()
})

test('without a provider nothing is recorded and nothing is sent along', async () => {
  propagation.setGlobalPropagator(traceparent)
  await using server = await scriptedServer((_request, response) => json(response, {}))
  const client = connectTo({ server: server.url })
  const foreign = { traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: 0 }
  await context.with(trace.setSpanContext(ROOT_CONTEXT.setValue(createContextKey('x'), 1), foreign), () => client.request('GET', '/x'))
  expect(server.received[0]?.headers).not.toHaveProperty('traceparent')
  expect(exporter.getFinishedSpans()).toEqual([])
  await client.close()
})
