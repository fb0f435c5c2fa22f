import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createLogger, inSpan } from '@kubewright/runtime'
import { trace } from '@opentelemetry/api'
import { AlwaysOffSampler, AlwaysOnSampler, ParentBasedSampler, TraceIdRatioBasedSampler } from '@opentelemetry/sdk-trace'
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { samplerNamed } from './sampler.ts'
import { startTracing, wantsTraces } from './tracing.ts'

const silent = () => {
  const lines: string[] = []
  return { lines, log: createLogger({ destination: { write: (line) => lines.push(line) } }) }
}

afterEach(() => vi.unstubAllEnvs())

interface Exported {
  readonly name: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly attributes: readonly { readonly key: string; readonly value: { readonly stringValue?: string } }[]
}

/** As much of a collector as the exporter wants to see. */
async function collector() {
  const received: { readonly path: string | undefined; readonly body: string }[] = []
  const server = createServer(async (request: IncomingMessage, response) => {
    received.push({ path: request.url, body: Buffer.concat(await request.toArray()).toString() })
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
  })
  onTestFinished(() => void server.close())
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const bodies = () => received.map(({ body }) => JSON.parse(body).resourceSpans[0])
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    resource: () =>
      Object.fromEntries(bodies()[0].resource.attributes.map(({ key, value }: Exported['attributes'][0]) => [key, value.stringValue])),
    spans: (): readonly Exported[] => bodies().flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }: { spans: Exported[] }) => spans)),
  }
}

describe('spans are wanted', () => {
  test.each<[Record<string, string>, boolean]>([
    [{}, false],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: '' }, false],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://x' }, true],
    [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://x' }, true],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://x', OTEL_SDK_DISABLED: 'true' }, false],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://x', OTEL_TRACES_EXPORTER: 'none' }, false],
  ])('with %j: %s', (environment, wanted) => {
    expect(wantsTraces(environment)).toBe(wanted)
  })
})

describe('a program with a collector', () => {
  async function start() {
    const to = await collector()
    vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', to.url)
    const { log, lines } = silent()
    const tracing = (await startTracing('kubewright-gc', process.env, log))!
    return { ...to, log, lines, tracing }
  }

  test('sends its spans there when it stops, as children of each other, under its name', async () => {
    const { tracing, received, spans, resource } = await start()
    await inSpan('reconcile', { controller: 'website' }, () => inSpan('PATCH', {}, async () => {}))
    await tracing.stop()
    const [inner, outer] = spans()
    expect([inner?.name, outer?.name, inner?.parentSpanId]).toEqual(['PATCH', 'reconcile', outer?.spanId])
    expect(received[0]?.path).toBe('/v1/traces')
    expect(resource()).toMatchObject({ 'service.name': 'kubewright-gc' })
  })

  test('shows no value that was registered as a secret', async () => {
    const { tracing, received, log } = await start()
    log.secrets.add('correct-horse')
    await inSpan('reconcile', { url: 'https://x/correct-horse', list: ['correct-horse'] }, async () => {
      trace.getActiveSpan()?.addEvent('said', { words: 'correct-horse' })
    })
    await tracing.stop()
    expect(received[0]?.body).toContain('[redacted]')
    expect(received[0]?.body).not.toContain('correct-horse')
  })

  test('leaves nothing behind: spans made after the stop go nowhere', async () => {
    const { tracing } = await start()
    await tracing.stop()
    expect(trace.getTracer('t').startSpan('late').isRecording()).toBe(false)
  })
})

test('a collector that is away holds nothing up, and is told of once', async () => {
  vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', 'http://127.0.0.1:1')
  vi.stubEnv('OTEL_EXPORTER_OTLP_TIMEOUT', '200')
  const { log, lines } = silent()
  const tracing = (await startTracing('p', process.env, log))!
  for (let i = 0; i < 3; i++) await inSpan('reconcile', {}, async () => {})
  await tracing.stop()
  expect(lines.map((line) => JSON.parse(line).message)).toEqual(['spans cannot be sent; this is said once'])
})

test.each([
  [undefined, undefined, ParentBasedSampler],
  ['parentbased_always_on', undefined, ParentBasedSampler],
  ['always_on', undefined, AlwaysOnSampler],
  ['always_off', undefined, AlwaysOffSampler],
  ['traceidratio', '0.25', TraceIdRatioBasedSampler],
  ['parentbased_traceidratio', '0.25', ParentBasedSampler],
  ['xray', undefined, ParentBasedSampler],
])('OTEL_TRACES_SAMPLER=%s OTEL_TRACES_SAMPLER_ARG=%s is a %o', (name, argument, sampler) => {
  expect(samplerNamed(name, argument)).toBeInstanceOf(sampler)
})
