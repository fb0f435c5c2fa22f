// One namespace with the s3 operator at work in it, and a server for it.
import { EventsV1Event } from '@kubewright/client'
import type { Kind, KubeObject } from '@kubewright/core'
import { s3 } from '@kubewright/operator-s3'
import { type FaultProxy, faultProxy } from '@kubewright/testing'
import { test as base } from 'vitest'
import { recordSpans } from '../../packages/runtime/src/fake/span-recording.ts'
import type { Bench } from './harness.ts'
import { type RunningManager, startManager } from './managers.ts'
import type { ServerUnderTest } from './s3-servers.ts'
import { KINDS, S3Tenant } from './s3-tenant.ts'
import type { SecretSearch } from './secret-search.ts'

export { KINDS } from './s3-tenant.ts'

/** The same, with the operator at work in this process. */
export class S3Site extends S3Tenant {
  readonly proxy: FaultProxy
  readonly #bench: Bench
  /** Of lives of the operator that are over. */
  readonly #earlier: string[] = []
  running: RunningManager

  constructor(bench: Bench, namespace: string, proxy: FaultProxy, server: ServerUnderTest) {
    super(bench, namespace, server)
    this.#bench = bench
    this.proxy = proxy
    this.running = this.#start()
  }

  #start(): RunningManager {
    return startManager(this.proxy.connection, (manager) => s3.setup(manager, s3.config.parse({ driftCheckIntervalSeconds: 5 })), {
      namespaces: [this.namespace],
    })
  }

  async restart(): Promise<void> {
    await this.running.stop()
    this.#earlier.push(...this.running.lines.map(({ text }) => text), await this.running.manager.metrics.metrics())
    this.running = this.#start()
  }

  /** What the operator has told anybody, place by place. */
  async places(): Promise<Readonly<Record<string, string>>> {
    const listed = async (kind: unknown) => {
      const { items } = await (await this.#bench.client.resource(kind as Kind<KubeObject>)).list({ namespace: this.namespace })
      return JSON.stringify(items)
    }
    return {
      log: [...this.#earlier, ...this.running.lines.map(({ text }) => text)].join('\n'),
      events: await listed(EventsV1Event),
      objects: (await Promise.all(KINDS.map(listed))).join('\n'),
      metrics: await this.running.manager.metrics.metrics(),
      overview: JSON.stringify(this.running.manager.overview()),
      requests: this.proxy.requests.map(({ path, query }) => `${path}?${query}`).join('\n'),
    }
  }
}

/** What was secret on a server, and the search for it. */
export interface SearchedSecrets {
  readonly search: SecretSearch
  readonly secrets: () => readonly string[]
}

/** Tests with `site`, each with its own; when its test is over, the secrets are looked for in everything that its operator has told. */
export const s3Test = (bench: Bench, server: () => Promise<ServerUnderTest>, searched?: SearchedSecrets) =>
  base.extend<{ site: S3Site }>({
    // biome-ignore lint/correctness/noEmptyPattern: vitest reads from the pattern which fixtures this one needs.
    async site({}, use) {
      const namespace = await bench.namespace()
      const proxy = await faultProxy(bench.cluster.connection)
      const spans = searched && recordSpans()
      const site = new S3Site(bench, namespace, proxy, await server())
      await use(site)
      if (searched !== undefined) {
        searched.search.lookFor(...searched.secrets().map((secret, at) => ({ name: `secret ${at + 1}`, bytes: Buffer.from(secret) })))
        const traces = spans?.finished().map(({ name, attributes, events, status }) => ({ name, attributes, events, status }))
        searched.search.expectNone({ ...(await site.places()), traces: JSON.stringify(traces) })
      }
      await site.running.stop()
      await proxy.stop()
    },
  })
