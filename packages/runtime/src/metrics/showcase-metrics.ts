import type { Registry } from 'prom-client'
import { aliasMetrics, type MetricAlias } from './aliases.ts'

/** A severity as the showcase had it; Kubernetes knows the type alone. */
const SEVERITIES: Readonly<Record<string, string>> = { Normal: 'Info', Warning: 'Warning' }

const ALIASES: readonly MetricAlias[] = [
  {
    name: 'controller_reconcile_total',
    of: 'controller_runtime_reconcile_total',
    // It knew two results; to be called again is success.
    labels: ({ controller = '', result }) => ({ controller, result: result === 'error' ? 'error' : 'success' }),
  },
  { name: 'controller_reconcile_errors_total', of: 'controller_runtime_reconcile_errors_total' },
  { name: 'controller_reconcile_duration_seconds', of: 'controller_runtime_reconcile_time_seconds' },
  {
    name: 'event_total',
    of: 'kubewright_events_total',
    labels: ({ type = '' }) => ({ type, severity: SEVERITIES[type] ?? 'Info' }),
  },
  { name: 'webhook_duration_seconds', of: 'controller_runtime_webhook_latency_seconds' },
  { name: 'leader_election_status', of: 'leader_election_master_status', labels: () => ({}) },
  { name: 'leader_transitions_total', of: 'leader_election_transitions_total', labels: () => ({}) },
]

/**
 * The metrics of the TypeScript showcase under their names, beside controller-runtime's, for dashboards that were made for it. Its
 * `webhook_requests_total`, `workqueue_*` and `process_start_time_seconds` are there anyway; `resource_count` and `resource_phase_count` are the operator's.
 * @throws Error when the registry has a metric of one of the names
 */
export function showcaseMetrics(registry: Registry): void {
  aliasMetrics(registry, ALIASES)
}
