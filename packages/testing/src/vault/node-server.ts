import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { createServer as createFront, type Server as Front, type Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { bodyOf } from '../process/request-body.ts'
import { LARGEST_BODY, MOST_CONNECTIONS, SERVING_LIMITS } from '../process/serving-limits.ts'
import type { Answer, FakeRequest } from './answer.ts'

export interface ServerTls {
  readonly cert: string
  readonly key: string
  /** PEM authorities of client certificates. */
  readonly clientCa: string | undefined
  /** Connections without a certificate of them are closed. */
  readonly clientCertificateRequired: boolean
}

export interface NodeServerOptions {
  readonly host: string
  readonly port: number
  readonly tls: ServerTls | undefined
  /** Accept and be silent. */
  halfDead(): boolean
  /** `'break'` ends the connection; a promise that never settles hangs. */
  handle(request: FakeRequest): Promise<Answer | 'break'>
}

const BAD_REQUEST = 'HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n'
const STRICT = 'max-age=31536000; includeSubDomains'

/** HTTP as Vault's listener speaks it. A front of our own sees each connection first: to leave it lying, and to answer plain HTTP on a TLS port. */
export class NodeServer {
  readonly #options: NodeServerOptions
  readonly #sockets = new Set<Socket>()
  #front: Front | undefined
  #inner: Server | undefined
  port: number

  constructor(options: NodeServerOptions) {
    this.#options = options
    this.port = options.port
  }

  async listen(): Promise<void> {
    const { tls, host } = this.#options
    const listener = (message: IncomingMessage, response: ServerResponse) => {
      this.#serve(message, response).catch((error: unknown) => response.destroy(error as Error))
    }
    const client = tls?.clientCa === undefined ? {} : { ca: tls.clientCa }
    this.#inner =
      tls === undefined
        ? createServer(SERVING_LIMITS, listener)
        : createSecureServer(
            {
              ...SERVING_LIMITS,
              ...{ cert: tls.cert, key: tls.key, requestCert: true, rejectUnauthorized: tls.clientCertificateRequired, ...client },
              minVersion: 'TLSv1.2',
            },
            listener,
          )
    const inner = this.#inner
    inner.on('clientError', (error: Error & { readonly rawPacket?: Buffer }, socket) => {
      if (error.rawPacket?.subarray(0, 5).toString() === 'LIST ') {
        this.#list(error.rawPacket.toString('latin1'), socket as Socket).catch((failure: unknown) => socket.destroy(failure as Error))
      } else if (socket.writable) socket.end(BAD_REQUEST)
      else socket.destroy()
    })
    inner.on('tlsClientError', (_error: Error, socket: Socket) => socket.destroy())
    const front = createFront((socket) => this.#accept(socket, inner))
    front.maxConnections = MOST_CONNECTIONS
    this.#front = front
    // Kept for the next start: a node that restarts is at the same address.
    this.port = await listenAt(front, host, this.port)
  }

  async close(): Promise<void> {
    const front = this.#front
    this.#front = undefined
    if (front === undefined) return
    const closed = new Promise<void>((resolve) => front.close(() => resolve()))
    this.breakConnections()
    this.#inner?.closeAllConnections()
    await closed
  }

  breakConnections(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  #accept(socket: Socket, inner: Server): void {
    this.#sockets.add(socket)
    socket.once('close', () => this.#sockets.delete(socket))
    socket.on('error', () => {})
    if (this.#options.halfDead()) return
    if (this.#options.tls === undefined) {
      inner.emit('connection', socket)
      return
    }
    socket.once('data', (first: Buffer) => {
      socket.pause()
      // 22 begins a TLS handshake; a letter begins a request in plain HTTP.
      if (first[0] !== 22) {
        const text = 'Client sent an HTTP request to an HTTPS server.\n'
        socket.end(`HTTP/1.0 400 Bad Request\r\n\r\n${text}`)
        return
      }
      socket.unshift(first)
      inner.emit('connection', socket)
    })
  }

  /** Vault's verb LIST is none that Node's parser knows. It comes here as an error, with the packet; such a request has no body. */
  async #list(packet: string, socket: Socket): Promise<void> {
    const [start = '', ...lines] = packet.split('\r\n')
    const target = start.split(' ')[1] ?? '/'
    const headers = Object.fromEntries(
      lines
        .filter((line) => line.includes(':'))
        .map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
    )
    const url = target.startsWith('/') ? new URL(`http://vault${target}`) : undefined
    const path = url && decodePath(url.pathname)
    if (url === undefined || path === undefined || !url.pathname.startsWith('/v1/')) {
      socket.end(BAD_REQUEST)
      return
    }
    const request = {
      method: 'LIST',
      path,
      query: url.searchParams,
      headers,
      body: Buffer.alloc(0),
      remoteAddress: socket.remoteAddress ?? '',
      clientCertificate: clientCertificate(socket),
    }
    const answer = await this.#options.handle(request)
    if (answer === 'break') socket.destroy()
    else socket.end(rawAnswer(answer))
  }

  async #serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const socket = message.socket
    const body = await bodyOf(message, LARGEST_BODY).catch(() => 'gone' as const)
    if (body === 'gone') return
    if (body === undefined) {
      send(response, { status: 413, body: { errors: ['http: request body too large'] } })
      return
    }
    const url = new URL(`http://vault${message.url ?? '/'}`)
    const raw = (message.url ?? '/').split('?')[0]!
    if (raw.includes('//')) {
      const location = raw.replace(/\/{2,}/g, '/')
      send(response, {
        status: 307,
        headers: { location },
        text: { type: 'text/html; charset=utf-8', content: `<a href="${location}">Temporary Redirect</a>.\n\n` },
      })
      return
    }
    if (!url.pathname.startsWith('/v1/')) {
      send(response, { status: 404, text: { type: 'text/plain; charset=utf-8', content: '404 page not found\n' } })
      return
    }
    const method = message.method === 'GET' && url.searchParams.get('list') === 'true' ? 'LIST' : (message.method ?? 'GET')
    const path = decodePath(url.pathname)
    if (path === undefined) {
      send(response, { status: 400 })
      return
    }
    const request = {
      method,
      path,
      query: url.searchParams,
      headers: message.headers,
      body,
      remoteAddress: socket.remoteAddress ?? '',
      clientCertificate: clientCertificate(socket),
    }
    const answer = await this.#options.handle(request)
    // A connection that is gone, or was cut by a fault.
    if (answer === 'break') socket.destroy()
    else if (!response.destroyed) send(response, answer, message.method === 'HEAD')
  }
}

/** Below what the kernel gives to outgoing connections, or one of those may sit on a node's port while the node restarts. */
const PORTS = { first: 20_000, count: 12_000 }

async function listenAt(front: Front, host: string, port: number): Promise<number> {
  for (let attempt = 1; ; attempt++) {
    const wanted = port === 0 ? PORTS.first + Math.floor(Math.random() * PORTS.count) : port
    try {
      await new Promise<void>((resolve, reject) => {
        front.once('error', reject)
        front.listen(wanted, host, () => {
          front.off('error', reject)
          // Unheard, one connection that cannot be accepted (too many open files) would end the process.
          front.on('error', () => {})
          resolve()
        })
      })
      return wanted
    } catch (error) {
      if (port !== 0 || attempt === 20) throw error
    }
  }
}

/** Vault cleans what hides in the encoding, as Go does. */
function decodePath(pathname: string): string | undefined {
  try {
    const decoded = decodeURIComponent(pathname.slice('/v1/'.length))
    const segments: string[] = []
    for (const segment of decoded.split('/')) {
      if (segment === '..') segments.pop()
      else if (segment !== '.') segments.push(segment)
    }
    return segments.join('/')
  } catch {
    return undefined
  }
}

function send(response: ServerResponse, answer: Answer, head = false): void {
  const { status, body, text, headers = {} } = answer
  if (answer.bare === true) {
    response.writeHead(status).end()
    return
  }
  const common = { 'cache-control': 'no-store', 'strict-transport-security': STRICT, ...headers }
  if (text !== undefined) response.writeHead(status, { ...common, 'content-type': text.type }).end(head ? undefined : text.content)
  else if (body === undefined) {
    // Vault names the type even of nothing, redirects excepted.
    response.writeHead(status, status >= 300 && status < 400 ? common : { ...common, 'content-type': 'application/json' }).end()
  } else response.writeHead(status, { ...common, 'content-type': 'application/json' }).end(head ? undefined : `${JSON.stringify(body)}\n`)
}

function rawAnswer({ status, body, headers = {} }: Answer): string {
  const content = body === undefined ? '' : `${JSON.stringify(body)}\n`
  const all = {
    'cache-control': 'no-store',
    'content-type': 'application/json',
    'strict-transport-security': STRICT,
    ...headers,
    connection: 'close',
    'content-length': String(Buffer.byteLength(content)),
  }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`)
  return `HTTP/1.1 ${status} Vault\r\n${lines.join('\r\n')}\r\n\r\n${content}`
}

function clientCertificate(socket: Socket): string | undefined {
  if (!('getPeerX509Certificate' in socket)) return undefined
  return (socket as TLSSocket).getPeerX509Certificate()?.toString()
}
