import { X509Certificate } from 'node:crypto'
import { ConfigurationError, isInvalid, parseDuration, sleepOrAbort } from '@kubewright/core'
import { type Manager, parseBindAddress, type Runnable } from '@kubewright/runtime'
import { validityOf } from './certificates/inspection.ts'
import { type CertificateSource, openSource, type Watched } from './certificates/source.ts'
import { Watches } from './certificates/watches.ts'
import { configurationsOf, serves } from './configuration/configurations.ts'
import { definitionName, installConfigurations, installConversions } from './configuration/install.ts'
import { ConvertedDefinition, MutatingWebhookConfiguration, ValidatingWebhookConfiguration } from './configuration/kinds.ts'
import { type Reach, serverNames } from './configuration/reach.ts'
import { configurationTarget, conversionTarget } from './configuration/trust.ts'
import { WebhookMetrics } from './metrics/webhook-metrics.ts'
import { Alarm, persist } from './patience.ts'
import { serveWebhooks, type WebhookEndpoint } from './server/https-server.ts'
import { routesOf } from './server/routes.ts'
import { type ResolvedWebhookServer, resolveWebhookServer, type WebhookServerOptions } from './webhook-options.ts'

/** Answers the API server, on every replica. */
export interface WebhookServer extends Runnable {
  /** Where it listens, once it does. */
  readonly port: number | undefined
}

/** Admission and conversion webhooks, for a manager: `manager.add(webhookServer({ name, hooks: [websiteHooks] }))`. @throws ConfigurationError */
export function webhookServer(options: WebhookServerOptions): WebhookServer {
  const resolved = resolveWebhookServer(options)
  const serving = Promise.withResolvers<void>()
  let port: number | undefined
  return {
    name: 'webhooks',
    needsLeaderElection: false,
    servesWebhooks: true,
    get port() {
      return port
    },
    whenServing: () => serving.promise,
    async run(signal, manager) {
      const { client } = manager
      const { name, namespace = client.namespace } = resolved
      const reach = resolved.reach ?? { service: { name, namespace } }
      const life = new WebhookLife({ ...resolved, namespace, reach }, manager, signal)
      await life.run((at) => {
        port = at
      }, serving.resolve)
    },
  }
}

/** Between two looks: who fights with another program over a configuration must not do so in a tight loop. */
const SHORTEST_WAIT = 1_000

type LifeOptions = ResolvedWebhookServer & { readonly namespace: string; readonly reach: Reach }

class WebhookLife {
  readonly #options: LifeOptions
  readonly #manager: Manager
  readonly #signal: AbortSignal
  readonly #metrics: WebhookMetrics
  #unready: string | undefined = 'the API server has not been told of the webhooks yet'

  constructor(options: LifeOptions, manager: Manager, signal: AbortSignal) {
    this.#options = options
    this.#manager = manager
    this.#signal = signal
    this.#metrics = new WebhookMetrics(manager.metrics)
  }

  /** Listens first, and only then tells the API server to call. Until the signal; then what is under way is answered. */
  async run(listening: (port: number) => void, serving: () => void): Promise<void> {
    const source = await this.#persist('webhook certificates cannot be had', () => this.#openSource())
    if (source === undefined) return
    const endpoint = await this.#listen(source)
    listening(endpoint.port)
    this.#manager.addReadyCheck('webhooks', () => this.#checkReady(source))
    const alarm = new Alarm(this.#manager.clock)
    const watches = new Watches(this.#manager, this.#watched(source), () => alarm.ring())
    // It may be over before the program is: with an error that nobody would hear of while this still runs.
    const over = new AbortController()
    const following = source.run(AbortSignal.any([this.#signal, over.signal]))
    try {
      await this.#persist('webhooks cannot be installed', () => this.#install(source, endpoint.port))
      while (!this.#signal.aborted) {
        const again = await this.#look(source, watches)
        if (again === undefined) break
        this.#unready = undefined
        serving()
        await sleepOrAbort(SHORTEST_WAIT, { clock: this.#manager.clock, signal: this.#signal })
        await alarm.sleep(again - SHORTEST_WAIT, this.#signal)
      }
    } finally {
      over.abort()
      await watches.release()
      await endpoint.drain(this.#options.drain)
      await following
    }
  }

  #persist<R>(problem: string, work: () => Promise<R>): Promise<R | undefined> {
    const { clock, log } = this.#manager
    return persist(problem, { clock, log, signal: this.#signal }, work)
  }

  #openSource(): Promise<CertificateSource> {
    const { name, namespace, certificates, conversions, reach } = this.#options
    const { client } = this.#manager
    const targets = [
      ...this.#configurationTypes().map((type) => configurationTarget(client, type, name)),
      ...conversions.map((definition) => conversionTarget(client, definitionName(definition))),
    ]
    return openSource(certificates, { manager: this.#manager, name, namespace, names: serverNames(reach), targets }, this.#signal)
  }

  #configurationTypes() {
    const { hooks } = this.#options
    return [
      ...(hooks.some((hook) => serves(hook, 'mutate')) ? [MutatingWebhookConfiguration] : []),
      ...(hooks.some((hook) => serves(hook, 'validate')) ? [ValidatingWebhookConfiguration] : []),
    ]
  }

  /** What the certificates are kept in and what must trust them; nothing where somebody else looks after both. */
  #watched({ watched }: CertificateSource): readonly Watched[] {
    if (watched.length === 0) return []
    const { name, conversions } = this.#options
    const named = (of: string) => ({ fieldSelector: `metadata.name=${of}`, metadataOnly: true })
    return [
      ...watched,
      ...this.#configurationTypes().map((kind) => ({ kind, scope: named(name) })),
      ...conversions.map((definition) => ({ kind: ConvertedDefinition, scope: named(definitionName(definition)) })),
    ]
  }

  async #listen({ certificate }: CertificateSource): Promise<WebhookEndpoint> {
    const { client, clock, log } = this.#manager
    const { bindAddress, hooks, conversions } = this.#options
    const bind = parseBindAddress('--webhook-port', bindAddress)
    if (bind === undefined)
      throw new ConfigurationError(`the bind address "${bindAddress}" switches the webhooks off: leave the webhook server out instead`)
    const routes = routesOf({ hooks, conversions, client, clock, log, metrics: this.#metrics })
    const endpoint = await serveWebhooks({ bind, certificate, routes, timeoutOf, clock, log })
    log.info('webhooks are listening', { port: endpoint.port, paths: [...routes.keys()] })
    return endpoint
  }

  async #install({ bundle }: CertificateSource, port: number): Promise<void> {
    const { name, namespace, reach, hooks, conversions, certificates, install, failurePolicy } = this.#options
    if (!install) return
    const certManagerCertificate = certificates.from === 'folder' ? certificates.certManagerCertificate : undefined
    const caBundle = certManagerCertificate === undefined ? bundle : undefined
    const { client, log } = this.#manager
    const how = { client, log, signal: this.#signal }
    try {
      const configurations = configurationsOf(hooks, { name, reach, port, namespace, certManagerCertificate, caBundle, failurePolicy })
      await installConfigurations(configurations, how)
      await installConversions(conversions, { reach, port, caBundle }, how)
    } catch (error) {
      // A condition that does not compile will not do so the next time.
      if (isInvalid(error)) throw new ConfigurationError(`webhooks of ${name}: ${error.message}`, { cause: error })
      throw error
    }
  }

  /** One look at the certificates and at who must trust them. Resolves with the milliseconds until the next, `undefined` at the end. */
  async #look(source: CertificateSource, watches: Watches): Promise<number | undefined> {
    const round = await this.#persist('webhook certificates cannot be looked after', async () => {
      const looked = await source.look(this.#signal)
      await watches.open()
      return looked
    })
    if (round === undefined) return undefined
    if (round.missing.length > 0)
      this.#manager.log.warn('not there: the authority is injected when it comes', { missing: round.missing.join(', ') })
    this.#metrics.certificates(notAfter(source.certificate.current.cert))
    return round.again
  }

  #checkReady({ certificate }: CertificateSource): void {
    const { notBefore, notAfter } = validityOf(new X509Certificate(certificate.current.cert))
    const now = this.#manager.clock.now()
    if (now < notBefore || now >= notAfter)
      throw new Error(`the certificate is valid from ${new Date(notBefore).toISOString()} to ${new Date(notAfter).toISOString()}`)
    if (this.#unready !== undefined) throw new Error(this.#unready)
  }
}

const notAfter = (pem: string) => validityOf(new X509Certificate(pem)).notAfter

function timeoutOf(search: URLSearchParams): number | undefined {
  const text = search.get('timeout')
  return text === null ? undefined : parseDuration(text)
}
