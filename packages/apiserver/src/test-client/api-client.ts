import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { Agent, type RequestOptions, request } from 'node:https'
import type { DynamicObject, ListMeta, ObjectMeta } from '@kubewright/core'
import { type VirtualClock, virtualClock } from '@kubewright/testing/virtual-clock'
import type { ApiServer, ApiServerOptions } from '../index.ts'
import { startApiServer } from '../index.ts'
import { openWatch, type TestWatch } from './test-watch.ts'

/** A client of the plainest kind, so that tests see what is on the wire. */
export interface TestClient extends AsyncDisposable {
  readonly server: ApiServer
  readonly clock: VirtualClock
  send(method: string, path: string, options?: Sending): Promise<Reply>
  get(path: string, options?: Sending): Promise<Reply>
  post(path: string, body: unknown, options?: Sending): Promise<Reply>
  put(path: string, body: unknown, options?: Sending): Promise<Reply>
  patch(path: string, body: unknown, options?: Sending): Promise<Reply>
  delete(path: string, body?: unknown): Promise<Reply>
  /** The server-side apply of a configuration. */
  apply(path: string, manager: string, body: object): Promise<Reply>
  /** Resolves with the first byte of the answer's head; `path` comes without `watch=1`. */
  watch(path: string, options?: Sending): Promise<TestWatch>
  /** Lets the controllers, which run on the virtual clock, finish what they have to do. */
  settle(): Promise<void>
}

export interface Sending {
  readonly body?: unknown
  /** `content-type`; null sends none. @default application/json, a merge patch for PATCH */
  readonly type?: string | null
  readonly accept?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Null: no credentials. @default the administrator's */
  readonly token?: string | null
  /** Of the TLS connection. */
  readonly tls?: RequestOptions
}

export interface Reply {
  readonly code: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
  /** The text as JSON. */
  readonly body: DynamicObject & { readonly items?: readonly DynamicObject[]; readonly message?: string; readonly reason?: string }
  readonly metadata: ObjectMeta & ListMeta
}

export const MERGE = 'application/merge-patch+json'
export const STRATEGIC = 'application/strategic-merge-patch+json'
export const JSON_PATCH = 'application/json-patch+json'
export const APPLY = 'application/apply-patch+yaml'

export async function testClient(options: ApiServerOptions = {}): Promise<TestClient> {
  const clock = virtualClock()
  const server = await startApiServer({ clock, ...options })
  const agent = new Agent({ keepAlive: true, maxSockets: 16, ca: server.connection.caData })
  const open = (method: string, path: string, sending: Sending = {}): Promise<IncomingMessage> =>
    exchange(server, agent, method, path, sending)
  const send = async (method: string, path: string, sending?: Sending): Promise<Reply> => readReply(await open(method, path, sending))
  const withBody =
    (method: string, type: string) =>
    (path: string, body: unknown, sending: Sending = {}) =>
      send(method, path, { type, ...sending, body })
  return {
    server,
    clock,
    send,
    get: (path, sending) => send('GET', path, sending),
    post: withBody('POST', 'application/json'),
    put: withBody('PUT', 'application/json'),
    patch: withBody('PATCH', MERGE),
    delete: (path, body) => send('DELETE', path, body === undefined ? {} : { body }),
    apply: (path, manager, body) => send('PATCH', `${path}${path.includes('?') ? '&' : '?'}fieldManager=${manager}`, { body, type: APPLY }),
    watch: async (path, sending) => openWatch(await open('GET', `${path}${path.includes('?') ? '&' : '?'}watch=1`, sending)),
    async settle() {
      // A controller's work can be the next one's reason to work.
      for (let round = 0; round < 8; round++) await clock.advance(1)
    },
    async [Symbol.asyncDispose]() {
      agent.destroy()
      await server.stop()
    },
  }
}

function exchange(server: ApiServer, agent: Agent, method: string, path: string, sending: Sending): Promise<IncomingMessage> {
  const { body, type = 'application/json', accept, token = server.connection.token, tls = {} } = sending
  const bytes = body === undefined || Buffer.isBuffer(body) ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
  const headers = {
    'user-agent': 'tester/1.0',
    ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    ...(accept === undefined ? {} : { accept }),
    ...(bytes === undefined ? {} : { 'content-length': String(bytes.length), ...(type === null ? {} : { 'content-type': type }) }),
    ...sending.headers,
  }
  return new Promise((resolve, reject) => {
    const url = new URL(path, server.url)
    const outgoing = request(
      { host: url.hostname, port: url.port, path: `${url.pathname}${url.search}`, method, headers, agent, ...tls },
      resolve,
    )
    outgoing.on('error', reject)
    outgoing.end(bytes)
  })
}

async function readReply(response: IncomingMessage): Promise<Reply> {
  const chunks: Buffer[] = []
  for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk)
  const text = Buffer.concat(chunks).toString()
  const isJson = String(response.headers['content-type']).startsWith('application/json')
  // To a HEAD there is a type and no body.
  const body = (isJson && text !== '' ? JSON.parse(text) : { metadata: {} }) as Reply['body']
  return { code: response.statusCode ?? 0, headers: response.headers, text, body, metadata: body.metadata ?? {} }
}

export const configMap = (name: string, data: object = {}, metadata: object = {}): object => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, ...metadata },
  data,
})

export const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps'

/** Names in order, for lists. */
export const namesOf = ({ body }: Reply): string[] => (body.items ?? []).map(({ metadata }) => metadata.name ?? '')
