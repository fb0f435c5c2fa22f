import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ConfigurationError, messageOf } from '@kubewright/core'
import type { Answer } from './probe-answer.ts'

export interface HttpAnswer extends Answer {
  readonly contentType?: string
}

export interface HttpEndpoint {
  /** The real address, as `host:port`. */
  readonly address: string
  close(): Promise<void>
}

/** Where to listen: `:8080` (everywhere), `127.0.0.1:0` (a free port), `[::1]:8080`; `0` is not at all. @throws ConfigurationError */
export function parseBindAddress(flag: string, text: string): { readonly host: string | undefined; readonly port: number } | undefined {
  if (text === '0' || text === '') return undefined
  const match = /^(?:\[([0-9a-fA-F:]+)\]|([^:[\]]*)):(\d{1,5})$/.exec(text)
  const port = Number(match?.[3])
  if (match === null || port > 65_535) {
    throw new ConfigurationError(
      `${flag} "${text}" is no address: write ":8080", "127.0.0.1:8080" or "[::1]:8080", or "0" to switch it off`,
    )
  }
  return { host: match[1] || match[2] || undefined, port }
}

/** Serves GET requests with what `answer` says. @throws ConfigurationError naming the flag when the address cannot be had */
export async function serveHttp(flag: string, text: string, answer: (url: URL) => Promise<HttpAnswer>): Promise<HttpEndpoint | undefined> {
  const where = parseBindAddress(flag, text)
  if (where === undefined) return undefined
  const server = createServer((request, response) => {
    respond(request, response, answer).catch((error: unknown) => response.destroy(error as Error))
  })
  // A probe's connection that is kept open must not keep the program from ending.
  server.keepAliveTimeout = 5_000
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(new ConfigurationError(refusal(flag, text, error), { cause: error })))
    server.listen({ port: where.port, ...(where.host === undefined ? {} : { host: where.host }) }, resolve)
  })
  return {
    address: addressOf(server.address() as AddressInfo),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function respond(request: IncomingMessage, response: ServerResponse, answer: (url: URL) => Promise<HttpAnswer>): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.writeHead(405, { allow: 'GET, HEAD' }).end()
    return
  }
  const {
    status,
    body,
    contentType = 'text/plain; charset=utf-8',
  } = await answered(() => answer(new URL(request.url ?? '/', 'http://local')))
  response.writeHead(status, { 'content-type': contentType, 'x-content-type-options': 'nosniff' })
  response.end(request.method === 'HEAD' ? undefined : body)
}

async function answered(answer: () => Promise<HttpAnswer>): Promise<HttpAnswer> {
  try {
    return await answer()
  } catch (error) {
    return { status: 500, body: `${messageOf(error)}\n` }
  }
}

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
