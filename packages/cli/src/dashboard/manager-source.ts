import { objectKey } from '@kubewright/core'
import type { DashboardSource, DashboardView, SourceActions, SourceWatch } from '@kubewright/dashboard'
import { Counter, type Manager, visibleObject, visibleWords } from '@kubewright/runtime'

/** A manager as the dashboard sees it. */
export function managerSource(
  manager: Manager,
  { program, views, acts }: { readonly program: string; readonly views: readonly DashboardView[]; readonly acts: boolean },
): DashboardSource {
  const { clock, observations, log, shards, clusters } = manager
  return {
    ...{ program, views, clock, observations },
    sharded: shards !== undefined,
    actions: acts ? actionsOn(manager) : undefined,
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

/** What is done by hand is told in the log, and on the object that it was done to. */
function actionsOn(manager: Manager): SourceActions {
  const recorder = manager.recorder('dashboard')
  return {
    controllers: () => manager.controllers(),
    taken({ action, controllers, object, result }) {
      const about = object === undefined ? {} : { kind: object.kind, object: objectKey(object) }
      manager.log.info('somebody has acted on the dashboard', { action, controllers, ...about, result })
      if (object !== undefined)
        recorder.event(object, { reason: 'ReconcileRequested', action: 'Reconcile', note: `asked for on the dashboard: ${result}` })
    },
  }
}

/** As the client's own metrics count them; none when the client was made without. */
async function requestsOf({ metrics }: Manager) {
  const counter = metrics.getSingleMetric('rest_client_requests_total')
  if (!(counter instanceof Counter)) return []
  const { values } = await counter.get()
  return values.map(({ labels, value }) => ({ method: String(labels['method'] ?? ''), code: String(labels['code'] ?? ''), count: value }))
}
