import { once } from 'node:events'
import { request as httpsRequest } from 'node:https'
import { connect as connectPlain } from 'node:net'
import { connect } from 'node:tls'
import type { Client } from '@kubewright/client'
import { systemClock } from '@kubewright/core'
import { createLogger, Registry, ReplaceableCertificate, silentLogger } from '@kubewright/runtime'
import type { Converters } from '@kubewright/schema'
import { describe, expect, onTestFinished, test } from 'vitest'
import { webhooks } from '../admission/definition.ts'
import { newAuthority, newServer } from '../certificates/issue.ts'
import { conversion } from '../conversion/conversion.ts'
import { request, Shop } from '../fake/admission-bench.ts'
import { WebhookMetrics } from '../metrics/webhook-metrics.ts'
import { serveWebhooks } from './https-server.ts'
import { routesOf } from './routes.ts'

const YEAR = 365 * 86_400_000
const authority = newAuthority(Date.now(), YEAR)
const pair = () => newServer(authority, ['127.0.0.1'], Date.now(), YEAR)
const PATH = '/validate-example-dev-v1-shop'

async function serve(
  validate: () => void | Promise<void> = () => {},
  toHub: Converters['toHub'] = (_, object) => object,
  limits: { readonly mostBodies?: number } = {},
) {
  const registry = new Registry()
  const certificate = new ReplaceableCertificate(pair())
  const log = createLogger({ level: 'silent' })
  log.secrets.add('hunter2-hunter2')
  const routes = routesOf({
    hooks: [webhooks(Shop, { validate, default() {} })],
    conversions: [conversion(Shop, { hub: 'v1', versions: ['v1beta1'], toHub, fromHub: (_, object) => object })],
    client: {} as Client,
    clock: systemClock,
    log,
    metrics: new WebhookMetrics(registry),
  })
  const endpoint = await serveWebhooks({
    bind: { host: '127.0.0.1', port: 0 },
    certificate,
    routes,
    timeoutOf: () => undefined,
    clock: systemClock,
    log,
    ...limits,
  })
  let drained: Promise<void> | undefined
  const drain = (grace: number) => {
    drained ??= endpoint.drain(grace)
    return drained
  }
  onTestFinished(() => drain(0))
  return { port: endpoint.port, drain, certificate, registry }
}

interface Sent {
  readonly method?: string
  readonly path?: string
  readonly body?: string
  readonly headers?: Readonly<Record<string, string>>
}

function send(port: number, { method = 'POST', path = PATH, body = REVIEW, headers = {} }: Sent) {
  return new Promise<{
    readonly status: number
    readonly body: string
    readonly connection: string | undefined
    readonly retryAfter: string | undefined
  }>((resolve, reject) => {
    const options = { host: '127.0.0.1', port, path, method, agent: false as const, ca: authority.cert }
    const asked = httpsRequest({ ...options, headers: { 'content-type': 'application/json', ...headers } }, (response) => {
      response.toArray().then((chunks) => {
        resolve({
          status: response.statusCode ?? 0,
          body: Buffer.concat(chunks as Buffer[]).toString(),
          connection: response.headers.connection,
          retryAfter: response.headers['retry-after'],
        })
      }, reject)
    })
    asked.on('error', reject)
    asked.end(body)
  })
}

const REVIEW = JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', request: request() })

test('a review is answered with a review', async () => {
  const { port } = await serve()
  const { status, body } = await send(port, { path: `${PATH}?timeout=5s` })
  expect([status, JSON.parse(body)]).toEqual([
    200,
    { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response: { uid: 'uid-1', allowed: true } },
  ])
})

test('a conversion review likewise, failures too', async () => {
  const { port } = await serve()
  const ask = (objects: unknown[]) => {
    const review = {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'ConversionReview',
      request: { uid: 'u', desiredAPIVersion: 'example.dev/v1beta1', objects },
    }
    return send(port, { path: '/convert', body: JSON.stringify(review) })
  }
  const good = { apiVersion: 'example.dev/v1', kind: 'Shop', metadata: { name: 'a' } }
  expect(JSON.parse((await ask([good])).body)).toMatchObject({
    response: { uid: 'u', convertedObjects: [{ apiVersion: 'example.dev/v1beta1' }] },
  })
  expect(JSON.parse((await ask([{}])).body)).toMatchObject({ response: { uid: 'u', result: { status: 'Failure' } } })
})

test('what a converter says goes to whoever reads the object: without secrets', async () => {
  const { port } = await serve(undefined, () => {
    throw new Error('hunter2-hunter2 does not open it')
  })
  const objects = [{ apiVersion: 'example.dev/v1beta1', kind: 'Shop', metadata: { name: 'a' } }]
  const review = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'ConversionReview',
    request: { uid: 'u', desiredAPIVersion: 'example.dev/v1', objects },
  }
  const { body } = await send(port, { path: '/convert', body: JSON.stringify(review) })
  expect(body).toContain('does not open it')
  expect(body).not.toContain('hunter2')
})

describe('what cannot be answered', () => {
  test.each<[string, Sent, number, string]>([
    ['an unknown path', { path: '/validate' }, 404, 'no webhook at this path'],
    ['a path that is none', { path: '//' }, 404, 'no webhook'],
    ['a GET', { method: 'GET', body: '' }, 405, 'POST'],
    ['another type', { headers: { 'content-type': 'text/yaml' } }, 415, 'application/json'],
    ['a compressed body', { headers: { 'content-encoding': 'gzip' } }, 415, 'compressed'],
    ['no JSON', { body: '{"secret":' }, 400, 'the body is no JSON'],
    ['no review', { body: '{}' }, 400, 'AdmissionReview'],
    [
      'an announced body of more than 7 MiB',
      { headers: { 'content-length': String(8 * 2 ** 20) }, body: '' },
      413,
      'larger than 7340032 bytes',
    ],
    ['a body of more than 7 MiB', { body: 'x'.repeat(8 * 2 ** 20), headers: { 'transfer-encoding': 'chunked' } }, 413, 'larger than'],
  ])('%s', async (_, sent, status, body) => {
    const { port } = await serve()
    const answer = await send(port, sent).catch((error: NodeJS.ErrnoException) => {
      // The server may hang up while the rest of a body that is too large is still being sent.
      if (status === 413 && (error.code === 'EPIPE' || error.code === 'ECONNRESET')) return { status, body }
      throw error
    })
    expect([answer.status, answer.body]).toEqual([status, expect.stringContaining(body)])
    expect((await send(port, {})).status).toBe(200)
  })
})

describe('the bodies of all requests together', () => {
  const size = Buffer.byteLength(REVIEW)
  const chunked = { headers: { 'transfer-encoding': 'chunked' } }

  test.each<[string, Sent]>([
    ['announced', {}],
    ['in chunks', chunked],
  ])('have a limit: what does not fit beside others (%s) is refused at once, and fits again when they are answered', async (_, sent) => {
    const begun = Promise.withResolvers<void>()
    const go = Promise.withResolvers<void>()
    const { port } = await serve(
      () => {
        begun.resolve()
        return go.promise
      },
      undefined,
      { mostBodies: Math.floor(size * 1.5) },
    )
    const first = send(port, sent)
    await begun.promise
    const refused = { status: 429, body: 'too many bytes of other requests are being worked on: try again\n', retryAfter: '1' }
    for (let tries = 0; tries < 3; tries++) expect(await send(port, sent)).toMatchObject(refused)
    go.resolve()
    expect((await first).status).toBe(200)
    for (let tries = 0; tries < 3; tries++) expect((await send(port, sent)).status).toBe(200)
  })

  test.each([
    ['that are no JSON', { body: '{'.padEnd(size - 1) }, 400],
    ['of another type', { headers: { 'content-type': 'text/plain' } }, 415],
  ])('count no longer when requests %s have been refused', async (_, sent, status) => {
    const { port } = await serve(undefined, undefined, { mostBodies: size })
    for (let tries = 0; tries < 3; tries++) expect((await send(port, sent)).status).toBe(status)
    expect((await send(port, {})).status).toBe(200)
  })

  test('count no longer when the one who sends hangs up in the middle', async () => {
    const { port } = await serve(undefined, undefined, { mostBodies: size })
    const socket = connect({ host: '127.0.0.1', port, ca: authority.cert })
    await once(socket, 'secureConnect')
    socket.write(`POST ${PATH} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${size}\r\n\r\n{`)
    for (let status = 200; status !== 429; ) status = (await send(port, {})).status
    socket.destroy()
    for (let status = 429; status !== 200; ) status = (await send(port, {})).status
  })
})

test('K20: a new certificate serves new connections, and those that are open go on', async () => {
  const { port, certificate } = await serve()
  const open = () =>
    new Promise<{ readonly fingerprint: string; ask(): Promise<string> }>((resolve, reject) => {
      const socket = connect({ host: '127.0.0.1', port, ca: authority.cert }, () => {
        resolve({
          fingerprint: socket.getPeerCertificate().fingerprint256,
          ask: () => {
            const answer = new Promise<string>((heard, failed) => {
              socket.once('data', (chunk: Buffer) => heard(chunk.toString()))
              socket.once('error', failed)
            })
            socket.write(
              `POST ${PATH} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(REVIEW)}\r\n\r\n${REVIEW}`,
            )
            return answer
          },
        })
      })
      socket.on('error', reject)
      onTestFinished(() => void socket.destroy())
    })
  const before = await open()
  expect(await before.ask()).toMatch(/^HTTP\/1.1 200/)
  certificate.replace(pair())
  const after = await open()
  expect(after.fingerprint).not.toBe(before.fingerprint)
  expect(await before.ask()).toMatch(/^HTTP\/1.1 200/)
})

test('a stopping server answers what is under way, says it is the last answer, and then is gone', async () => {
  const begun = Promise.withResolvers<void>()
  const go = Promise.withResolvers<void>()
  const { port, drain } = await serve(() => {
    begun.resolve()
    return go.promise
  })
  const under = send(port, {})
  await begun.promise
  const draining = drain(10_000)
  const late = send(port, { path: '/mutate-example-dev-v1-shop' })
  expect(await late).toMatchObject({ status: 200, connection: 'close' })
  go.resolve()
  expect(await under).toMatchObject({ status: 200 })
  await draining
  await expect(send(port, {})).rejects.toMatchObject({ code: 'ECONNREFUSED' })
})

test('a port that is taken is named', async () => {
  const { port } = await serve()
  const bind = { host: '127.0.0.1', port }
  const options = {
    bind,
    certificate: new ReplaceableCertificate(pair()),
    routes: new Map(),
    timeoutOf: () => undefined,
    clock: systemClock,
    log: silentLogger,
  }
  await expect(serveWebhooks(options)).rejects.toThrow(`--webhook-port: cannot listen on 127.0.0.1:${port}: the port is in use`)
})

test('everything is counted under controller-runtime’s names', async () => {
  const { port, registry } = await serve(() => Promise.reject(new Error('oops')))
  await send(port, {})
  await send(port, { body: '{' })
  const text = await registry.metrics()
  for (const line of [
    `controller_runtime_webhook_requests_total{webhook="${PATH}",code="200"} 1`,
    `controller_runtime_webhook_requests_total{webhook="${PATH}",code="400"} 1`,
    `controller_runtime_webhook_requests_total{webhook="/convert",code="500"} 0`,
    `controller_runtime_webhook_requests_in_flight{webhook="${PATH}"} 0`,
    `controller_runtime_webhook_latency_seconds_count{webhook="${PATH}"} 2`,
    'controller_runtime_webhook_panics_total 1',
    'controller_runtime_conversion_webhook_panics_total 0',
    'webhook_requests_total{webhook="validate/shop",operation="CREATE",allowed="false"} 1',
  ])
    expect(text).toContain(`${line}\n`)
})

test('a connection that never begins to talk TLS does not hold up the end', async () => {
  const { port, drain } = await serve()
  const silent = connectPlain({ host: '127.0.0.1', port })
  await new Promise((resolve) => silent.once('connect', resolve))
  const gone = new Promise((resolve) => silent.once('close', resolve))
  await drain(0)
  await gone
})
