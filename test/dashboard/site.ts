// A manager with a dashboard in this process, that a test can stop and start again under the same address.
import { createServer } from 'node:net'
import { type Client, ConfigMap } from '@kubewright/client'
import type { Snapshot } from '@kubewright/dashboard'
import { controller, type DashboardOptions, dashboard } from 'kubewright'
import type { Bench } from '../integration/harness.ts'
import { startManager } from '../integration/managers.ts'

export interface Site {
  readonly url: string
  snapshot(): Promise<Snapshot>
  stop(): Promise<void>
}

/** A port that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => (typeof address === 'object' && address !== null ? resolve(address.port) : reject(new Error('no port'))))
    })
  })
}

/** Labels ConfigMaps, and fails on those that say so. */
export async function startSite(bench: Bench, namespace: string, options: DashboardOptions & { readonly labels?: boolean }): Promise<Site> {
  const page = dashboard({ program: 'site', bindAddress: '127.0.0.1:0', ...options })
  const labelling = controller(ConfigMap, {
    name: 'labels',
    namespaces: [namespace],
    // A real server puts a ConfigMap of its own into each namespace.
    labelSelector: 'site',
    async reconcile({ object, client }) {
      if (object.data?.['fails'] !== undefined) throw new Error('the host example.test does not answer')
      if (options.labels === false || object.metadata.labels?.['seen'] === 'yes') return
      const resource = await client.resource(ConfigMap)
      await resource.patch(nameOf(object), { type: 'merge', body: { metadata: { labels: { seen: 'yes' } } } })
    },
  })
  const running = startManager(bench.cluster.connection, [page, labelling])
  const url = await page.url
  return {
    url,
    snapshot: async () => (await (await fetch(`${url}api/snapshot`)).json()) as Snapshot,
    stop: async () => void (await running.stop()),
  }
}

const nameOf = ({ metadata: { name = '', namespace } }: ConfigMap) => ({ name, namespace })

/** Many objects, some at a time. */
export async function fill(client: Client, namespace: string, names: readonly string[]): Promise<void> {
  const resource = await client.resource(ConfigMap)
  for (let at = 0; at < names.length; at += 100)
    await Promise.all(
      names
        .slice(at, at + 100)
        .map((name) => resource.create({ metadata: { name, namespace, labels: { site: 'yes' } }, data: { a: '1' } })),
    )
}
