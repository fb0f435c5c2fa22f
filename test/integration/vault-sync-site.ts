// A namespace with a vault-sync operator at work in it, and a Vault of its own.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Deployment, EventsV1Event, Secret } from '@kubewright/client'
import { findCondition, isNotFound, type Kind, type KubeObject } from '@kubewright/core'
import { VaultSync, VaultSyncOrphan, vaultSync } from '@kubewright/operator-vault-sync'
import { eventually, type FaultProxy, faultProxy, isRead, requestInfo, type VaultUnderTest } from '@kubewright/testing'
import { type KvV2, type VaultClient, vaultClient } from '@kubewright/vault'
import { expect, onTestFinished } from 'vitest'
import type { Bench } from './harness.ts'
import { runManager } from './managers.ts'
import { vaultForTest } from './vault-server.ts'

export interface SiteOptions {
  readonly settings?: Readonly<Record<string, unknown>>
  readonly vault?: VaultUnderTest
  readonly namespace?: string
  /** Starts none when the test runs the program itself. @default "here" */
  readonly operator?: 'here' | 'elsewhere'
}

/** A namespace, a Vault and an operator between them, behind a proxy that sees what it asks the API server for. */
export class Site {
  readonly #bench: Bench
  readonly namespace: string
  readonly vault: VaultUnderTest
  readonly root: VaultClient
  readonly kv: KvV2
  readonly proxy: FaultProxy
  readonly #settings: Readonly<Record<string, unknown>>
  #running: ReturnType<typeof runManager> | undefined

  private constructor(
    bench: Bench,
    namespace: string,
    vault: VaultUnderTest,
    proxy: FaultProxy,
    settings: Readonly<Record<string, unknown>>,
  ) {
    this.#bench = bench
    this.namespace = namespace
    this.vault = vault
    this.proxy = proxy
    this.#settings = settings
    this.root = vaultClient({ address: vault.address, allowPlaintext: true, auth: { method: 'token', token: vault.rootToken } })
    this.kv = this.root.kvV2('secret')
  }

  /** The operator of this site. */
  get running(): ReturnType<typeof runManager> {
    if (this.#running === undefined) throw new Error('the operator of this site runs elsewhere')
    return this.#running
  }

  static async open(bench: Bench, options: SiteOptions = {}): Promise<Site> {
    const namespace = options.namespace ?? (await bench.namespace())
    const vault = options.vault ?? (await vaultForTest({ state: 'dev' }))
    const folder = mkdtempSync(join(tmpdir(), 'kubewright-vault-sync-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    const tokenFile = join(folder, 'token')
    writeFileSync(tokenFile, vault.rootToken)
    const proxy = await faultProxy(bench.cluster.connection)
    onTestFinished(() => proxy.stop())
    const settings = {
      vaultAddr: vault.address,
      vaultTokenFile: tokenFile,
      requestsPerSecond: 1_000,
      requestsBurst: 1_000,
      driftInterval: '0',
      ...options.settings,
    }
    const site = new Site(bench, namespace, vault, proxy, settings)
    onTestFinished(() => site.root.close())
    if (options.operator !== 'elsewhere') site.#running = site.#start()
    return site
  }

  #start() {
    const settings = vaultSync.config.parse(this.#settings)
    return runManager(this.proxy.connection, (manager) => vaultSync.setup(manager, settings), { namespaces: [this.namespace] })
  }

  async restart(): Promise<void> {
    await this.running.stop()
    this.#running = this.#start()
  }

  readonly at = (name: string) => ({ namespace: this.namespace, name })

  resource<T extends KubeObject>(kind: Kind<T>) {
    return this.#bench.client.resource(kind)
  }

  async secret(
    name: string,
    data: Readonly<Record<string, string | Buffer>>,
    annotations: Readonly<Record<string, string>> = {},
    type = 'Opaque',
  ): Promise<Secret> {
    const encoded = Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')]))
    const metadata = { ...this.at(name), annotations: prefixed(annotations) }
    return (await this.resource(Secret)).create({ apiVersion: 'v1', kind: 'Secret', metadata, type, data: encoded })
  }

  async change(name: string, data: Readonly<Record<string, string | Buffer | null>>): Promise<void> {
    const encoded = Object.fromEntries(
      Object.entries(data).map(([key, value]) => [key, value === null ? null : Buffer.from(value).toString('base64')]),
    )
    await (await this.resource(Secret)).patch(this.at(name), { type: 'merge', body: { data: encoded } })
  }

  async deployment(
    name: string,
    annotations: Readonly<Record<string, string>>,
    secrets: readonly string[],
    over: object = {},
  ): Promise<void> {
    const object = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { ...this.at(name), annotations: prefixed(annotations) },
      spec: {
        replicas: 0,
        selector: { matchLabels: { app: name } },
        template: { metadata: { labels: { app: name } }, spec: podSpec(secrets, over) },
      },
    }
    await (await this.resource(Deployment)).create(object as Deployment)
  }

  async annotate<T extends KubeObject>(kind: Kind<T>, name: string, annotations: Readonly<Record<string, string | null>>): Promise<void> {
    await (await this.resource(kind)).patch(this.at(name), { type: 'merge', body: { metadata: { annotations: prefixed(annotations) } } })
  }

  async delete<T extends KubeObject>(kind: Kind<T>, name: string): Promise<void> {
    await (await this.resource(kind)).delete(this.at(name))
  }

  async find<T extends KubeObject>(kind: Kind<T>, name: string): Promise<T | undefined> {
    return (await this.resource(kind)).get(this.at(name)).catch((error: unknown) => {
      if (isNotFound(error)) return undefined
      throw error
    })
  }

  async gone<T extends KubeObject>(kind: Kind<T>, name: string): Promise<void> {
    await eventually(async () => expect(await this.find(kind, name)).toBeUndefined(), { timeout: 20_000 })
  }

  sync(kind: string, name: string): Promise<VaultSync | undefined> {
    return this.find(VaultSync, `${kind}-${name}`)
  }

  /** Waits until the object says so of itself, about its spec as it is now. */
  async says(kind: string, name: string, reason: string): Promise<VaultSync> {
    return await eventually(
      async () => {
        const found = await this.sync(kind, name)
        expect(found?.status?.observedGeneration, 'observed').toBe(found?.metadata.generation)
        const ready = findCondition(found?.status?.conditions, 'Ready')
        expect(`${ready?.reason}: ${ready?.message}`).toContain(`${reason}: `)
        return found!
      },
      { timeout: 20_000 },
    )
  }

  /** Versions ever written, and what the last one holds; `undefined`: nothing was ever there. */
  async holds(path: string): Promise<{ readonly version: number; readonly data: unknown } | undefined> {
    const found = await this.kv.read(path)
    if (found === undefined) {
      const metadata = await this.kv.metadata(path)
      return metadata === undefined ? undefined : { version: metadata.currentVersion, data: null }
    }
    return { version: found.version, data: found.deleted ? null : found.data }
  }

  async inVault(path: string, version: number, data: unknown): Promise<void> {
    await eventually(async () => expect(await this.holds(path)).toEqual({ version, data }), { timeout: 20_000 })
  }

  async orphans(): Promise<readonly VaultSyncOrphan[]> {
    const { items } = await (await this.resource(VaultSyncOrphan)).list()
    return items.filter(({ spec }) => spec.namespace === this.namespace)
  }

  async events(): Promise<readonly string[]> {
    const { items } = await (await this.resource(EventsV1Event)).list({ namespace: this.namespace })
    return items.map(({ reason = '' }) => reason)
  }

  async eventTexts(): Promise<readonly string[]> {
    const { items } = await (await this.resource(EventsV1Event)).list({ namespace: this.namespace })
    return items.map(({ reason = '', note = '' }) => `${reason}: ${note}`)
  }

  /** What the operator has written to the API server, each as VERB RESOURCE; events are courtesies. */
  writes(): readonly string[] {
    return this.proxy.requests.flatMap((request) => {
      const info = requestInfo(request)
      return info.is === 'resource' && !isRead(info) && info.resource !== 'events'
        ? [`${info.verb} ${info.resource}${info.subresource === undefined ? '' : `/${info.subresource}`}`]
        : []
    })
  }
}

/** A Vault that keeps what it has when it is sealed, with a KV 2 at secret/. */
export async function sealableVault(): Promise<VaultUnderTest> {
  const vault = await vaultForTest({ state: 'open', nodes: 1 })
  await eventually(() => vault.admin('POST', 'sys/mounts/secret', { type: 'kv', options: { version: '2' } }), { timeout: 20_000 })
  return vault
}

export async function seal(site: Site): Promise<void> {
  await site.root.seal()
}

export async function unseal(site: Site): Promise<void> {
  for (const { hex } of site.vault.shares.slice(0, 3)) await site.root.submitShare(Buffer.from(hex, 'hex'))
  await eventually(async () => expect(await site.root.health()).toMatchObject({ state: 'active' }), { timeout: 20_000 })
}

/** Settings of an operator that logs in by AppRole and may do no more than this policy says. */
export async function limitedSettings(
  vault: VaultUnderTest,
  policy: string,
  role: object = {},
): Promise<Readonly<Record<string, unknown>>> {
  await vault.admin('POST', 'sys/auth/approle', { type: 'approle' })
  await vault.admin('PUT', 'sys/policies/acl/sync', { policy })
  await vault.admin('POST', 'auth/approle/role/sync', { token_policies: ['sync'], token_ttl: '1h', ...role })
  const id = (await vault.admin('GET', 'auth/approle/role/sync/role-id')) as { readonly data: { readonly role_id: string } }
  const secret = (await vault.admin('POST', 'auth/approle/role/sync/secret-id', {})) as { readonly data: { readonly secret_id: string } }
  const folder = mkdtempSync(join(tmpdir(), 'kubewright-vault-sync-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const vaultSecretIdFile = join(folder, 'secret-id')
  writeFileSync(vaultSecretIdFile, secret.data.secret_id)
  return { vaultTokenFile: undefined, vaultAuthMethod: 'approle', vaultRoleId: id.data.role_id, vaultSecretIdFile }
}

const prefixed = <V>(annotations: Readonly<Record<string, V>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(annotations).map(([key, value]) => [key.includes('/') ? key : `vault-sync.io/${key}`, value]),
  ) as Record<string, string>

export function podSpec(secrets: readonly string[], over: object = {}) {
  return {
    containers: [{ name: 'main', image: 'registry.k8s.io/pause:3.10', envFrom: secrets.map((name) => ({ secretRef: { name } })) }],
    ...over,
  }
}
