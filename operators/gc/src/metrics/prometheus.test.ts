import { Registry } from 'kubewright'
import { expect, test } from 'vitest'
import { prometheusMeter } from './prometheus.ts'

const labels = { policy_namespace: 'team', policy_name: 'p', resource_api_version: 'v1', resource_kind: 'ConfigMap' }

function registered() {
  const registry = new Registry()
  return { registry, meter: prometheusMeter(registry) }
}

// Dashboards and alerts of the original depend on these names.
test('K10: the series of the original are there, under their names', async () => {
  const { registry } = registered()
  const names = (await registry.getMetricsAsJSON()).map(({ name }) => name)
  expect(names).toEqual(
    expect.arrayContaining([
      'gc_policies_total',
      'gc_resources_matched_total',
      'gc_resources_deleted_total',
      'gc_resources_pending_total',
      'gc_deletion_duration_seconds',
      'gc_errors_total',
      'gc_evaluation_duration_seconds',
      'gc_informers_total',
      'gc_rate_limiters_total',
      'gc_leader_election_status',
      'gc_leader_election_transitions_total',
    ]),
  )
})

test('what is counted can be read', async () => {
  const { registry, meter } = registered()
  meter.policies(new Map([['Active', 2]]))
  meter.standing(labels, { matched: 3, pending: 2, wouldDelete: 1 })
  meter.deleted(labels, 5)
  meter.error(labels, 'deletion_failed')
  meter.backedUp(labels, { is: 'kept', bytes: 700 })
  meter.backedUp(labels, { is: 'kept', bytes: 300 })
  meter.backedUp(labels, { is: 'failed' })
  const text = await registry.metrics()
  expect(text).toContain('gc_policies_total{phase="Active"} 2')
  expect(text).toContain('gc_policies_total{phase="Error"} 0')
  expect(text).toMatch(/gc_resources_deleted_total\{.*reason="ttl_expired"\} 5/)
  expect(text).toMatch(/gc_resources_would_delete\{.*\} 1/)
  expect(text).toContain('gc_errors_total{policy_namespace="team",policy_name="p",error_type="deletion_failed"} 1')
  expect(text).toMatch(/gc_backups_total\{.*result="kept"\} 2/)
  expect(text).toMatch(/gc_backups_total\{.*result="failed"\} 1/)
  expect(text).toMatch(/gc_backup_bytes_total\{.*\} 1000/)
})

test('K16: the series of a policy that went go with it', async () => {
  const { registry, meter } = registered()
  meter.standing(labels, { matched: 3, pending: 2, wouldDelete: 1 })
  meter.requested(labels, 0.1)
  meter.deleted(labels, 5)
  meter.backedUp(labels, { is: 'kept', bytes: 1 })
  meter.backedUp(labels, { is: 'failed' })
  meter.evaluated(labels, 0.1)
  meter.forget(labels)
  expect(await registry.metrics()).not.toContain('policy_name="p"')
})
