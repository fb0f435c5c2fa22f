// Pods that are Vault nodes, VaultUnsealers for them, and the operator at work on them, all between one API server and this process.
import { VaultUnsealer, vaultUnsealer } from '@kubewright/operator-vault-unsealer'
import { type VaultClient, vaultClient } from '@kubewright/vault'
import { type Client, connectTo, Pod, Secret } from 'kubewright'
import { eventually, type FaultProxy, faultProxy, startTestCluster, type TestCluster } from 'kubewright/testing'
import { quietManager } from '../quiet-manager.ts'

const NAMESPACE = 'default'

/** Free on addresses that nobody else takes. */
export const PORT = 18_210

/** What is needed of a Vault, in this process or not. */
export interface Cluster {
  readonly ca: string
  readonly shares: readonly { readonly hex: string; readonly base64: string }[]
  readonly nodes: readonly { readonly address: string; readonly host: string; readonly port: number }[]
}

type Spec = Parameters<typeof VaultUnsealer.of>[0]['spec']

export class Site implements AsyncDisposable {
  readonly proxy: FaultProxy
  readonly #cluster: TestCluster
  readonly #admin: Client
  readonly #stop = new AbortController()
  #running: Promise<void> | undefined
  #restarts = 0

  private constructor(cluster: TestCluster, proxy: FaultProxy) {
    this.#cluster = cluster
    this.#admin = cluster.client()
    this.proxy = proxy
  }

  static async start(server: 'embedded' | 'real'): Promise<Site> {
    const cluster = await startTestCluster({ server })
    const site = new Site(cluster, await faultProxy(cluster.connection))
    for (const kind of vaultUnsealer.kinds)
      await site.#admin.request('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', { body: kind.crd() })
    await eventually(() => site.#admin.request('GET', '/apis/ops.autounseal.vault.io/v1alpha1/vaultunsealers'))
    site.#admin.discovery.invalidate()
    return site
  }

  /** A running pod of this address. */
  async pod(name: string, ip: string, app: string): Promise<void> {
    const pods = await this.#admin.resource(Pod)
    await pods.create({
      metadata: { namespace: NAMESPACE, name, labels: { app } },
      spec: { containers: [{ name: 'vault', image: 'vault:1' }], automountServiceAccountToken: false },
    } as Parameters<typeof pods.create>[0])
    const status = { phase: 'Running', podIP: ip, podIPs: [{ ip }] }
    await pods.patch({ namespace: NAMESPACE, name }, { type: 'merge', body: { status } }, { subresource: 'status' })
  }

  /** As Vault does with the label of its pod: the event that calls for a look. Another value each time, as pods keep theirs here. */
  async tellSealed(name: string): Promise<void> {
    const body = { metadata: { labels: { 'vault-sealed': `true-${++this.#restarts}` } } }
    await (await this.#admin.resource(Pod)).patch({ namespace: NAMESPACE, name }, { type: 'merge', body })
  }

  /** A VaultUnsealer of pods with the label `app` of its own name, with its shares. */
  async unsealer(name: string, vault: Cluster, vaultSpec: Partial<Spec> = {}): Promise<void> {
    const secrets = await this.#admin.resource(Secret)
    const base64 = (text: string) => Buffer.from(text).toString('base64')
    await secrets.create({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { namespace: NAMESPACE, name, labels: { 'autounseal.vault.io/unsealer': name } },
      data: { 'ca.crt': base64(vault.ca), keys: base64(vault.shares.map((share) => share.base64).join('\n')) },
    })
    const spec: Spec = {
      vault: { url: `https://vault.test:${vault.nodes[0]!.port}`, caBundleSecretRef: { name, key: 'ca.crt' } },
      unsealKeysSecretRefs: [{ name, key: 'keys' }],
      vaultLabelSelector: `app=${name}`,
      interval: '1h',
      ...vaultSpec,
    }
    await (await this.#admin.resource(VaultUnsealer)).create(VaultUnsealer.of({ metadata: { namespace: NAMESPACE, name }, spec }))
  }

  async unsealersThatAreReady(): Promise<number> {
    const { items } = await (await this.#admin.resource(VaultUnsealer)).list({ namespace: NAMESPACE })
    return items.filter(({ status }) => status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True')).length
  }

  /** The operator, as it runs by default. */
  operate(): void {
    const client = connectTo(this.proxy.connection)
    const manager = quietManager(client)
    vaultUnsealer.setup(manager, vaultUnsealer.config.parse({}))
    this.#running = manager.run(this.#stop.signal).finally(() => client.close())
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort()
    await this.#running
    await this.proxy.stop()
    await this.#cluster.stop()
  }
}

/** The fewest calls that open a node: a look, and as many shares as it needs. */
export async function openBarely(vault: Cluster, threshold: number): Promise<void> {
  const clients: VaultClient[] = vault.nodes.map(({ address }) => vaultClient({ address, tls: { ca: vault.ca, serverName: 'vault.test' } }))
  try {
    await Promise.all(
      clients.map(async (client) => {
        const { sealed } = await client.sealStatus()
        if (!sealed) throw new Error(`${client.origin} is not sealed`)
        for (const { hex } of vault.shares.slice(0, threshold)) await client.submitShare(Buffer.from(hex, 'hex'))
      }),
    )
  } finally {
    await Promise.all(clients.map((client) => client.close()))
  }
}
