// What tests of the gc operator share: its kinds installed, and namespaces in which an operator of their own works.
import type { Kind, KubeObject } from '@kubewright/core'
import { ClusterGarbageCollectionPolicy, GarbageCollectionPolicy, GarbageCollectionStop, gc } from '@kubewright/operator-gc'
import { beforeAll } from 'vitest'
import { type Bench, configMap, namesOf } from './harness.ts'
import { installKind } from './install-kind.ts'
import { type RunningManager, startManager } from './managers.ts'

export type PolicySpec = Parameters<typeof GarbageCollectionPolicy.of>[0]['spec']

/** Objects that the tests make carry it, so that what the cluster puts into every namespace is not taken for theirs. */
export const MINE = 'app=x'
export const onMaps = { apiVersion: 'v1', kind: 'ConfigMap', labelSelector: { matchLabels: { app: 'x' } } }

/** Call once, beside `useCluster`. */
export function installGcKinds(bench: Bench): void {
  beforeAll(async () => {
    for (const kind of [GarbageCollectionPolicy, ClusterGarbageCollectionPolicy]) await installKind(bench.client, kind)
    await installKind(bench.client, GarbageCollectionStop)
  }, 120_000)
}

/** One namespace, and how a test writes into it and looks at it. */
export class GcSite {
  readonly namespace: string
  readonly #bench: Bench

  constructor(bench: Bench, namespace: string) {
    this.#bench = bench
    this.namespace = namespace
  }

  /** An operator for this namespace alone, so that those of tests that run at the same time leave each other in peace. */
  run(settings: object = {}, connection = this.#bench.cluster.connection): RunningManager {
    return startManager(connection, (manager) => gc.setup(manager, gc.config.parse(settings)), { namespaces: [this.namespace] })
  }

  async policy(name: string, spec: PolicySpec) {
    const { namespace } = this
    return (await this.#bench.client.resource(GarbageCollectionPolicy)).create(
      GarbageCollectionPolicy.of({ metadata: { namespace, name }, spec }),
    )
  }

  async statusOf(name: string) {
    return (await (await this.#bench.client.resource(GarbageCollectionPolicy)).get({ namespace: this.namespace, name })).status
  }

  async condition(policy: string, type: string) {
    return (await this.statusOf(policy))?.conditions?.find((each) => each.type === type)
  }

  async make<T extends KubeObject>(kind: Kind<T>, name: string, fields: object = {}, metadata: object = {}, status?: object): Promise<T> {
    const { namespace } = this
    const resource = await this.#bench.client.resource(kind)
    const made = await resource.create({ ...fields, metadata: { namespace, name, labels: { app: 'x' }, ...metadata } } as unknown as T)
    if (status === undefined) return made
    return resource.patch({ namespace, name }, { type: 'merge', body: { status } }, { subresource: 'status' })
  }

  async map(name: string, data: Record<string, string> = {}, metadata: object = {}) {
    const object = configMap(this.namespace, name, { data, labels: { app: 'x' } })
    return (await this.#bench.configMaps()).create({ ...object, metadata: { ...object.metadata, ...metadata } })
  }

  async left<T extends KubeObject>(kind: Kind<T>, labelSelector = MINE): Promise<readonly string[]> {
    return namesOf((await (await this.#bench.client.resource(kind)).list({ namespace: this.namespace, labelSelector })).items)
  }

  async maps(): Promise<readonly string[]> {
    return namesOf((await (await this.#bench.configMaps()).list({ namespace: this.namespace, labelSelector: MINE })).items)
  }
}
