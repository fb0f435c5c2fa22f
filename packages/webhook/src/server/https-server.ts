import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer, type Server } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { type Clock, ConfigurationError, messageOf, sleep } from '@kubewright/core'
import type { BindAddress, Logger, ServingCertificate } from '@kubewright/runtime'
import { BodyBudget, RequestError, readJson } from './body.ts'

export interface WebhookQuestion {
  readonly path: string
  /** Milliseconds that the caller waits, from `?timeout=`. */
  readonly timeout: number | undefined
  /** The body, as JSON. */
  readonly body: unknown
  /** Aborts when the caller has hung up. */
  readonly signal: AbortSignal
}

/** @throws RequestError for another status than 200 */
export type Answer = (question: WebhookQuestion) => Promise<object>

export interface Route {
  readonly answer: Answer
  /** Bytes. */
  readonly mostBody: number
  /** Hears of the status of every answer, and the seconds it took. */
  readonly meter: { started(): void; finished(status: number, seconds: number): void }
}

export interface ServerOptions {
  readonly bind: BindAddress
  readonly certificate: ServingCertificate
  readonly routes: ReadonlyMap<string, Route>
  readonly timeoutOf: (search: URLSearchParams) => number | undefined
  readonly clock: Clock
  readonly log: Logger
  /** Bytes of all bodies that are worked on at one time. @default 256 MiB: two of the largest conversions, or 36 of the largest admissions */
  readonly mostBodies?: number
}

export interface WebhookEndpoint {
  readonly port: number
  /** Takes no new connections, answers what is under way, and resolves when all is answered or `grace` milliseconds are over. */
  drain(grace: number): Promise<void>
}

/**
 * Whoever can reach the port can send as slowly as he likes: nobody gets more than this. An API server's client closes idle connections after 90 s:
 * the server must not be first, or a request that is sent at that moment is lost.
 */
const LIMITS = {
  handshakeTimeout: 10_000,
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  connectionsCheckingInterval: 5_000,
  keepAliveTimeout: 120_000,
  maxHeaderSize: 16_384,
}
const MOST_CONNECTIONS = 1_000
const MOST_BODIES = 256 * 2 ** 20
/** How often a stopping server looks whether all is answered. */
const DRAIN_POLL = 50
/**
 * How long a stopping server still listens: a connection that is in use ends with its next answer, which is told to be the last one. One that is
 * closed while a request is on its way would fail that request.
 */
const FAREWELL = 500

/** @throws ConfigurationError when the address cannot be had */
export async function serveWebhooks(options: ServerOptions): Promise<WebhookEndpoint> {
  const { bind, certificate, clock, log } = options
  const state = { draining: false, active: 0 }
  const budget = new BodyBudget(options.mostBodies ?? MOST_BODIES)
  // HTTP/1.1 alone: one connection with many streams is one place to fail, and resets have cost servers dearly (CVE-2023-44487).
  const server = createServer(
    { ...LIMITS, minVersion: 'TLSv1.2', ALPNProtocols: ['http/1.1'], ...certificate.current },
    (request, response) => {
      state.active++
      response.once('close', () => state.active--)
      if (state.draining) response.setHeader('connection', 'close')
      respond(request, response, options, budget).catch((error: unknown) => response.destroy(error as Error))
    },
  )
  server.maxConnections = MOST_CONNECTIONS
  // Connections that have not begun to talk TLS are unknown to the server, and would hold up its end until they do.
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  // Not everybody who connects wants to talk TLS, or trusts us: that is his trouble.
  server.on('tlsClientError', () => {})
  // Open connections keep the certificate with which they began; new ones get the new one.
  const release = certificate.subscribe((pair) => server.setSecureContext({ ...pair, minVersion: 'TLSv1.2' }))
  await listen(server, bind).catch((error: unknown) => {
    release()
    throw error
  })
  // A connection that cannot be accepted (too many open files) is the loss of that connection, and not of the program.
  server.on('error', (error) => log.warn('a connection to the webhooks cannot be accepted', { error }))
  return {
    port: (server.address() as AddressInfo).port,
    async drain(grace) {
      state.draining = true
      const wait = async (ms: number, over: () => boolean | Promise<boolean>) => {
        const until = clock.monotonic() + ms
        while (clock.monotonic() < until && !(await over())) await sleep(DRAIN_POLL, { clock })
      }
      await wait(Math.min(FAREWELL, grace), async () => (await connectionsOf(server)) === 0)
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      await wait(grace, () => state.active === 0)
      release()
      server.closeAllConnections()
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}

function connectionsOf(server: Server): Promise<number> {
  return new Promise((resolve, reject) => server.getConnections((error, count) => (error ? reject(error) : resolve(count))))
}

function listen(server: Server, { host, port }: BindAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const where = `${host ?? ''}:${port}`
      const why = error.code === 'EADDRINUSE' ? 'the port is in use by another program: choose another one' : error.message
      reject(new ConfigurationError(`--webhook-port: cannot listen on ${where}: ${why}`, { cause: error, code: 'KW-LISTEN' }))
    })
    server.listen({ port, ...(host !== undefined && { host }) }, resolve)
  })
}

async function respond(request: IncomingMessage, response: ServerResponse, options: ServerOptions, budget: BodyBudget): Promise<void> {
  const { routes, clock, timeoutOf, log } = options
  const url = URL.canParse(request.url ?? '', BASE) ? new URL(request.url ?? '', BASE) : undefined
  const route = url === undefined ? undefined : routes.get(url.pathname)
  if (url === undefined || route === undefined) return refuse(response, new RequestError(404, 'there is no webhook at this path'))
  if (request.method !== 'POST') {
    response.setHeader('allow', 'POST')
    return refuse(response, new RequestError(405, 'webhooks are called with POST'))
  }
  const gone = new AbortController()
  response.once('close', () => gone.abort(new Error('the one who asked is gone')))
  const began = clock.monotonic()
  const allowance = budget.open()
  let status = 500
  route.meter.started()
  try {
    const body = await readJson(request, route.mostBody, allowance)
    const answer = await route.answer({ path: url.pathname, timeout: timeoutOf(url.searchParams), body, signal: gone.signal })
    const text = JSON.stringify(answer)
    status = 200
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }).end(text)
  } catch (error) {
    if (gone.signal.aborted) return
    const told = error instanceof RequestError ? error : new RequestError(500, log.secrets.hide(messageOf(error)))
    status = told.status
    log.warn('a webhook was called in a way that cannot be answered', { path: url.pathname, status, error: told })
    refuse(response, told)
  } finally {
    allowance.release()
    route.meter.finished(status, (clock.monotonic() - began) / 1000)
  }
}

const BASE = 'http://local'

/** What is left of the body is not read: the connection ends with the answer. */
function refuse(response: ServerResponse, { status, message }: RequestError): void {
  const later = status === 429 ? { 'retry-after': '1' } : {}
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', connection: 'close', ...later }).end(`${message}\n`)
}
