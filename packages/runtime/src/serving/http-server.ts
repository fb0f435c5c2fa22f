import type { IncomingHttpHeaders, IncomingMessage, Server, ServerResponse } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import type { Server as TlsServer } from 'node:tls'
import { type Clock, ConfigurationError, messageOf, systemClock } from '@kubewright/core'
import { parseBindAddress } from './bind-address.ts'
import type { ServingCertificate } from './serving-certificate.ts'

// Not imported: who imports a module of Node's gets the values of all its getters, and one of these loads Node's own `fetch` with what belongs to it.
// 4 MB of resident memory, and 30 ms of the start.
const { createServer } = process.getBuiltinModule('node:http')

interface AnswerHead {
  readonly status: number
  /** @default 'text/plain; charset=utf-8' */
  readonly contentType?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** An answer as a whole. */
export interface HttpAnswer extends AnswerHead {
  readonly body: string
}

/** An answer that goes on. The next piece is asked for when the reader has taken the ones before; the end of the reader ends the iteration. */
export interface HttpStream extends AnswerHead {
  readonly stream: AsyncIterable<string>
}

/** What an answer may depend on besides the URL. */
export interface HttpQuestion {
  /** POST only where the server takes it; it has no body. */
  readonly method: 'GET' | 'HEAD' | 'POST'
  /** The headers, by their names in lower case. */
  readonly headers: IncomingHttpHeaders
  /** Aborts when the one who asks is gone, or the server closes. */
  readonly signal: AbortSignal
}

/** Answers requests of a {@link HttpEndpoint}. */
export type Answering = (url: URL, question: HttpQuestion) => Promise<HttpAnswer | HttpStream>

/** A server that listens. */
export interface HttpEndpoint {
  /** The real address, as `host:port`. */
  readonly address: string
  close(): Promise<void>
}

/**
 * Whoever can reach the port can send as slowly as he likes: nobody gets more than this. A scrape and a probe are one small request each, from a
 * handful of programs.
 */
const LIMITS = { headersTimeout: 10_000, requestTimeout: 10_000, connectionsCheckingInterval: 5_000, maxHeaderSize: 16_384 }
const MOST_CONNECTIONS = 100
/** A probe's connection that is kept open must not keep the program from ending. */
const KEEP_ALIVE = 5_000
/** A reader of a stream that takes nothing for so long is gone, or does not want it: what waits for it is memory. */
const LONGEST_STALL = 60_000

/** How a server listens, and what it takes. */
export interface HttpOptions {
  /** @default none: plain HTTP */
  readonly certificate?: ServingCertificate | undefined
  /** @default the system's */
  readonly clock?: Clock
  /** Takes POST, too: orders, which say everything in their URL and headers. @default false */
  readonly takesOrders?: boolean
}

/**
 * Serves GET and HEAD requests with what `answer` says, over TLS when there is a certificate. A stream ends when the server closes.
 * @returns `undefined` when the address says "off"
 * @throws ConfigurationError naming the flag when the address cannot be had
 */
export async function serveHttp(
  flag: string,
  text: string,
  answer: Answering,
  { certificate, clock = systemClock, takesOrders = false }: HttpOptions = {},
): Promise<HttpEndpoint | undefined> {
  const where = parseBindAddress(flag, text)
  if (where === undefined) return undefined
  const closing = new AbortController()
  const respondTo = (request: IncomingMessage, response: ServerResponse) => {
    respond(request, response, answer, { closing: closing.signal, clock, takesOrders }).catch((error: unknown) =>
      response.destroy(error as Error),
    )
  }
  const { server, release } = certificate === undefined ? plain(respondTo) : secure(respondTo, certificate)
  server.keepAliveTimeout = KEEP_ALIVE
  server.maxConnections = MOST_CONNECTIONS
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve, reject) => {
    // Always heard: later ones are of connections that cannot be accepted (too many open files), and without a listener would end the process.
    server.on('error', (error) => reject(new ConfigurationError(refusal(flag, text, error), { cause: error, code: 'KW-LISTEN' })))
    server.listen({ port: where.port, ...(where.host === undefined ? {} : { host: where.host }) }, resolve)
  }).catch((error: unknown) => {
    release()
    throw error
  })
  return {
    address: addressOf(server.address() as AddressInfo),
    close: () =>
      new Promise((resolve) => {
        release()
        closing.abort(new Error('the server closes'))
        server.close(() => resolve())
        server.closeAllConnections()
        // The server itself knows none that are in a TLS handshake, and would wait for them.
        for (const socket of sockets) socket.destroy()
      }),
  }
}

type Respond = (request: IncomingMessage, response: ServerResponse) => void

function plain(respondTo: Respond): { readonly server: Server; release(): void } {
  return { server: createServer(LIMITS, respondTo), release: () => {} }
}

/** Open connections keep the certificate with which they began; new ones get the new one. */
function secure(respondTo: Respond, certificate: ServingCertificate): { readonly server: Server; release(): void } {
  // HTTP/1.1 alone: a scraper gains nothing by HTTP/2, and its resets have cost servers dearly (CVE-2023-44487).
  const server = createSecureServer(
    { ...LIMITS, handshakeTimeout: LIMITS.headersTimeout, minVersion: 'TLSv1.2', ALPNProtocols: ['http/1.1'], ...certificate.current },
    respondTo,
  )
  // Not everybody who connects wants to talk TLS: that is his trouble.
  server.on('tlsClientError', () => {})
  const release = certificate.subscribe((pair) => (server as TlsServer).setSecureContext({ ...pair, minVersion: 'TLSv1.2' }))
  return { server, release }
}

interface Serving {
  readonly closing: AbortSignal
  readonly clock: Clock
  readonly takesOrders: boolean
}

async function respond(request: IncomingMessage, response: ServerResponse, answer: Answering, serving: Serving): Promise<void> {
  const { closing, clock, takesOrders } = serving
  const method = methodOf(request, takesOrders)
  if (typeof method === 'number') {
    // The body is not read; without this the connection would wait for it.
    response
      .writeHead(method, { ...(method === 405 && { allow: takesOrders ? 'GET, HEAD, POST' : 'GET, HEAD' }), connection: 'close' })
      .end()
    return
  }
  const gone = new AbortController()
  response.once('close', () => gone.abort(new Error('the one who asked is gone')))
  const question: HttpQuestion = { method, headers: request.headers, signal: AbortSignal.any([gone.signal, closing]) }
  const answered = await answerTo(request.url, question, answer)
  const { status, contentType = 'text/plain; charset=utf-8', headers } = answered
  response.writeHead(status, { 'content-type': contentType, 'x-content-type-options': 'nosniff', 'cache-control': 'no-store', ...headers })
  if (request.method === 'HEAD') response.end()
  else if ('stream' in answered) await pour(answered.stream, response, question.signal, clock)
  else response.end(answered.body)
}

/** Or the status that refuses it. */
function methodOf({ method, headers }: IncomingMessage, takesOrders: boolean): HttpQuestion['method'] | 405 | 413 {
  if (method === 'GET' || method === 'HEAD') return method
  if (method !== 'POST' || !takesOrders) return 405
  const hasBody = headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0'
  return hasBody ? 413 : 'POST'
}

async function pour(stream: AsyncIterable<string>, response: ServerResponse, signal: AbortSignal, clock: Clock): Promise<void> {
  response.flushHeaders()
  try {
    for await (const piece of stream) {
      if (signal.aborted) break
      if (!response.write(piece)) await drained(response, signal, clock)
    }
    response.end()
  } catch (error) {
    if (!signal.aborted) throw error
  }
}

/** @throws Error when the reader takes nothing for too long; the signal's reason */
function drained(response: ServerResponse, signal: AbortSignal, clock: Clock): Promise<void> {
  return new Promise((resolve, reject) => {
    const over = (settle: () => void) => {
      stall.cancel()
      response.off('drain', onDrain)
      signal.removeEventListener('abort', onAbort)
      settle()
    }
    const onDrain = () => over(resolve)
    const onAbort = () => over(() => reject(signal.reason as Error))
    const stall = clock.setTimer(LONGEST_STALL, () =>
      over(() => reject(new Error(`the reader took nothing for ${LONGEST_STALL / 1000} s`))),
    )
    response.once('drain', onDrain)
    signal.addEventListener('abort', onAbort, { once: true })
    if (signal.aborted) onAbort()
  })
}

async function answerTo(path = '/', question: HttpQuestion, answer: Answering): Promise<HttpAnswer | HttpStream> {
  if (!URL.canParse(path, BASE)) return { status: 400, body: 'the path is malformed\n' }
  try {
    return await answer(new URL(path, BASE), question)
  } catch (error) {
    return { status: 500, body: `${messageOf(error)}\n` }
  }
}

const BASE = 'http://local'

function refusal(flag: string, text: string, error: NodeJS.ErrnoException): string {
  if (error.code === 'EADDRINUSE')
    return `${flag} "${text}": the port is in use by another program: choose another one, or "0" to switch it off`
  if (error.code === 'EACCES') return `${flag} "${text}": not allowed to listen there: choose a port above 1023`
  if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND') return `${flag} "${text}": this machine has no such address`
  return `${flag} "${text}": ${error.message}`
}

function addressOf({ address, port, family }: AddressInfo): string {
  return family === 'IPv6' ? `[${address}]:${port}` : `${address}:${port}`
}
