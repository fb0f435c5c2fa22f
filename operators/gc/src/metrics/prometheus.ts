import { Counter, Gauge, Histogram, type Registry } from 'kubewright'
import type { Meter, PolicyLabels } from './meter.ts'

const POLICY = ['policy_namespace', 'policy_name'] as const
const RESOURCE = [...POLICY, 'resource_api_version', 'resource_kind'] as const
const PHASES = ['Pending', 'Active', 'Blocked', 'Paused', 'Error'] as const

/** The series of zen-gc under their names (the two gauges named `_total` are its, too), and some of our own below. */
export function prometheusMeter(registry: Registry): Meter {
  const registers = [registry]
  const policies = new Gauge({ name: 'gc_policies_total', help: 'Policies by phase.', labelNames: ['phase'], registers })
  const matched = new Counter({
    name: 'gc_resources_matched_total',
    help: 'Objects that came to be matched, each once.',
    labelNames: RESOURCE,
    registers,
  })
  const pending = new Gauge({ name: 'gc_resources_pending_total', help: 'Objects that will fall due.', labelNames: RESOURCE, registers })
  const deleted = new Counter({
    name: 'gc_resources_deleted_total',
    help: 'Objects deleted.',
    labelNames: [...RESOURCE, 'reason'],
    registers,
  })
  const duration = new Histogram({
    name: 'gc_deletion_duration_seconds',
    help: 'Time of one DELETE.',
    labelNames: RESOURCE,
    // The usual ones, and two more: a quantile is never above the last, and an alert asks for more than 10 s.
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
    registers,
  })
  const backups = new Counter({
    name: 'gc_backups_total',
    help: 'Objects that were kept before their deletion, or could not be and were not deleted.',
    labelNames: [...RESOURCE, 'result'],
    registers,
  })
  const backupBytes = new Counter({
    name: 'gc_backup_bytes_total',
    help: 'Bytes of what was kept, compressed.',
    labelNames: RESOURCE,
    registers,
  })
  const errors = new Counter({ name: 'gc_errors_total', help: 'Errors.', labelNames: [...POLICY, 'error_type'], registers })
  const evaluation = new Histogram({
    name: 'gc_evaluation_duration_seconds',
    help: 'Time to look at all objects of a policy again.',
    labelNames: POLICY,
    buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5],
    registers,
  })
  const informers = new Gauge({ name: 'gc_informers_total', help: 'Policies with a watch; equal targets share one.', registers })
  const rateLimiters = new Gauge({ name: 'gc_rate_limiters_total', help: 'Policies with a rate of their own.', registers })
  const leader = new Gauge({ name: 'gc_leader_election_status', help: '1 in the replica that works.', registers })
  const transitions = new Counter({
    name: 'gc_leader_election_transitions_total',
    help: 'Times that this replica began or ceased to work.',
    registers,
  })
  const wouldDelete = new Gauge({
    name: 'gc_resources_would_delete',
    help: 'Objects that a dry run would have deleted by now.',
    labelNames: RESOURCE,
    registers,
  })

  const skew = new Gauge({ name: 'gc_clock_skew_seconds', help: 'How far our clock is ahead of that of the API server.', registers })

  return {
    skew: (seconds) => skew.set(seconds),
    policies: (phases) => {
      for (const phase of PHASES) policies.set({ phase }, phases.get(phase) ?? 0)
    },
    standing(labels, standing) {
      matched.inc({ ...labels }, standing.matched)
      pending.set({ ...labels }, standing.pending)
      wouldDelete.set({ ...labels }, standing.wouldDelete)
    },
    requested: (labels, seconds) => duration.observe({ ...labels }, seconds),
    deleted: (labels, count) => deleted.inc({ ...labels, reason: 'ttl_expired' }, count),
    backedUp(labels, outcome) {
      backups.inc({ ...labels, result: outcome.is })
      if (outcome.is === 'kept') backupBytes.inc({ ...labels }, outcome.bytes)
    },
    error: (labels, type) => errors.inc({ ...ofPolicy(labels), error_type: type }),
    evaluated: (labels, seconds) => evaluation.observe(ofPolicy(labels), seconds),
    watching(watching, limited) {
      informers.set(watching)
      rateLimiters.set(limited)
    },
    leading(is) {
      leader.set(is ? 1 : 0)
      transitions.inc()
    },
    forget(labels) {
      for (const metric of [matched, pending, duration, wouldDelete, backupBytes]) metric.remove({ ...labels })
      deleted.remove({ ...labels, reason: 'ttl_expired' })
      for (const result of ['kept', 'failed']) backups.remove({ ...labels, result })
      evaluation.remove(ofPolicy(labels))
    },
  }
}

const ofPolicy = ({ policy_namespace, policy_name }: Pick<PolicyLabels, 'policy_namespace' | 'policy_name'>) => ({
  policy_namespace,
  policy_name,
})
