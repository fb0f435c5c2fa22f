import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { request as forward } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { ClusterConnection } from 'kubewright'

export interface Crowd extends AsyncDisposable {
  readonly connection: ClusterConnection
  readonly requests: readonly { readonly method: string; readonly path: string; readonly watch: boolean }[]
  /** Forgets the requests until now. */
  forget(): void
  /** When a page of objects was sent the last time; of `performance.now()`. */
  readonly lastPageAt: number
}

const CONFIG_MAPS: readonly string[] = ['/api/v1/configmaps', '/api/v1/namespaces/default/configmaps']
const VERSION = '100000000'
const BOOKMARK_EVERY = 60_000
const AT_ONCE = 500

/** Each object is of one of so many teams, by its label. */
export const TEAMS = 10
export const teamOf = (index: number) => `team-${index % TEAMS}`

/**
 * An API server with a crowd of ConfigMaps in the namespace "default" that nobody had to create: they are made up, as metadata, when they are listed or
 * watched (all of them, or those of one team), and never change. Everything else is answered by the server behind.
 */
export async function startCrowd(behind: ClusterConnection, count: number): Promise<Crowd> {
  const requests: { method: string; path: string; watch: boolean }[] = []
  let lastPageAt = 0
  const server = createServer((request, answer) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://crowd')
    const watch = searchParams.get('watch') === 'true'
    requests.push({ method: request.method ?? '', path: pathname, watch })
    if (!CONFIG_MAPS.includes(pathname) || request.method !== 'GET') return passOn(behind, request, answer)
    const indexes = Array.from({ length: count }, (_, index) => index).filter((index) => takes(searchParams.get('labelSelector'), index))
    if (!watch) {
      lastPageAt = performance.now()
      answer.setHeader('content-type', 'application/json').end(pageOf(indexes, searchParams))
    } else void tell(answer, searchParams.get('sendInitialEvents') === 'true' ? indexes : undefined)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    connection: { server: `http://127.0.0.1:${(server.address() as AddressInfo).port}` },
    requests,
    forget: () => void requests.splice(0),
    get lastPageAt() {
      return lastPageAt
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

function takes(selector: string | null, index: number): boolean {
  return selector === null || selector === '' || selector === `team=${teamOf(index)}`
}

/** `indexes`: what is to be told first. */
async function tell(answer: ServerResponse, indexes: readonly number[] | undefined): Promise<void> {
  const line = (type: string, object: object) => `${JSON.stringify({ type, object })}\n`
  const bookmark = (annotations?: object) => line('BOOKMARK', partial({ resourceVersion: VERSION, ...(annotations && { annotations }) }))
  const timer = setInterval(() => answer.write(bookmark()), BOOKMARK_EVERY)
  answer.once('close', () => clearInterval(timer))
  answer.setHeader('content-type', 'application/json').flushHeaders()
  if (indexes === undefined) return
  for (let told = 0; told < indexes.length && !answer.destroyed; told += AT_ONCE) {
    const lines = indexes.slice(told, told + AT_ONCE).map((index) => line('ADDED', partial(metadataOf(index))))
    if (!answer.write(lines.join(''))) await new Promise((resolve) => setImmediate(resolve))
  }
  answer.write(bookmark({ 'k8s.io/initial-events-end': 'true' }))
}

function pageOf(indexes: readonly number[], asked: URLSearchParams): string {
  const from = Number(asked.get('continue') ?? 0)
  const to = from + Number(asked.get('limit') ?? indexes.length)
  return JSON.stringify({
    ...{ kind: 'PartialObjectMetadataList', apiVersion: 'meta.k8s.io/v1' },
    metadata: { resourceVersion: VERSION, ...(to < indexes.length && { continue: String(to) }) },
    items: indexes.slice(from, to).map((index) => partial(metadataOf(index))),
  })
}

const partial = (metadata: object) => ({ kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata })

/** As a job leaves its results behind. */
function metadataOf(index: number): object {
  return {
    name: `report-7d9c5b8f6d-${index.toString(36).padStart(5, '0')}`,
    namespace: 'default',
    uid: `3f2504e0-4f89-41d3-9a0c-${index.toString(16).padStart(12, '0')}`,
    resourceVersion: String(90_000_000 + index),
    creationTimestamp: new Date(Date.now() - (index % 3_600) * 1_000).toISOString().replace(/\.\d+Z$/, 'Z'),
    labels: { app: 'report', team: teamOf(index) },
  }
}

function passOn(behind: ClusterConnection, request: IncomingMessage, answer: ServerResponse): void {
  const pem = (data: string | undefined) => data && (data.includes('-----BEGIN') ? data : Buffer.from(data, 'base64').toString('utf8'))
  const { host: _, ...headers } = request.headers
  const passed = forward(
    new URL(request.url ?? '/', behind.server),
    {
      method: request.method,
      headers: { ...headers, ...(behind.token !== undefined && { authorization: `Bearer ${behind.token}` }) },
      ca: pem(behind.caData),
      cert: pem(behind.certData),
      key: pem(behind.keyData),
    },
    (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers)
      response.pipe(answer)
    },
  )
  passed.on('error', (error) => answer.destroy(error))
  answer.once('close', () => passed.destroy())
  request.pipe(passed)
}
