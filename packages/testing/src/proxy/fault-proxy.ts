import { once } from 'node:events'
import { createServer as createPlainServer, Agent as PlainAgent, type RequestListener, type Server, type ServerOptions } from 'node:http'
import { createServer as createTlsServer, Agent as TlsAgent, type Server as TlsServer } from 'node:https'
import type { ClusterConnection } from '@kubewright/client'
import { type Clock, systemClock } from '@kubewright/core'
import { LOOPBACK, portOf } from '../process/free-port.ts'
import { type Exchange, startExchange, type Upstream } from './exchange.ts'
import { chooseFault, type Fault, type FaultRule, matchesRequest, type ProxiedRequest, type RequestFilter } from './faults.ts'
import { ProxyCertificates } from './proxy-certificates.ts'

/** A fault in force. */
export interface Injection {
  /** How often it has struck. */
  readonly hits: number
  /** Ends it for later requests; what it did to earlier ones stays done. */
  lift(): void
  [Symbol.dispose](): void
}

/** A proxy before an API server that loses, delays and breaks what it is told to. */
export interface FaultProxy extends AsyncDisposable {
  readonly url: string
  /** To connect a client through the proxy, which adds the target's credentials to requests that have none. With `tls`, its authority is in it. */
  readonly connection: ClusterConnection
  /** Everything that came in since the start or the last `forget`, oldest first. */
  readonly requests: readonly ProxiedRequest[]
  /** How many of them fit. */
  count(filter?: RequestFilter): number
  /** Forgets the requests seen so far, so that a count starts from here. */
  forget(): void
  /** How many TCP connections were opened to it since the start. */
  readonly connections: number
  /** How many exchanges are under way. */
  open(filter?: RequestFilter): number
  /** Does this to requests that fit from now on, `times` times. Of several that fit the one injected first strikes. @default times: every time */
  inject(fault: Fault, filter?: RequestFilter, times?: number): Injection
  /** Cuts the connections of exchanges under way that fit. Returns how many. */
  cut(filter?: RequestFilter): number
  /**
   * Only requests with one of these bearer tokens pass (as the target's own identity); others get 401. `undefined`: whoever comes passes. For
   * credentials that run out and are rotated.
   */
  admit(tokens: readonly string[] | undefined): void
  /**
   * With `tls`: serves a new certificate on new connections, of the same authority or of a new one. Returns the authority's PEM.
   * @throws Error on a proxy without TLS
   */
  rotate(what: 'certificate' | 'authority'): string
  /** Cuts every connection and refuses new ones until `resume`, which listens on the same port again. */
  pause(): Promise<void>
  resume(): Promise<void>
  stop(): Promise<void>
}

/** How a fault proxy listens. */
export interface FaultProxyOptions {
  readonly clock?: Clock
  /** Speaks TLS, with certificates that can be rotated. @default false */
  readonly tls?: boolean
}

/** A reverse proxy on a free loopback port that forwards faithfully until it is told to misbehave, and remembers what it saw. */
export async function faultProxy(target: ClusterConnection, options: FaultProxyOptions = {}): Promise<FaultProxy> {
  const { clock = systemClock, tls = false } = options
  const certificates = tls ? new ProxyCertificates(clock) : undefined
  const upstream = upstreamOf(target)
  const rules = new Set<FaultRule>()
  const exchanges = new Set<Exchange>()
  let requests: ProxiedRequest[] = []
  let admitted: ReadonlySet<string> | undefined

  const server = startableServer(certificates, (incoming, answer) => {
    const url = new URL(incoming.url ?? '/', upstream.url)
    const seen: ProxiedRequest = {
      method: incoming.method ?? 'GET',
      path: url.pathname,
      query: url.searchParams,
      watch: ['true', '1'].includes(url.searchParams.get('watch') ?? ''),
      accept: incoming.headers.accept ?? '',
      at: clock.now(),
      status: undefined,
      fault: undefined,
    }
    requests.push(seen)
    const refused = admitted !== undefined && !admitted.has(bearerOf(incoming.headers.authorization))
    const fault = refused ? UNAUTHORIZED : chooseFault(rules, seen)
    // Whom the proxy admitted goes on under the name that the server knows.
    if (admitted !== undefined) dropAuthorization(incoming.rawHeaders, incoming.headers)
    seen.fault = fault?.is
    const exchange = startExchange(upstream, clock, incoming, answer, seen, fault, () => exchanges.delete(exchange))
    exchanges.add(exchange)
  })
  let connections = 0
  server.on('connection', () => connections++)
  const listen = async (port: number) => {
    server.listen(port, LOOPBACK)
    await once(server, 'listening')
  }
  const shut = async () => {
    if (!server.listening) return
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
  }

  await listen(0)
  const port = portOf(server)
  const url = `${tls ? 'https' : 'http'}://${LOOPBACK}:${port}`
  const stop = async () => {
    await shut()
    for (const exchange of exchanges) exchange.cut()
    upstream.agent.destroy()
  }
  return {
    url,
    get connection() {
      const namespace = target.namespace === undefined ? {} : { namespace: target.namespace }
      return { server: url, ...(certificates === undefined ? {} : { caData: certificates.authority }), ...namespace }
    },
    get requests() {
      return requests
    },
    get connections() {
      return connections
    },
    count: (filter = {}) => requests.filter((request) => matchesRequest(filter, request)).length,
    forget() {
      requests = []
    },
    open: (filter = {}) => [...exchanges].filter(({ request }) => matchesRequest(filter, request)).length,
    inject(fault, filter = {}, times = Number.POSITIVE_INFINITY) {
      const rule: FaultRule = { fault, filter, times, hits: 0 }
      rules.add(rule)
      const lift = () => void rules.delete(rule)
      return {
        get hits() {
          return rule.hits
        },
        lift,
        [Symbol.dispose]: lift,
      }
    },
    cut(filter = {}) {
      const chosen = [...exchanges].filter(({ request }) => matchesRequest(filter, request))
      for (const exchange of chosen) exchange.cut()
      return chosen.length
    },
    admit(tokens) {
      admitted = tokens === undefined ? undefined : new Set(tokens)
    },
    rotate(what) {
      if (certificates === undefined) throw new Error('this proxy speaks plain HTTP: make it with { tls: true } to rotate its certificates')
      ;(server as TlsServer).setSecureContext(certificates.rotate(what))
      return certificates.authority
    },
    pause: shut,
    async resume() {
      if (!server.listening) await listen(port)
    },
    stop,
    [Symbol.asyncDispose]: stop,
  }
}

const UNAUTHORIZED: Fault = { is: 'status', code: 401 }

function startableServer(certificates: ProxyCertificates | undefined, handle: RequestListener): Server {
  const options: ServerOptions = { keepAliveTimeout: 0, requestTimeout: 0 }
  return certificates === undefined ? createPlainServer(options, handle) : createTlsServer({ ...options, ...certificates.serving }, handle)
}

const bearerOf = (header: string | undefined) => /^Bearer (.+)$/.exec(header ?? '')?.[1] ?? ''

function dropAuthorization(raw: string[], headers: { authorization?: string | undefined }): void {
  const at = raw.findIndex((name, index) => index % 2 === 0 && name.toLowerCase() === 'authorization')
  if (at >= 0) raw.splice(at, 2)
  delete headers.authorization
}

function upstreamOf(target: ClusterConnection): Upstream {
  const url = new URL(target.server)
  const agent =
    url.protocol === 'https:'
      ? new TlsAgent({
          keepAlive: true,
          ...(target.caData === undefined ? {} : { ca: pem(target.caData) }),
          ...(target.certData === undefined ? {} : { cert: pem(target.certData) }),
          ...(target.keyData === undefined ? {} : { key: pem(target.keyData) }),
          rejectUnauthorized: target.insecureSkipTlsVerify !== true,
        })
      : new PlainAgent({ keepAlive: true })
  return { url, agent, token: target.token }
}

/** Connections carry PEM, or the base64 of it as kubeconfigs do. */
function pem(text: string): string {
  return text.includes('-----BEGIN ') ? text : Buffer.from(text, 'base64').toString()
}
