import { VaultSyncOrphan } from '@kubewright/operator-vault-sync'
import { type KvV2, type VaultClient, vaultClient } from '@kubewright/vault'
import { type Client, Secret, sleep } from 'kubewright'
import { type FakeVault, fakeVault } from 'kubewright/testing'
import type { Chance } from '../random.ts'
import { differences } from './contents.ts'
import { isLeaving, Tenant } from './tenant.ts'
import type { Trouble, World } from './world.ts'

const NAMES = Array.from({ length: 12 }, (_, index) => `secret-${index}`)
const NAMESPACE = 'soak-vault-sync'
const base64 = (text: string) => Buffer.from(text).toString('base64')

/** Secrets that come, change and go, and one Vault that is to hold the same. */
export class VaultSyncWorld implements World {
  readonly name = 'vault-sync'
  readonly pace = 400
  readonly #tenant: Tenant
  readonly #client: Client
  readonly #vault: FakeVault
  readonly #root: VaultClient
  readonly #kv: KvV2
  #writes = 0

  private constructor(client: Client, vault: FakeVault) {
    this.#client = client
    this.#tenant = new Tenant(client, NAMESPACE)
    this.#vault = vault
    this.#root = vaultClient({ address: vault.address, allowPlaintext: true, auth: { method: 'token', token: vault.rootToken } })
    this.#kv = this.#root.kvV2('secret')
  }

  static async start(client: Client): Promise<VaultSyncWorld> {
    return new VaultSyncWorld(client, await fakeVault({ state: 'dev' }))
  }

  get vault(): FakeVault {
    return this.#vault
  }

  prepare(): Promise<void> {
    return this.#tenant.open()
  }

  async step(chance: Chance): Promise<string | undefined> {
    const name = chance.pick(NAMES)
    const found = await this.#tenant.find(Secret, name)
    const data = { of: base64(name), password: base64(`not-a-real-password-${++this.#writes}`) }
    if (found === undefined) {
      const annotations = { 'vault-sync.io/path': `secret/${NAMESPACE}/${name}` }
      await this.#tenant.create(Secret, { metadata: { name, annotations }, type: 'Opaque', data })
      return 'created'
    }
    if (isLeaving(found)) return undefined
    if (chance.below(4) === 0) {
      await this.#tenant.delete(Secret, name)
      return 'deleted'
    }
    await this.#tenant.change(Secret, name, { data })
    return 'changed'
  }

  async wrong(): Promise<readonly string[]> {
    const { items } = await (await this.#client.resource(VaultSyncOrphan)).list()
    return items.map(({ metadata, spec }) => `VaultSyncOrphan "${metadata.name}": left behind of ${spec.namespace}`)
  }

  async unsettled(): Promise<readonly string[]> {
    const secrets = await this.#tenant.list(Secret)
    const wanted = secrets.filter(({ metadata }) => NAMES.includes(metadata.name!))
    const leaving = wanted.filter(isLeaving).map(({ metadata }) => `Secret "${metadata.name}" has to go`)
    const contents = new Map(wanted.filter((secret) => !isLeaving(secret)).map(({ metadata, data }) => [metadata.name!, decoded(data)]))
    return [...leaving, ...differences(contents, await this.#held(), { what: 'path' })]
  }

  readonly troubles: readonly Trouble[] = [
    { name: 'Vault breaks connections', strike: async () => void this.#vault.nodes[0]!.fault({ is: 'reset' }, { times: 3 }) },
    { name: 'Vault loses answers', strike: async () => void this.#vault.nodes[0]!.fault({ is: 'reset', after: true }, { times: 2 }) },
    {
      name: 'Vault is slow',
      strike: async (_, signal) => {
        const faster = this.#vault.nodes[0]!.fault({ is: 'slow', ms: 500 })
        await sleep(4_000, { signal }).finally(faster)
      },
    },
  ]

  async stop(): Promise<void> {
    await this.#root.close()
    await this.#vault.stop()
  }

  async #held(): Promise<ReadonlyMap<string, string>> {
    const held = new Map<string, string>()
    for (const name of NAMES) {
      const found = await this.#kv.read(`${NAMESPACE}/${name}`)
      if (found !== undefined && !found.deleted) held.set(name, text(found.data as Readonly<Record<string, string>>))
    }
    return held
  }
}

const decoded = (data: Readonly<Record<string, string>> = {}) =>
  text(Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()])))

/** In one order of keys. */
const text = (data: Readonly<Record<string, string>>) => JSON.stringify(Object.entries(data).sort())
