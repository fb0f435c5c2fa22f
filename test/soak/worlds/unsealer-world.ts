import { VaultUnsealer } from '@kubewright/operator-vault-unsealer'
import { type Client, Pod, Secret } from 'kubewright'
import { type FakeVault, fakeVault, freePorts } from 'kubewright/testing'
import type { Chance } from '../random.ts'
import { Tenant } from './tenant.ts'
import type { World } from './world.ts'

const NAMESPACE = 'soak-vault'
const NODES = 3
const LABELS = { app: 'soak-vault' }
/** Two watches that are dead and not found to be so (70 s, then 30 s for a request that nobody answers), and a machine that is busy; in ms. */
const LONGEST_SEALED = 150_000

/** A Vault of three nodes, which are pods, and of which one is sealed now and then. */
export class UnsealerWorld implements World {
  readonly name = 'vault-unsealer'
  readonly pace = 3_000
  readonly troubles = []
  readonly #tenant: Tenant
  readonly #vault: FakeVault
  readonly #sealedAt = new Map<number, number>()

  private constructor(client: Client, vault: FakeVault) {
    this.#tenant = new Tenant(client, NAMESPACE)
    this.#vault = vault
  }

  static async start(client: Client): Promise<UnsealerWorld> {
    const [port] = await freePorts(1)
    // Pods have one port and an address each. Other systems have one loopback address only.
    const hosts = process.platform === 'linux' ? Array.from({ length: NODES }, (_, node) => `127.0.7.${node + 1}`) : ['127.0.0.1']
    const names = [`vault.${NAMESPACE}.svc`]
    return new UnsealerWorld(client, await fakeVault({ nodes: hosts.length, state: 'sealed', tls: true, names, hosts, port: port! }))
  }

  async prepare(): Promise<void> {
    await this.#tenant.open()
    await this.#secret('vault-ca', { 'ca.crt': this.#vault.ca })
    const shares = JSON.stringify(this.#vault.shares.map(({ base64 }) => base64))
    await this.#secret('vault-keys', { keys: shares }, { 'autounseal.vault.io/unsealer': 'vault' })
    for (const [index, { host }] of this.#vault.nodes.entries()) await this.#pod(index, host)
    await this.#tenant.create(VaultUnsealer, {
      metadata: { name: 'vault' },
      spec: {
        vault: {
          url: `https://vault.${NAMESPACE}.svc:${this.#vault.nodes[0]!.port}`,
          caBundleSecretRef: { name: 'vault-ca', key: 'ca.crt' },
        },
        unsealKeysSecretRefs: [{ name: 'vault-keys', key: 'keys' }],
        vaultLabelSelector: 'app=soak-vault',
      },
    })
  }

  async step(chance: Chance): Promise<string | undefined> {
    const index = chance.below(this.#vault.nodes.length)
    const node = this.#vault.nodes[index]!
    if (node.sealed) return undefined
    node.seal()
    this.#sealedAt.set(index, performance.now())
    // Vault's service registration tells of it, where it is switched on; where it is not, the operator has to look.
    if (chance.below(2) === 0) return 'sealed'
    await this.#tell(index, { metadata: { labels: { 'vault-sealed': 'true' } } })
    return 'sealed, and labelled'
  }

  async wrong(): Promise<readonly string[]> {
    const now = performance.now()
    const words: string[] = []
    for (const [index, since] of this.#sealedAt) {
      if (!this.#vault.nodes[index]!.sealed) await this.#opened(index)
      else if (now - since > LONGEST_SEALED) words.push(`node ${index + 1} of Vault is sealed for more than ${LONGEST_SEALED / 1_000} s`)
    }
    return words
  }

  async unsettled(): Promise<readonly string[]> {
    return this.#vault.nodes.flatMap(({ sealed }, index) => (sealed ? [`node ${index + 1} of Vault is sealed`] : []))
  }

  stop(): Promise<void> {
    return this.#vault.stop()
  }

  /** As Vault's service registration does. */
  async #opened(index: number): Promise<void> {
    this.#sealedAt.delete(index)
    await this.#tell(index, { metadata: { labels: { 'vault-sealed': 'false' } } })
  }

  async #tell(index: number, body: object, subresource?: string): Promise<void> {
    await this.#tenant.change(Pod, `vault-${index}`, body, subresource)
  }

  async #secret(name: string, data: Readonly<Record<string, string>>, labels = {}): Promise<void> {
    await this.#tenant.create(Secret, { metadata: { name, labels }, type: 'Opaque', stringData: data })
  }

  async #pod(index: number, host: string): Promise<void> {
    const containers = [{ name: 'vault', image: 'hashicorp/vault:1.21' }]
    await this.#tenant.create(Pod, {
      metadata: { name: `vault-${index}`, labels: LABELS },
      spec: { containers, automountServiceAccountToken: false },
    })
    await this.#tell(index, { status: { phase: 'Running', podIP: host, podIPs: [{ ip: host }] } }, 'status')
  }
}
