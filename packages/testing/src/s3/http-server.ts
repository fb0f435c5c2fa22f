import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { portOf } from '../process/free-port.ts'
import { bodyOf } from '../process/request-body.ts'
import { LARGEST_BODY, MOST_CONNECTIONS, SERVING_LIMITS } from '../process/serving-limits.ts'
import type { ApiAnswer, ApiRequest } from './protocol/request.ts'
import { parseQuery } from './protocol/request.ts'

/** What becomes of a request: an answer, one that is cut in the middle, a broken connection, or silence. */
export type Outcome =
  | { readonly is: 'answer'; readonly answer: ApiAnswer; readonly cut: boolean }
  | { readonly is: 'break' }
  | { readonly is: 'silence' }

export interface HttpServerOptions {
  readonly host: string
  readonly port: number
  readonly tls: { readonly cert: string; readonly key: string } | undefined
  readonly handle: (request: ApiRequest, requestId: string) => Promise<Outcome>
  readonly newRequestId: () => string
  readonly now: () => number
}

/** HTTP around the fake: bytes in, bytes out. It may stop listening and come back at the same port. */
export class HttpServer {
  readonly #options: HttpServerOptions
  #server: Server | undefined
  port: number

  constructor(options: HttpServerOptions) {
    this.#options = options
    this.port = options.port
  }

  async listen(): Promise<void> {
    const { tls, host } = this.#options
    const listener = (message: IncomingMessage, response: ServerResponse) => {
      this.#serve(message, response).catch((error: unknown) => {
        // A defect of the fake must not look like an answer of S3.
        response.writeHead(599).end(error instanceof Error ? error.stack : String(error))
      })
    }
    const server =
      tls === undefined
        ? createServer(SERVING_LIMITS, listener)
        : createSecureServer({ ...SERVING_LIMITS, ...tls, minVersion: 'TLSv1.2' }, listener)
    server.maxConnections = MOST_CONNECTIONS
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(this.port, host, () => {
        server.off('error', reject)
        // Unheard, one connection that cannot be accepted (too many open files) would end the process.
        server.on('error', () => {})
        resolve()
      })
    })
    this.port = portOf(server)
    this.#server = server
  }

  async close(): Promise<void> {
    const server = this.#server
    this.#server = undefined
    if (server === undefined) return
    const closed = new Promise<void>((resolve) => server.close(() => resolve()))
    server.closeAllConnections()
    await closed
  }

  async #serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const { handle, newRequestId, now, tls } = this.#options
    const body = await bodyOf(message, LARGEST_BODY).catch(() => 'gone' as const)
    // The client has gone in the middle of its request: there is nobody to answer.
    if (body === 'gone') return
    const [rawPath = '/', ...query] = (message.url ?? '/').split('?')
    const requestId = newRequestId()
    const request: ApiRequest = {
      method: message.method ?? 'GET',
      rawPath,
      query: safeQuery(query.join('?')),
      headers: Object.fromEntries(Object.entries(message.headers).map(([name, value]) => [name, String(value)])),
      body: body ?? Buffer.alloc(0),
      isTooLarge: body === undefined,
      remoteAddress: (message.socket.remoteAddress ?? '').replace(/^::ffff:/, ''),
      secure: tls !== undefined,
    }
    const outcome = await handle(request, requestId)
    if (outcome.is === 'silence') return
    if (outcome.is === 'break') {
      message.socket.destroy()
      return
    }
    const { status, headers = {}, body: text = '' } = outcome.answer
    const bytes = Buffer.from(text)
    // Clients set their clocks by this header, so it is the fake's time, not the machine's.
    const common = { date: new Date(now()).toUTCString(), server: 'fakeS3', 'x-amz-request-id': requestId, 'x-amz-id-2': requestId }
    const length = status === 204 || status === 304 ? {} : { 'content-length': String(bytes.length) }
    response.writeHead(status, { ...common, ...length, ...headers })
    if (outcome.cut) response.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => message.socket.destroy())
    else response.end(request.method === 'HEAD' ? undefined : bytes)
  }
}

/** Broken encoding in a query is refused where the path is decoded; here it must not take the server down. */
function safeQuery(text: string) {
  try {
    return parseQuery(text)
  } catch {
    return new Map<string, string>([[text, '']])
  }
}
