import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type RequestListener, type ServerResponse } from 'node:http'
import { createServer as createTlsServer, type ServerOptions } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'

/** A request as the server got it. */
export interface Received {
  readonly method: string
  /** With the query. */
  readonly url: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingHttpHeaders
  /** Name and value, one after the other, as they stood on the wire. */
  readonly rawHeaders: readonly string[]
  readonly body: string
  /** Which of the server's connections it came on, from 0. */
  readonly connection: number
  readonly socket: Socket
}

export interface ScriptedServer extends AsyncDisposable {
  readonly url: string
  readonly port: number
  readonly received: readonly Received[]
  /** How many connections were ever opened. */
  readonly connections: number
  /** How many are open now. */
  readonly open: number
}

/** An HTTP server on a free port of 127.0.0.1 that answers as the test says and remembers what it was asked. */
export async function scriptedServer(
  answer: (request: Received, response: ServerResponse) => void | Promise<void>,
  tls?: ServerOptions,
): Promise<ScriptedServer> {
  const received: Received[] = []
  const sockets = new Map<Socket, number>()
  let connections = 0
  const listener: RequestListener = (request, response) => {
    let body = ''
    request.setEncoding('utf8')
    request.on('data', (text: string) => {
      body += text
    })
    request.on('end', () => {
      const { pathname, searchParams } = new URL(request.url!, 'http://server')
      const entry: Received = {
        method: request.method!,
        url: request.url!,
        path: pathname,
        query: searchParams,
        headers: request.headers,
        rawHeaders: request.rawHeaders,
        body,
        connection: sockets.get(request.socket) ?? -1,
        socket: request.socket,
      }
      received.push(entry)
      void Promise.resolve(answer(entry, response)).catch((error: Error) => response.destroy(error))
    })
  }
  const server = tls ? createTlsServer(tls, listener) : createServer(listener)
  server.on(tls ? 'secureConnection' : 'connection', (socket: Socket) => {
    sockets.set(socket, connections++)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${port}`,
    port,
    received,
    get connections() {
      return connections
    },
    get open() {
      return sockets.size
    },
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close')
      server.close()
      for (const socket of sockets.keys()) socket.destroy()
      await closed
    },
  }
}

export function json(response: ServerResponse, body: unknown, code = 200, headers: Record<string, string> = {}): void {
  response.writeHead(code, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
}

/** A Status as kube-apiserver sends it. */
export function refuse(
  response: ServerResponse,
  code: number,
  reason: string,
  headers: Record<string, string> = {},
  extra: object = {},
): void {
  json(
    response,
    { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message: `refused with ${reason}`, reason, code, ...extra },
    code,
    headers,
  )
}
