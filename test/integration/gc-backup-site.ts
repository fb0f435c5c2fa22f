// What tests of backups share: an operator at work in a namespace of their own, policies that keep what they delete, and `kubewright gc restore`.
import { apiVersionOf, type Kind, type KubeObject } from '@kubewright/core'
import { GarbageCollectionPolicy, gc } from '@kubewright/operator-gc'
import { eventually } from '@kubewright/testing'
import { expect, onTestFinished } from 'vitest'
import type { PolicySpec } from './gc-site.ts'
import { type Bench, namesOf } from './harness.ts'
import { type RunningManager, startManager } from './managers.ts'
import { run } from './program.ts'

type Fields = Readonly<Record<string, unknown>>

/** What `gc restore --output json` says of one backup. */
export interface Told {
  readonly kind: string
  readonly name: string
  readonly result: string
  readonly why?: string
  readonly notes: readonly string[]
}

export class BackupSite {
  readonly namespace: string
  readonly #bench: Bench

  private constructor(bench: Bench, namespace: string) {
    this.#bench = bench
    this.namespace = namespace
  }

  static async of(bench: Bench): Promise<BackupSite> {
    return new BackupSite(bench, await bench.namespace())
  }

  /** Works until the end of the test. `everywhere`: for cluster policies, too. */
  run(settings: object = {}, { connection = this.#bench.cluster.connection, everywhere = false } = {}): RunningManager {
    const running = startManager(connection, (manager) => gc.setup(manager, gc.config.parse(settings)), {
      ...(!everywhere && { namespaces: [this.namespace] }),
    })
    onTestFinished(async () => void (await running.stop()))
    return running
  }

  resource(kind: Kind<KubeObject>) {
    return this.#bench.client.resource<KubeObject>(kind)
  }

  async get(kind: Kind<KubeObject>, name: string): Promise<KubeObject & Fields> {
    return (await (await this.resource(kind)).get({ namespace: this.namespace, name })) as KubeObject & Fields
  }

  /** An object that the policies of the site select. */
  async create(kind: Kind<KubeObject>, name: string, fields: Fields = {}, metadata: KubeObject['metadata'] = {}): Promise<KubeObject> {
    const object = {
      apiVersion: apiVersionOf(kind),
      kind: kind.kind,
      ...fields,
      metadata: { labels: { app: 'go' }, ...metadata, namespace: this.namespace, name },
    }
    return (await this.resource(kind)).create(object)
  }

  /** Deletes objects of the kind after a second, and keeps them before. Its name is {@link policyName}. */
  async policy(kind: Kind<KubeObject>, over: Partial<PolicySpec> = {}, annotations: Record<string, string> = {}): Promise<void> {
    const targetResource = { apiVersion: apiVersionOf(kind), kind: kind.kind, labelSelector: { matchLabels: { app: 'go' } } }
    const spec = { targetResource, ttl: { secondsAfterCreation: 1 }, backup: {}, behavior: { owned: 'Delete' as const }, ...over }
    const metadata = { namespace: this.namespace, name: policyName(kind), annotations }
    await (await this.#bench.client.resource(GarbageCollectionPolicy)).create(GarbageCollectionPolicy.of({ metadata, spec }))
  }

  async conditionsOf(kind: Kind<KubeObject>): Promise<string> {
    const policies = await this.#bench.client.resource(GarbageCollectionPolicy)
    return JSON.stringify((await policies.get({ namespace: this.namespace, name: policyName(kind) })).status?.conditions)
  }

  /** Has a policy delete all objects of the kind, and removes it. */
  async collect(kind: Kind<KubeObject>, over: Partial<PolicySpec> = {}): Promise<void> {
    await this.policy(kind, over)
    await this.gone(kind)
    await (await this.#bench.client.resource(GarbageCollectionPolicy)).delete({ namespace: this.namespace, name: policyName(kind) })
  }

  async left(kind: Kind<KubeObject>): Promise<readonly string[]> {
    return namesOf((await (await this.resource(kind)).list({ namespace: this.namespace, labelSelector: 'app=go' })).items)
  }

  gone(kind: Kind<KubeObject>): Promise<unknown> {
    return eventually(async () => expect(await this.left(kind)).toEqual([]), { timeout: 30_000 })
  }

  /** The parts of backups. */
  async backups(kind: Kind<KubeObject>): Promise<readonly KubeObject[]> {
    const labelSelector = 'gc.kubewright.dev/backup-part'
    return (await (await this.resource(kind)).list({ namespace: this.namespace, labelSelector })).items
  }

  /** `kubewright gc restore` in the namespace of the site, if nothing else is said. */
  kubewright(...args: readonly string[]): ReturnType<typeof run> {
    const isPlaced = args.some((arg) => arg === '-n' || arg === '-A' || arg === '--backup-namespace')
    const place = isPlaced ? [] : ['-n', this.namespace]
    return run(['gc', 'restore', ...args, ...place, '--kubeconfig', this.#bench.cluster.kubeconfigPath])
  }

  async restore(...args: readonly string[]): Promise<{ readonly code: unknown; readonly told: readonly Told[] }> {
    const { code, stdout, stderr } = await this.kubewright(...args, '--output', 'json')
    if (stdout === '') throw new Error(stderr)
    return { code, told: (JSON.parse(stdout) as { readonly objects: readonly Told[] }).objects }
  }
}

export const policyName = ({ kind }: Kind<KubeObject>): string => `keeps-${kind.toLowerCase()}s`
