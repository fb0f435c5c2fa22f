import { type Clock, type KubeObject, type ResourceType, systemClock } from '@kubewright/core'
import type { ClientOptions } from './connection.ts'
import type { Client, Impersonation, Resource } from './contract.ts'
import { createCatalogReader } from './discovery/catalog-reader.ts'
import { createDiscovery, type ServerDiscovery } from './discovery/discovery.ts'
import type { ClusterIdentity } from './identity/identity.ts'
import { impersonationHeaders } from './impersonation.ts'
import { KindNotFoundError } from './kind-not-found.ts'
import { createResource } from './resource/resource.ts'
import { rateLimitOf } from './transport/rate-limiter.ts'
import { describeRequest, firstHeader, type Headers } from './transport/request.ts'
import { createTransport, jsonOf, type Transport } from './transport/transport.ts'
import { DEFAULT_USER_AGENT } from './version.ts'

/** What clients of one server share. */
interface Session {
  readonly identity: ClusterIdentity
  readonly transport: Transport
  readonly discovery: ServerDiscovery
  readonly fieldManager: string
  readonly timeout: number
  readonly compression: boolean
  readonly clock: Clock
  readonly random: () => number
}

export function createClient(identity: ClusterIdentity, options: ClientOptions = {}): Client {
  const { clock = systemClock, random = Math.random, timeout = 30_000, compression = identity.compression ?? true } = options
  const transport = createTransport(identity, {
    userAgent: options.userAgent ?? DEFAULT_USER_AGENT,
    connections: options.connections ?? 32,
    timeout,
    clock,
    random,
    limit: rateLimitOf(options),
    observe: options.observe,
    onWarning: options.onWarning,
  })
  const discovery = createDiscovery(createCatalogReader(transport), clock)
  const session = {
    identity,
    transport,
    discovery,
    fieldManager: options.fieldManager ?? 'kubewright',
    clock,
    random,
    timeout,
    compression,
  }
  return clientOf(session, identity.impersonate, () => transport.close())
}

function clientOf(session: Session, acting: Impersonation | undefined, close: () => Promise<void>): Client {
  const { identity, discovery } = session
  const transport = acting ? withHeaders(session.transport, impersonationHeaders(acting)) : session.transport
  const context = { ...session, transport }
  /** A resource has no state, so one for each kind will do: it is asked for at every write of a hot loop. */
  const resources = new WeakMap<object, Resource<KubeObject>>()
  const resourceOf = <T extends KubeObject>(known: object, type: () => ResourceType<T>): Resource<T> => {
    const made = (resources.get(known) as Resource<T> | undefined) ?? createResource(context, type())
    resources.set(known, made as unknown as Resource<KubeObject>)
    return made
  }

  return {
    server: identity.server,
    namespace: identity.namespace,
    inCluster: identity.inCluster,
    discovery,

    async resource(kind, { signal } = {}) {
      const { plural, namespaced } = kind
      if (plural !== undefined && namespaced !== undefined) return resourceOf(kind, () => ({ ...kind, plural, namespaced }))
      const found = await discovery.find(kind, { signal })
      if (found === undefined) throw new KindNotFoundError(kind, identity.server, discovery.versionsOf(kind))
      return resourceOf(found, () => typeFrom(found))
    },

    async request<R>(method: string, path: string, options: Parameters<Client['request']>[2] = {}): Promise<R> {
      const request = { ...options, verb: method.toLowerCase(), method, path }
      const answer = await transport.send(request)
      if (firstHeader(answer.headers, 'content-type')?.startsWith('text/plain')) return answer.body.toString('utf8') as R
      return (answer.body.length === 0 ? undefined : jsonOf<R>(answer, describeRequest(request))) as R
    },

    serverDate: () => session.transport.serverDate(),
    impersonate: (as) => clientOf(session, as, () => Promise.resolve()),
    close,
  }
}

/** The part of a discovered resource that names it. */
function typeFrom<T extends KubeObject>(found: ResourceType): ResourceType<T> {
  const { group, version, kind, plural, namespaced } = found
  return { group, version, kind, plural, namespaced }
}

function withHeaders(transport: Transport, headers: Headers): Pick<Transport, 'send' | 'open'> {
  return {
    send: (request) => transport.send({ ...request, headers: { ...request.headers, ...headers } }),
    open: (request, options) => transport.open({ ...request, headers: { ...request.headers, ...headers } }, options),
  }
}
