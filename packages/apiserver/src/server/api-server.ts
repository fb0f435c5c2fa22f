import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import type { Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { createSecureContext } from 'node:tls'
import { ConfigurationError, messageOf, systemClock } from '@kubewright/core'
import { AdmissionChain } from '../admission/admission-chain.ts'
import { Equivalents } from '../admission/equivalents.ts'
import { matchConditionEngine } from '../admission/match-condition-engine.ts'
import { Matcher } from '../admission/matcher.ts'
import { builtinPlugins } from '../admission/plugins/builtin-plugins.ts'
import { MutatingPolicyAdmission } from '../admission/policies/mutating/policy-admission.ts'
import { ValidatingPolicyAdmission } from '../admission/policies/validating/policy-admission.ts'
import { WebhookAdmission } from '../admission/webhook-admission.ts'
import { AuditLog } from '../audit/audit-log.ts'
import { parseTokenFile } from '../authn/token-file.ts'
import { AUTHENTICATED, MASTERS, type User } from '../authn/user.ts'
import { bootstrapRoles } from '../authz/rbac/bootstrap.ts'
import { startControllers } from '../controllers/index.ts'
import { selectedControllers } from '../controllers/selection.ts'
import type { ConversionContext } from '../crd/conversion/webhook-conversion.ts'
import { Registrar } from '../crd/registrar.ts'
import { builtinResources } from '../registry/builtin-resources.ts'
import { Catalog } from '../registry/catalog.ts'
import { Objects } from '../registry/objects.ts'
import { ServiceAddresses } from '../registry/service-addresses.ts'
import type { RestContext } from '../rest/context.ts'
import { dispatch } from '../rest/dispatch.ts'
import { MetaPaths } from '../rest/meta-paths.ts'
import type { Watch } from '../rest/watch.ts'
import { Store } from '../storage/index.ts'
import { WebhookClient } from '../webhooks/webhook-client.ts'
import { firstNode } from '../workloads/nodes.ts'
import { bootstrap } from './bootstrap.ts'
import { kubeconfigText, type ServerConnection } from './kubeconfig.ts'
import { type ApiServerOptions, DEFAULT_BOOKMARK_INTERVAL, DEFAULT_HISTORY, LARGEST_BACKLOG } from './options.ts'
import { inDirectory, inMemory, type Persistence } from './persistence.ts'
import { handle, type PipelineOptions } from './pipeline.ts'
import { securityOf } from './security.ts'
import { createTransport } from './transport.ts'

/** A running API server. */
export interface ApiServer extends AsyncDisposable {
  /** `https://host:port` */
  readonly url: string
  readonly port: number
  /** The administrator's; give it to the client package's `connectTo`. */
  readonly connection: ServerConnection
  /** The same as the text of a kubeconfig. */
  readonly kubeconfig: string
  /** A client certificate for a user in some groups, signed by the server's own authority. PEM. */
  clientCertificate(user: string, groups?: readonly string[]): { readonly cert: string; readonly key: string }
  /** Whether the objects of an earlier server were there, in its directory. */
  readonly isRestored: boolean
  /** How many requests were answered, by method and code: `GET 200`. */
  readonly requests: ReadonlyMap<string, number>
  /** Forgets the history: whoever resumes from an earlier resource version is told 410. */
  compact(): void
  /** Ends every watch, cleanly, as a server does when their time is over. */
  closeWatches(): void
  /** Ends watches and connections; resolves when the port is free. Idempotent. */
  stop(): Promise<void>
}

/** The names under which clients of a cluster know its API server. */
const SERVER_NAMES = [
  '127.0.0.1',
  '::1',
  '10.96.0.1',
  'localhost',
  'kubernetes',
  'kubernetes.default',
  'kubernetes.default.svc',
  'kubernetes.default.svc.cluster.local',
]

/** @throws ConfigurationError when the port is taken, certificates or tokens are malformed, or the data directory is damaged or in use */
export async function startApiServer(options: ApiServerOptions = {}): Promise<ApiServer> {
  const { clock = systemClock, log = () => {}, dataDir } = options
  const persistence = dataDir === undefined ? inMemory(clock) : await inDirectory(dataDir, clock, log)
  try {
    return await start(options, persistence)
  } catch (error) {
    await persistence.close()
    throw error
  }
}

async function start(options: ApiServerOptions, persistence: Persistence): Promise<ApiServer> {
  const {
    host = '127.0.0.1',
    port = 0,
    clock = systemClock,
    random = Math.random,
    uuid = () => crypto.randomUUID(),
    log = () => {},
  } = options
  const { authority, token, signingKey } = persistence.identity
  const admin: User = { name: 'kubernetes-admin', groups: [MASTERS, AUTHENTICATED] }
  const tokens = new Map([...(options.tokenFile === undefined ? [] : parseTokenFile(options.tokenFile)), [token, admin] as const])
  const modes = options.authorizationModes ?? ['AlwaysAllow']
  const running = selectedControllers(options.controllers ?? true)

  const { ahead, firstRevision } = persistence
  const store = new Store({ clock, history: options.history ?? DEFAULT_HISTORY, firstRevision, ahead })
  const objects = new Objects({ store, clock, random, uuid, admission: builtinPlugins(store, () => clock.now()) })
  const security = securityOf({
    store,
    clock,
    uuid,
    tokens,
    modes,
    serviceAccounts: { ...(signingKey !== undefined && { signingKey }), ...options.serviceAccounts },
  })
  const cel = matchConditionEngine()
  const catalog = new Catalog()
  const addresses = new ServiceAddresses()
  const stopAddresses = addresses.follow(store)
  catalog.add(...builtinResources({ addresses, cel }))
  const webhookClient = new WebhookClient(store, clock)
  const equivalents = new Equivalents(catalog, (resource, object) => objects.withDefaults(resource, object))
  const matcher = new Matcher({ store, equivalents })
  const policyContext = { store, catalog, matcher, authorizer: security.authorizer }
  const admission = new AdmissionChain({
    mutatingPolicies: new MutatingPolicyAdmission(policyContext),
    webhooks: new WebhookAdmission({ store, client: webhookClient, matcher, uuid, cel, authorizer: security.authorizer, log }),
    validatingPolicies: new ValidatingPolicyAdmission(policyContext),
  })
  const stopAdmission = admission.start()
  const watches = new Set<Watch>()
  const endWatches = (concerns: (watch: Watch) => boolean) => {
    for (const watch of watches) if (concerns(watch)) watch.end()
  }
  const stopping = new AbortController()
  let conversionIds = 0
  const conversions: ConversionContext = { client: webhookClient, uuid, nextId: () => ++conversionIds, signal: stopping.signal }
  const stopRegistrar = new Registrar(objects, catalog, conversions, (tables) => endWatches(({ table }) => tables.has(table))).start()
  const watchSettings = {
    clock,
    random,
    bookmarkInterval: options.bookmarkInterval ?? DEFAULT_BOOKMARK_INTERVAL,
    largestBacklog: LARGEST_BACKLOG,
  }
  const { authenticator, authorizer, guard } = security
  const context: RestContext = { clock, objects, catalog, watches, watchSettings, admission, guard, authorizer }
  const requests = new Map<string, number>()

  const serving = options.tls ?? authority.server(SERVER_NAMES.includes(host) ? SERVER_NAMES : [host, ...SERVER_NAMES])
  // What clients verify the server by; of a certificate that came alone, itself.
  const caData = options.tls?.ca ?? options.tls?.cert ?? authority.cert
  let meta: MetaPaths | undefined
  const clientCa = [authority.cert, ...(options.clientCa === undefined ? [] : [options.clientCa])]
  checkPem(serving, clientCa)
  const pipeline: PipelineOptions = {
    authenticator,
    authorizer,
    anonymous: options.anonymous ?? modes.includes('RBAC'),
    audit: new AuditLog(options.audit, clock, uuid, (error) => log(`apiserver: an audit event could not be written: ${messageOf(error)}`)),
    async answer(request) {
      const answer = await dispatch({ context, meta: meta!, authenticator, authorizer, tokens: security.tokens }, request)
      await persistence.synced()
      return answer
    },
    failed: (request, error) =>
      log(`apiserver: ${request} failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`),
  }
  const { server, cutConnections } = createTransport({
    ...serving,
    clientCa,
    answer: (incoming) => handle(pipeline, incoming),
    observe: ({ method, code }) => requests.set(`${method} ${code}`, (requests.get(`${method} ${code}`) ?? 0) + 1),
  })
  const actualPort = await listen(server, host, port)
  // Unheard, one connection that cannot be accepted (too many open files) would end the process.
  server.on('error', (error) => log(`apiserver: a connection cannot be accepted: ${error.message}`))
  meta = new MetaPaths(catalog, `${host}:${actualPort}`, security.tokens, { store, requests, watches })
  const controllers = startControllers({ objects, catalog, clock, log, rootCa: caData, authority }, running)
  persistence.restore(store)
  bootstrap({ objects, catalog, port: actualPort, running, machines: running.has('pod') ? [firstNode] : [] })
  bootstrapRoles(objects, catalog)

  const url = `https://${host.includes(':') ? `[${host}]` : host === '0.0.0.0' ? '127.0.0.1' : host}:${actualPort}`
  const connection: ServerConnection = { server: url, caData, token }
  let stopped: Promise<void> | undefined
  const stop = () => {
    stopped ??= (async () => {
      stopping.abort()
      controllers.stop()
      stopRegistrar()
      stopAdmission()
      stopAddresses()
      security.stop()
      webhookClient.close()
      const closed = once(server, 'close')
      server.close()
      endWatches(() => true)
      // The streams end in the next turn; after it whatever is still open is idle, or a client that does not let go.
      await new Promise((resolve) => setImmediate(resolve))
      cutConnections()
      await closed
      await persistence.close()
    })()
    return stopped
  }
  return {
    url,
    port: actualPort,
    connection,
    kubeconfig: kubeconfigText(connection),
    clientCertificate: (user, groups = []) => authority.client(user, groups),
    isRestored: persistence.isRestored,
    requests,
    compact: () => store.compact(),
    closeWatches: () => endWatches(() => true),
    stop,
    [Symbol.asyncDispose]: stop,
  }
}

/** @throws ConfigurationError; what OpenSSL says of it names no file and no field, and may not be shown with the key */
function checkPem({ cert, key }: { readonly cert: string; readonly key: string }, clientCa: readonly string[]): void {
  try {
    createSecureContext({ cert, key })
  } catch (error) {
    throw new ConfigurationError(
      `the serving certificate and its private key do not work: ${messageOf(error)}. Give both as PEM, the key of that certificate`,
      {
        cause: error,
      },
    )
  }
  for (const pem of clientCa) {
    try {
      new X509Certificate(pem)
    } catch (error) {
      throw new ConfigurationError(`the CA of client certificates cannot be read: ${messageOf(error)}. Give it as PEM`, { cause: error })
    }
  }
}

async function listen(server: Server, host: string, port: number): Promise<number> {
  server.listen(port, host)
  try {
    await once(server, 'listening')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EADDRINUSE')
      throw new ConfigurationError(`port ${port} of ${host} is in use by another program: choose another one, or 0 for a free one`, {
        cause: error,
        code: 'KW-LISTEN',
      })
    throw new ConfigurationError(`cannot listen on ${host}, port ${port}: ${(error as Error).message}`, { cause: error, code: 'KW-LISTEN' })
  }
  return (server.address() as AddressInfo).port
}
