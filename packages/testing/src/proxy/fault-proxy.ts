import { once } from 'node:events'
import { createServer, Agent as PlainAgent } from 'node:http'
import { Agent as TlsAgent } from 'node:https'
import type { ClusterConnection } from '@kubewright/client'
import { type Clock, systemClock } from '@kubewright/core'
import { LOOPBACK, portOf } from '../process/free-port.ts'
import { type Exchange, startExchange, type Upstream } from './exchange.ts'
import { chooseFault, type Fault, type FaultRule, matchesRequest, type ProxiedRequest, type RequestFilter } from './faults.ts'

/** A fault in force. */
export interface Injection {
  /** How often it has struck. */
  readonly hits: number
  /** Ends it for later requests; what it did to earlier ones stays done. */
  lift(): void
  [Symbol.dispose](): void
}

export interface FaultProxy extends AsyncDisposable {
  readonly url: string
  /** To connect a client through the proxy. Plain HTTP: the proxy adds the target's credentials to requests that have none. */
  readonly connection: ClusterConnection
  /** Everything that came in since the start or the last `forget`, oldest first. */
  readonly requests: readonly ProxiedRequest[]
  /** How many of them fit. */
  count(filter?: RequestFilter): number
  /** Forgets the requests seen so far, so that a count starts from here. */
  forget(): void
  /** How many exchanges are under way. */
  open(filter?: RequestFilter): number
  /** Does this to requests that fit from now on, `times` times. Of several that fit the one injected first strikes. @default times: every time */
  inject(fault: Fault, filter?: RequestFilter, times?: number): Injection
  /** Cuts the connections of exchanges under way that fit. Returns how many. */
  cut(filter?: RequestFilter): number
  /** Cuts every connection and refuses new ones until `resume`, which listens on the same port again. */
  pause(): Promise<void>
  resume(): Promise<void>
  stop(): Promise<void>
}

export interface FaultProxyOptions {
  readonly clock?: Clock
}

/** A reverse proxy on a free loopback port that forwards faithfully until it is told to misbehave, and remembers what it saw. */
export async function faultProxy(target: ClusterConnection, options: FaultProxyOptions = {}): Promise<FaultProxy> {
  const { clock = systemClock } = options
  const upstream = upstreamOf(target)
  const rules = new Set<FaultRule>()
  const exchanges = new Set<Exchange>()
  let requests: ProxiedRequest[] = []

  const server = createServer({ keepAliveTimeout: 0, requestTimeout: 0 }, (incoming, answer) => {
    const url = new URL(incoming.url ?? '/', upstream.url)
    const seen: ProxiedRequest = {
      method: incoming.method ?? 'GET',
      path: url.pathname,
      query: url.searchParams,
      watch: ['true', '1'].includes(url.searchParams.get('watch') ?? ''),
      status: undefined,
      fault: undefined,
    }
    requests.push(seen)
    const fault = chooseFault(rules, seen)
    seen.fault = fault?.is
    const exchange = startExchange(upstream, clock, incoming, answer, seen, fault, () => exchanges.delete(exchange))
    exchanges.add(exchange)
  })
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
  const url = `http://${LOOPBACK}:${port}`
  const stop = async () => {
    await shut()
    for (const exchange of exchanges) exchange.cut()
    upstream.agent.destroy()
  }
  return {
    url,
    connection: { server: url, ...(target.namespace === undefined ? {} : { namespace: target.namespace }) },
    get requests() {
      return requests
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
    pause: shut,
    async resume() {
      if (!server.listening) await listen(port)
    },
    stop,
    [Symbol.asyncDispose]: stop,
  }
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
