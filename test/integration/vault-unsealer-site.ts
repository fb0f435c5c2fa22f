// A namespace with a VaultUnsealer operator at work in it, and Vault nodes that are pods: on 127.0.1.1, 127.0.1.2, … of one port.
import { EventsV1Event, Pod, Secret } from '@kubewright/client'
import { findCondition } from '@kubewright/core'
import { VaultUnsealer, VaultUnsealerGrant, vaultUnsealer } from '@kubewright/operator-vault-unsealer'
import { eventually, type FakeVault, type FakeVaultOptions, type FaultProxy, fakeVault, faultProxy } from '@kubewright/testing'
import { test as base, expect } from 'vitest'
import { recordSpans } from '../../packages/runtime/src/fake/span-recording.ts'
import type { Bench } from './harness.ts'
import { type RunningManager, startManager } from './managers.ts'
import type { SecretSearch } from './secret-search.ts'

type NewUnsealer = Parameters<typeof VaultUnsealer.of>[0]
export type Spec = Partial<NewUnsealer['spec']>

export const LABELS = { app: 'vault' } as const

/** Free on every address that is nobody else's. */
export const PORT = 18_200

/** What the site needs of a Vault, in this process or not. */
export interface VaultLike {
  readonly ca: string
  readonly shares: readonly { readonly base64: string }[]
  readonly nodes: readonly { readonly host: string; readonly port: number }[]
}

let networks = 0

/** Addresses of this machine that nobody else in this process has. */
export function hosts(count: number): readonly string[] {
  const network = (++networks % 250) + 1
  const process = (globalThis.process.pid % 250) + 1
  return Array.from({ length: count }, (_, at) => `127.${process}.${network}.${at + 1}`)
}

interface SiteParts {
  readonly namespace: string
  readonly proxy: FaultProxy
  /** The operator's own settings. */
  readonly config?: Readonly<Record<string, unknown>>
}

export class VaultSite {
  readonly #bench: Bench
  readonly namespace: string
  readonly proxy: FaultProxy
  readonly #config: Readonly<Record<string, unknown>>
  readonly #search: SecretSearch
  readonly #spans = recordSpans()
  /** Of lives of the operator that are over. */
  readonly #earlierLog: string[] = []
  running: RunningManager

  constructor(bench: Bench, search: SecretSearch, { namespace, proxy, config = {} }: SiteParts) {
    this.#bench = bench
    this.#search = search
    this.namespace = namespace
    this.proxy = proxy
    this.#config = config
    this.running = this.#start()
  }

  async restart(): Promise<void> {
    await this.running.stop()
    this.#earlierLog.push(...this.running.lines.map(({ text }) => text))
    this.running = this.#start()
  }

  #start(): RunningManager {
    const config = vaultUnsealer.config.parse(this.#config)
    return startManager(this.proxy.connection, (manager) => vaultUnsealer.setup(manager, config), {
      namespaces: [this.namespace, `${this.namespace}-keys`],
    })
  }

  readonly at = (name: string) => ({ namespace: this.namespace, name })

  /** What the operator has told anybody, place by place. */
  async places(): Promise<Readonly<Record<string, string>>> {
    const { items: events } = await (await this.#bench.client.resource(EventsV1Event)).list({ namespace: this.namespace })
    const { items: unsealers } = await (await this.unsealers()).list({ namespace: this.namespace })
    return {
      log: [...this.#earlierLog, ...this.running.lines.map(({ text }) => text)].join('\n'),
      events: JSON.stringify(events),
      statuses: JSON.stringify(unsealers),
      metrics: await this.running.manager.metrics.metrics(),
      overview: JSON.stringify(this.running.manager.overview()),
      requests: this.proxy.requests.map(({ path, query }) => `${path}?${query}`).join('\n'),
      traces: JSON.stringify(
        this.#spans.finished().map(({ name, attributes, events: happened, status }) => ({ name, attributes, happened, status })),
      ),
    }
  }

  /** Fails when a share is in any of them, or in what the API server wrote down. */
  async expectNoLeaks(): Promise<void> {
    this.#search.expectNone(await this.places())
  }

  /** Vault with a pod for each node, and the operator's Secrets. */
  async vault(options: FakeVaultOptions = {}): Promise<FakeVault> {
    const nodes = options.nodes ?? 3
    const vault = await fakeVault({ nodes, state: 'sealed', tls: true, names: ['vault.test'], hosts: hosts(nodes), port: PORT, ...options })
    await this.podsOf(vault)
    return vault
  }

  async podsOf(vault: VaultLike): Promise<void> {
    for (const [index, node] of vault.nodes.entries()) await this.pod(`vault-${index}`, node.host)
  }

  async pod(name: string, ip: string, labels: Readonly<Record<string, string>> = LABELS): Promise<Pod> {
    const pods = await this.#bench.client.resource(Pod)
    await pods.create({
      metadata: { ...this.at(name), labels },
      spec: { containers: [{ name: 'vault', image: 'vault:1' }], automountServiceAccountToken: false },
    } as Parameters<typeof pods.create>[0])
    const running = { phase: 'Running', podIP: ip, podIPs: [{ ip }], conditions: [{ type: 'Ready', status: 'False' }] }
    return pods.patch(this.at(name), { type: 'merge', body: { status: running } }, { subresource: 'status' })
  }

  secret(name: string, data: Readonly<Record<string, string>>, labels: Readonly<Record<string, string>> = {}): Promise<void> {
    return this.secretIn(this.namespace, name, data, labels)
  }

  /** As the kubelet does when a container has been restarted. */
  async restarted(name: string, restartCount: number): Promise<void> {
    const containerStatuses = [
      {
        name: 'vault',
        image: 'vault:1',
        imageID: '',
        ready: false,
        started: true,
        restartCount,
        state: { running: { startedAt: new Date().toISOString() } },
      },
    ]
    await (await this.pods()).patch(this.at(name), { type: 'merge', body: { status: { containerStatuses } } }, { subresource: 'status' })
  }

  async secretIn(
    namespace: string,
    name: string,
    data: Readonly<Record<string, string>>,
    labels: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    const secrets = await this.#bench.client.resource(Secret)
    const encoded = Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')]))
    const body = { apiVersion: 'v1', kind: 'Secret', metadata: { namespace, name, labels }, data: encoded } as const
    const there = (await secrets.list({ namespace })).items.some(({ metadata }) => metadata.name === name)
    await (there
      ? secrets.patch({ namespace, name }, { type: 'merge', body: { metadata: { labels }, data: encoded } })
      : secrets.create(body))
  }

  /** The Secrets of an unsealer, handed over to it. */
  async keys(vault: VaultLike, shares: readonly string[] = vault.shares.map(({ base64 }) => base64), unsealer = 'main'): Promise<void> {
    const all = new Set([...vault.shares.map(({ base64 }) => base64), ...shares])
    this.#search.lookFor(...[...all].map((share, index) => ({ name: `share ${index + 1}`, bytes: Buffer.from(share, 'base64') })))
    await this.secret('ca', { 'ca.crt': vault.ca })
    await this.secret('keys', { keys: JSON.stringify(shares) }, { 'autounseal.vault.io/unsealer': unsealer })
  }

  async unsealer(vault: VaultLike, spec: Spec = {}, name = 'main'): Promise<VaultUnsealer> {
    const all = {
      vault: { url: `https://vault.test:${vault.nodes[0]!.port}`, caBundleSecretRef: { name: 'ca', key: 'ca.crt' } },
      unsealKeysSecretRefs: [{ name: 'keys', key: 'keys' }],
      ...((spec.statefulSetName ?? spec.serviceName ?? spec.addresses) ? {} : { vaultLabelSelector: 'app=vault' }),
      ...spec,
    } as NewUnsealer['spec']
    return (await this.unsealers()).create(VaultUnsealer.of({ metadata: this.at(name), spec: all }))
  }

  unsealers() {
    return this.#bench.client.resource(VaultUnsealer)
  }

  grants() {
    return this.#bench.client.resource(VaultUnsealerGrant)
  }

  pods() {
    return this.#bench.client.resource(Pod)
  }

  async change(spec: object, metadata: object = {}, name = 'main'): Promise<void> {
    await (await this.unsealers()).patch(this.at(name), { type: 'merge', body: { metadata, spec } })
  }

  async status(name = 'main') {
    return (await (await this.unsealers()).get(this.at(name))).status
  }

  async condition(type: string, name = 'main') {
    return findCondition((await this.status(name))?.conditions, type)
  }

  /** Waits until it says so. */
  async says(type: string, expected: object, name = 'main'): Promise<void> {
    await eventually(async () => expect(await this.condition(type, name)).toMatchObject(expected), { timeout: 30_000 })
  }

  async opens(vault: FakeVault): Promise<void> {
    await eventually(() => expect(vault.nodes.map(({ sealed }) => sealed)).toEqual(vault.nodes.map(() => false)), { timeout: 30_000 })
  }

  async reason(pod: string, name = 'main'): Promise<string | undefined> {
    return (await this.status(name))?.pods?.find((each) => each.name === pod)?.reason
  }

  async events(): Promise<readonly { readonly reason: string; readonly note: string }[]> {
    const { items } = await (await this.#bench.client.resource(EventsV1Event)).list({ namespace: this.namespace })
    return items.map(({ reason = '', note = '' }) => ({ reason, note }))
  }
}

/** Tests with `site`, each with its own. */
export const vaultSiteTest = (bench: Bench, search: SecretSearch, config: Readonly<Record<string, unknown>> = {}) =>
  base.extend<{ site: VaultSite }>({
    // biome-ignore lint/correctness/noEmptyPattern: vitest reads from the pattern which fixtures this one needs.
    async site({}, use) {
      const namespace = await bench.namespace()
      const proxy = await faultProxy(bench.cluster.connection)
      const site = new VaultSite(bench, search, { namespace, proxy, config })
      await use(site)
      await site.expectNoLeaks()
      await site.running.stop()
      await proxy.stop()
    },
  })
