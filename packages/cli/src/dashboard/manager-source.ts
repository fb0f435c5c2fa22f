import type { DashboardSource, DashboardView, SourceWatch } from '@kubewright/dashboard'
import { Counter, type Manager, visibleObject, visibleWords } from '@kubewright/runtime'

/** A manager as the dashboard sees it. */
export function managerSource(
  manager: Manager,
  { program, views }: { readonly program: string; readonly views: readonly DashboardView[] },
): DashboardSource {
  const { clock, observations, log, shards, clusters } = manager
  return {
    ...{ program, views, clock, observations },
    sharded: shards !== undefined,
    overview: () => manager.overview(),
    watches: () =>
      clusters.list().flatMap(({ name, cache }) =>
        cache.informers().map(({ kind, scope, informer, leases }): SourceWatch => {
          return { kind, cluster: name, metadataOnly: scope.metadataOnly, users: leases, informer }
        }),
      ),
    requests: () => requestsOf(manager),
    visible: (object) => visibleObject(object, log.secrets),
    hide: (text) => visibleWords(text, log.secrets),
  }
}

/** As the client's own metrics count them; none when the client was made without. */
async function requestsOf({ metrics }: Manager) {
  const counter = metrics.getSingleMetric('rest_client_requests_total')
  if (!(counter instanceof Counter)) return []
  const { values } = await counter.get()
  return values.map(({ labels, value }) => ({ method: String(labels['method'] ?? ''), code: String(labels['code'] ?? ''), count: value }))
}
