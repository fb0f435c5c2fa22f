import type { Clock } from '@kubewright/core'
import { CertificateMetrics } from './certificate-metrics.ts'
import { ControllerMetrics } from './controller-metrics.ts'
import { Counter, Gauge, type Registry } from './prometheus.ts'
import { QueueMetrics } from './queue-metrics.ts'
import { type ClusterInformer, WatchMetrics } from './watch-metrics.ts'

/** Everything that a manager measures, in one registry of its own. */
export interface RuntimeMetrics {
  readonly controllers: ControllerMetrics
  readonly queues: QueueMetrics
  readonly watches: WatchMetrics
  readonly certificates: CertificateMetrics
  readonly leader: Gauge<'name'>
  readonly leaderSlowPath: Counter<'name'>
  /** Changes of who leads, as this replica has seen them; its own election is one. */
  readonly leaderTransitions: Counter<'name'>
  /** Events that were recorded, whether or not they were written. */
  readonly events: Counter<'type'>
  /** Events that were not written. */
  readonly eventsDropped: Counter<'reason'>
}

export function runtimeMetrics(registry: Registry, clock: Clock, informers: () => readonly ClusterInformer[]): RuntimeMetrics {
  const registers = [registry]
  return {
    controllers: new ControllerMetrics(registry),
    queues: new QueueMetrics(registry),
    watches: new WatchMetrics(registry, clock, informers),
    certificates: new CertificateMetrics(registry),
    leader: new Gauge({
      name: 'leader_election_master_status',
      help: "Gauge of if the reporting system is master of the relevant lease, 0 indicates backup, 1 indicates master. 'name' is the string used to identify the lease.",
      labelNames: ['name'],
      registers,
    }),
    leaderSlowPath: new Counter({
      name: 'leader_election_slowpath_total',
      help: 'Total number of slow path exercised in renewing leader leases.',
      labelNames: ['name'],
      registers,
    }),
    leaderTransitions: new Counter({
      name: 'leader_election_transitions_total',
      help: 'Changes of who leads, as this replica has seen them; its own election is one',
      labelNames: ['name'],
      registers,
    }),
    events: eventCounter(registry),
    eventsDropped: new Counter({
      name: 'kubewright_events_dropped_total',
      help: 'Events that were not written: the queue was full (queue), one object said too much (spam), the server did not take them (refused)',
      labelNames: ['reason'],
      registers,
    }),
  }
}

function eventCounter(registry: Registry): Counter<'type'> {
  const counter = new Counter({
    name: 'kubewright_events_total',
    help: 'Events that controllers recorded, repetitions too, whether or not they were written',
    labelNames: ['type'],
    registers: [registry],
  })
  for (const type of ['Normal', 'Warning']) counter.inc({ type }, 0)
  return counter
}
