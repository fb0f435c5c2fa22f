// A namespace with an Application operator at work in it, and a hand that plays the Deployment controller.
import { Deployment, EventsV1Event } from '@kubewright/client'
import { findCondition, isNotFound, type Kind, type KubeObject } from '@kubewright/core'
import { Application, application } from '@kubewright/operator-application'
import { eventually, type FaultProxy, faultProxy, isRead, requestInfo } from '@kubewright/testing'
import { test as base, expect } from 'vitest'
import { type Bench, namesOf } from './harness.ts'
import { type RunningManager, startManager } from './managers.ts'

export type Spec = Parameters<typeof Application.of>[0]['spec']

const REVISION = 'apps.kubewright.dev/revision'

/** The applications of a namespace, as a person sees and changes them, who is the Deployment controller too. */
export class Applications {
  readonly #bench: Bench
  readonly namespace: string

  constructor(bench: Bench, namespace: string) {
    this.#bench = bench
    this.namespace = namespace
  }

  applications() {
    return this.#bench.client.resource(Application)
  }

  async create(name: string, spec: Spec): Promise<Application> {
    return (await this.applications()).create(Application.of({ metadata: { namespace: this.namespace, name }, spec }))
  }

  async change(name: string, spec: object, metadata: object = {}): Promise<void> {
    await (await this.applications()).patch(this.at(name), { type: 'merge', body: { metadata, spec } })
  }

  async status(name: string) {
    return (await (await this.applications()).get(this.at(name))).status
  }

  async condition(name: string, type: string) {
    return findCondition((await this.status(name))?.conditions, type)
  }

  async find<T extends KubeObject>(kind: Kind<T>, name: string): Promise<T | undefined> {
    const resource = await this.#bench.client.resource(kind)
    return resource.get(this.at(name)).catch((error: unknown) => {
      if (isNotFound(error)) return undefined
      throw error
    })
  }

  async get<T extends KubeObject>(kind: Kind<T>, name: string): Promise<T> {
    return (await this.#bench.client.resource(kind)).get(this.at(name))
  }

  async patch<T extends KubeObject>(kind: Kind<T>, name: string, body: object, subresource?: string): Promise<T> {
    const resource = await this.#bench.client.resource(kind)
    return resource.patch(this.at(name), { type: 'merge', body }, subresource === undefined ? {} : { subresource })
  }

  /** As the Deployment controller does when all pods of the newest template are available. */
  async rollOut(name: string): Promise<void> {
    const { metadata, spec } = await this.get(Deployment, name)
    const replicas = spec?.replicas ?? 1
    const counts = { replicas, readyReplicas: replicas, updatedReplicas: replicas, availableReplicas: replicas }
    await this.#deploymentStatus(name, metadata.generation, counts, [
      ['Available', 'True', 'MinimumReplicasAvailable', ''],
      ['Progressing', 'True', 'NewReplicaSetAvailable', ''],
    ])
  }

  /** As it does when the pods of the newest template do not come up. */
  async stall(name: string): Promise<void> {
    const { metadata, spec } = await this.get(Deployment, name)
    const replicas = spec?.replicas ?? 1
    const counts = { replicas: replicas + 1, readyReplicas: replicas, updatedReplicas: 1, availableReplicas: replicas }
    await this.#deploymentStatus(name, metadata.generation, counts, [
      ['Available', 'True', 'MinimumReplicasAvailable', ''],
      ['Progressing', 'False', 'ProgressDeadlineExceeded', 'ReplicaSet has timed out progressing.'],
    ])
  }

  async #deploymentStatus(
    name: string,
    observedGeneration: number | undefined,
    counts: object,
    conditions: readonly (readonly [type: string, status: string, reason: string, message: string])[],
  ): Promise<void> {
    const time = '2026-01-02T03:04:05Z'
    const body = {
      status: {
        observedGeneration,
        ...counts,
        conditions: conditions.map(([type, status, reason, message]) => ({
          ...{ type, status, reason, message, lastTransitionTime: time, lastUpdateTime: time },
        })),
      },
    }
    await this.patch(Deployment, name, body, 'status')
  }

  /** Created, and rolled out. */
  async ready(name: string, spec: Spec): Promise<void> {
    await this.create(name, spec)
    await eventually(() => this.get(Deployment, name))
    await this.rollOut(name)
    await eventually(async () => expect(await this.condition(name, 'Ready')).toMatchObject({ status: 'True' }))
  }

  async revision(name: string): Promise<string> {
    return (await this.get(Deployment, name)).spec?.template.metadata?.annotations?.[REVISION] ?? ''
  }

  async settings(): Promise<readonly string[]> {
    const { items } = await (await this.#bench.configMaps()).list({
      namespace: this.namespace,
      labelSelector: 'apps.kubewright.dev/application',
    })
    return namesOf(items)
  }

  async events(): Promise<readonly string[]> {
    const { items } = await (await this.#bench.client.resource(EventsV1Event)).list({ namespace: this.namespace })
    return items.map(({ reason = '' }) => reason)
  }

  readonly at = (name: string) => ({ namespace: this.namespace, name })
}

/** A namespace with an operator of its own, behind a proxy that sees what it asks for. */
export class Site extends Applications {
  readonly proxy: FaultProxy
  running: RunningManager

  constructor(bench: Bench, namespace: string, proxy: FaultProxy, running: RunningManager) {
    super(bench, namespace)
    this.proxy = proxy
    this.running = running
  }

  /** What the operator has written, each as VERB RESOURCE. */
  writes(): readonly string[] {
    return this.proxy.requests.flatMap((request) => {
      const info = requestInfo(request)
      return info.is === 'resource' && !isRead(info) && request.path.includes(`/namespaces/${this.namespace}/`)
        ? [`${info.verb} ${info.resource}${info.subresource === undefined ? '' : `/${info.subresource}`}`]
        : []
    })
  }

  async restart(): Promise<void> {
    await this.running.stop()
    this.running = start(this.proxy, this.namespace)
  }
}

const start = (proxy: FaultProxy, namespace: string) =>
  startManager(proxy.connection, (manager) => application.setup(manager, application.config.parse({})), { namespaces: [namespace] })

/** Tests with `site`, each with its own. */
export const siteTest = (bench: Bench) =>
  base.extend<{ site: Site }>({
    // biome-ignore lint/correctness/noEmptyPattern: vitest reads from the pattern which fixtures this one needs.
    async site({}, use) {
      const namespace = await bench.namespace()
      const proxy = await faultProxy(bench.cluster.connection)
      const site = new Site(bench, namespace, proxy, start(proxy, namespace))
      await use(site)
      await site.running.stop()
      await proxy.stop()
    },
  })
