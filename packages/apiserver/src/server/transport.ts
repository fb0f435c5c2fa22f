import { type IncomingMessage, type OutgoingHttpHeaders, type ServerResponse, STATUS_CODES } from 'node:http'
import { createServer, type Server } from 'node:https'
import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { type Answer, type EventSink, LARGEST_BODY } from '../rest/exchange.ts'
import { tooLarge } from '../status/index.ts'
import type { IncomingRequest } from './pipeline.ts'
import { requestTarget } from './request-target.ts'

export interface TransportOptions {
  readonly cert: string
  readonly key: string
  /** Client certificates of these authorities are accepted. */
  readonly clientCa: readonly string[]
  /** Must not fail: every failure is an answer too. */
  readonly answer: (request: IncomingRequest) => Promise<Answer>
  /** Hears of every request when it is answered. */
  readonly observe: (request: { readonly method: string; readonly path: string; readonly code: number }) => void
  readonly limits?: Partial<TransportLimits>
}

export interface TransportLimits {
  /** Milliseconds for the TLS handshake. */
  readonly handshakeTimeout: number
  /** Milliseconds until the head of a request is there. */
  readonly headersTimeout: number
  /** Milliseconds until the whole of a request is there. An answer, such as a watch, may go on for ever. */
  readonly requestTimeout: number
  /** Milliseconds for which a connection may be idle. */
  readonly keepAliveTimeout: number
  /** How often it is looked whether any of these is over, in milliseconds. */
  readonly connectionsCheckingInterval: number
  /** Bytes of a head. */
  readonly maxHeaderSize: number
  readonly maxConnections: number
}

/** Whoever reaches the port can send as slowly as he likes, and needs no credentials for it: nobody gets more than this. */
const LIMITS: TransportLimits = {
  handshakeTimeout: 10_000,
  // kube-apiserver's ReadHeaderTimeout.
  headersTimeout: 32_000,
  // kube-apiserver's --request-timeout.
  requestTimeout: 60_000,
  // Clients keep idle connections for 60 s or more: the server must not be the one that closes first, or it cuts requests under way.
  keepAliveTimeout: 90_000,
  connectionsCheckingInterval: 5_000,
  // Go's DefaultMaxHeaderBytes: selectors of hundreds of names go in the URL.
  maxHeaderSize: 2 ** 20,
  // Far more than the watches of all programs of a test cluster, each of which has a connection of its own.
  maxConnections: 5_000,
}

export interface Transport {
  readonly server: Server
  /** Cuts every connection, those too that have not got as far as HTTP and that the server itself does not count: one would keep it from closing. */
  readonly cutConnections: () => void
}

/** HTTPS in front of the server's logic. HTTP/1.1: what kubectl, Helm and the client libraries all speak. */
export function createTransport(options: TransportOptions): Transport {
  const { cert, key, clientCa } = options
  const { maxConnections, ...limits } = { ...LIMITS, ...options.limits }
  const server = createServer(
    {
      cert,
      key,
      ca: [...clientCa],
      requestCert: clientCa.length > 0,
      rejectUnauthorized: false,
      ...limits,
      // kube-apiserver's default, whatever this process takes otherwise.
      minVersion: 'TLSv1.2',
      noDelay: true,
    },
    (incoming, response) => {
      // Every failure becomes an answer in there; what is left is a broken socket.
      serve(options, incoming, response).catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined))
    },
  )
  server.maxConnections = maxConnections
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  return {
    server,
    cutConnections: () => {
      for (const socket of sockets) socket.destroy()
    },
  }
}

async function serve(options: TransportOptions, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const method = incoming.method ?? 'GET'
  const gone = new AbortController()
  response.on('close', () => gone.abort())
  const uri = incoming.url ?? '/'
  const target = requestTarget(uri)
  if (target === undefined) {
    response.writeHead(400, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' }).end('400 Bad Request')
    return
  }
  const answer = await options.answer({
    method,
    ...target,
    uri,
    headers: incoming.headers as Record<string, string | undefined>,
    distinctHeaders: incoming.headersDistinct,
    certificate: certificateOf(incoming.socket as TLSSocket),
    remoteAddress: incoming.socket.remoteAddress ?? '',
    body: once(() => readAll(incoming)),
    signal: gone.signal,
  })
  options.observe({ method, path: target.path, code: answer.code })
  if (gone.signal.aborted) return
  if ('run' in answer) await stream(answer, response)
  else send(answer, method, response)
  if (!incoming.complete) dropRest(incoming)
}

function certificateOf(socket: TLSSocket): IncomingRequest['certificate'] {
  const certificate = socket.getPeerCertificate()
  // Of a client that shows none it is an empty object.
  if (Object.keys(certificate ?? {}).length === 0) return undefined
  return socket.authorized ? certificate : 'untrusted'
}

function send({ code, headers, body }: Extract<Answer, { body: unknown }>, method: string, response: ServerResponse): void {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body
  response.writeHead(code, STATUS_CODES[code], { ...headers, 'content-length': bytes.length } as OutgoingHttpHeaders)
  response.end(method === 'HEAD' ? undefined : bytes)
}

async function stream({ code, headers, run }: Extract<Answer, { run: unknown }>, response: ServerResponse): Promise<void> {
  response.writeHead(code, { ...headers } as OutgoingHttpHeaders)
  response.flushHeaders()
  let isCorked = false
  const sink: EventSink = {
    write(bytes) {
      // One event comes in several pieces, and a burst in many: what one tick writes leaves as one chunk.
      if (!isCorked) {
        isCorked = true
        response.cork()
        process.nextTick(() => {
          if (isCorked) response.uncork()
          isCorked = false
        })
      }
      response.write(bytes)
    },
    get buffered() {
      return response.writableLength
    },
  }
  await run(sink)
  // What is still held back would otherwise follow the last chunk of the body, where the client takes it for the next response.
  if (isCorked) response.uncork()
  isCorked = false
  response.end()
}

/** A socket gives its bytes one time only, and a DELETE looks first whether there are any. */
function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}

/** Bytes of a body that is too large that are waited for before it is refused, and again after that; who sends more is cut off. */
const PATIENCE = 10 * LARGEST_BODY

/** What was not read of a refused body would be taken for the next request. */
function dropRest(incoming: IncomingMessage): void {
  let size = 0
  incoming.on('data', (chunk: Buffer) => {
    size += chunk.length
    if (size > PATIENCE) incoming.destroy()
  })
}

async function readAll(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  // A client that is still writing when the connection ends sees a broken pipe and not the refusal: the rest is read, and dropped.
  for await (const chunk of incoming.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size <= LARGEST_BODY) chunks.push(chunk)
    else if (size > PATIENCE) break
  }
  if (size > LARGEST_BODY) throw tooLarge(LARGEST_BODY)
  return Buffer.concat(chunks)
}
