import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Registry } from 'kubewright'
import { expect, test } from 'vitest'
import { prometheusMeter } from './prometheus.ts'

const labels = { namespace: 'team', resource: 'Deployment/shop' }

function registered() {
  const registry = new Registry()
  return { registry, meter: prometheusMeter(registry) }
}

// The first eight the original had, the others it promised.
const PROMISED = [
  'vault_sync_operator_sync_attempts_total',
  'vault_sync_operator_sync_duration_seconds',
  'vault_sync_operator_auth_attempts_total',
  'vault_sync_operator_secrets_discovered',
  'vault_sync_operator_vault_write_errors_total',
  'vault_sync_operator_secret_not_found_errors_total',
  'vault_sync_operator_secret_key_missing_errors_total',
  'vault_sync_operator_config_parse_errors_total',
  'vault_sync_operator_runtime_info',
  'vault_sync_rotation_checks_total',
  'vault_sync_rotation_detected_total',
  'vault_sync_rotation_skipped_total',
  'vault_rate_limit_wait_duration_seconds',
  'vault_rate_limit_requests_total',
  'vault_batch_operations_total',
  'vault_batch_size_histogram',
  'vault_batch_duration_seconds',
  'vault_large_secret_count',
  'vault_memory_optimization_applied_total',
]

test('S15: every series that the documents of the original name is there', async () => {
  const { registry } = registered()
  expect((await registry.getMetricsAsJSON()).map(({ name }) => name)).toEqual(expect.arrayContaining(PROMISED))
})

test('B42, 2.6.16: no path, Secret or key is a label, and the series of an object go with it', async () => {
  const { registry, meter } = registered()
  meter.synced(labels, 'success', 0.1)
  meter.synced(labels, 'failed', 0.1)
  meter.discovered(labels, 3)
  meter.configError(labels)
  meter.secretMissing('team')
  meter.keyMissing('team')
  meter.writeError('permission_denied', 'secret')
  const all = await registry.getMetricsAsJSON()
  const names = new Set(all.flatMap(({ values }) => values.flatMap((value) => Object.keys(value.labels))))
  for (const name of ['path', 'secret_name', 'key']) expect(names).not.toContain(name)
  meter.forget(labels)
  expect(await registry.metrics()).not.toContain('Deployment/shop')
})

test('S15: each panel of the dashboard asks for a series and labels that there are', async () => {
  const { registry, meter } = registered()
  meter.synced(labels, 'success', 0.1)
  meter.authAttempt('success')
  meter.writeError('unknown', 'secret')
  meter.wrote('changed', 1)
  meter.conflict('team')
  meter.cleanup('removed')
  meter.discovered(labels, 1)
  meter.rotation('skipped')
  meter.waited(0.1)
  meter.request('200')
  const known = new Map(
    (await registry.getMetricsAsJSON()).map(({ name, values }) => [name, new Set(values.flatMap((value) => Object.keys(value.labels)))]),
  )
  const file = join(import.meta.dirname, '../../../../deploy/dashboards/vault-sync.json')
  const dashboard = JSON.parse(readFileSync(file, 'utf8')) as { panels: { title: string; targets?: { expr: string }[] }[] }
  const expressions = dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr))
  expect(expressions.length).toBeGreaterThan(10)
  for (const expression of expressions) {
    const series = [...expression.matchAll(/\b(vault_[a-z_]+)/g)].map(([, name]) => name!)
    expect(series.length, expression).toBeGreaterThan(0)
    for (const name of series)
      expect(known, expression).toSatisfy((all: typeof known) => all.has(name) || all.has(name.replace(/_(bucket|sum|count)$/, '')))
    const labelsOf = known.get(series[0]!) ?? known.get(series[0]!.replace(/_(bucket|sum|count)$/, ''))!
    const asked = [...expression.matchAll(/by \(([^)]*)\)/g)].flatMap(([, list]) => list!.split(',').map((each) => each.trim()))
    for (const label of asked) expect([...labelsOf, 'le'], expression).toContain(label)
  }
})
