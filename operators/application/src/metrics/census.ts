import { Counter, Gauge, type Manager, type Registry } from 'kubewright'
import { Application } from '../kind/application.ts'
import { PHASES } from '../kind/status.ts'

const { group, kind: KIND } = Application

/** Where the applications are, and whose: replicas may share them, or one may lead. */
export type Counted = Pick<Manager, 'metrics' | 'cache' | 'shards' | 'isLeader'>

/** How many applications there are, by namespace and by phase; the showcase's metrics under their names. Over all replicas each is counted once. */
export function countApplications(manager: Counted): void {
  new Gauge({
    name: 'resource_count',
    help: 'Objects by namespace.',
    labelNames: ['kind', 'namespace'],
    registers: [manager.metrics],
    collect() {
      this.reset()
      for (const { metadata } of ownApplications(manager)) this.inc({ kind: KIND, namespace: metadata.namespace ?? '' })
    },
  })
  new Gauge({
    name: 'resource_phase_count',
    help: 'Objects by phase.',
    labelNames: ['kind', 'phase'],
    registers: [manager.metrics],
    collect() {
      for (const phase of PHASES) this.set({ kind: KIND, phase }, 0)
      for (const { status } of ownApplications(manager)) this.inc({ kind: KIND, phase: status?.phase ?? 'Pending' })
    },
  })
}

/** Rollouts that were taken back. */
export function rollbackCounter(registry: Registry): Counter<'namespace'> {
  return new Counter({
    name: 'application_rollbacks_total',
    help: 'Rollouts that failed and were taken back.',
    labelNames: ['namespace'],
    registers: [registry],
  })
}

/** Counted at the time of the scrape: what is remembered of each reconcile would go on counting what has moved to another replica. */
function ownApplications(manager: Counted): readonly Application[] {
  const { cache, shards } = manager
  // None before the controller watches them.
  const watched = cache.informers().find(({ informer: { type } }) => type.group === group && type.kind === KIND)
  if (watched === undefined || !manager.isLeader()) return []
  const applications = watched.informer.list() as readonly Application[]
  if (shards === undefined) return applications
  return applications.filter(({ metadata: { name = '', namespace } }) => shards.owns({ cluster: '', group, kind: KIND, namespace, name }))
}
