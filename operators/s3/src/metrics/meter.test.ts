// The names that dashboards and alerts of the original ask for, and those of ours.
import { readFileSync } from 'node:fs'
import { Registry } from 'kubewright'
import { beforeEach, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { Meter } from './meter.ts'

const root = new URL('../../../../', import.meta.url)
const object = { metadata: { namespace: 'team', name: 'photos' } }

let registry: Registry
let meter: Meter

/** All that ever happens, once. */
beforeEach(() => {
  registry = new Registry()
  meter = new Meter(registry)
  meter.started('Bucket')
  meter.ended('Bucket', 'success', 0.2)
  meter.failed('Bucket', 'Denied')
  meter.saw('Bucket', object, true)
  meter.changed('update_tagging', 'success')
  meter.connected('store', 'connected')
  meter.drifted('Bucket', 'tagging')
  meter.called('s3', 'HeadBucket', 'Throttled', 0.1)
})

const samples = async () => (await registry.metrics()).split('\n').filter((line) => line !== '' && !line.startsWith('#'))

describe('the metrics of the original, under their names', () => {
  test.each([
    'reconcile_total{kind="Bucket",result="started"} 1',
    'reconcile_total{kind="Bucket",result="success"} 1',
    'reconcile_duration_seconds_bucket{le="0.5",kind="Bucket"} 1',
    'bucket_operations_total{operation="update_tags",result="success"} 1',
    'provider_connectivity_total{provider="store",status="connected"} 1',
    'drift_detected_total{kind="Bucket",resource_type="tags"} 1',
    'api_call_total{api_type="s3",operation="HeadBucket",result="Throttled"} 1',
    'api_call_duration_seconds_bucket{le="0.25",api_type="s3",operation="HeadBucket"} 1',
    'rate_limit_hits_total{api_type="s3"} 1',
    'error_total{kind="Bucket",error_type="Denied"} 1',
    'resource_status_total{kind="Bucket",status="ready"} 1',
  ])('%s', async (sample) => expect(await samples()).toContain(`wasabi_s3_operator_${sample}`))

  test('objects by their state are as many as there are, and not as many as were ever seen', async () => {
    meter.saw('Bucket', object, false)
    meter.saw('User', object, true)
    expect((await samples()).filter((line) => line.includes('resource_status'))).toEqual([
      'wasabi_s3_operator_resource_status_total{kind="Bucket",status="not_ready"} 1',
      'wasabi_s3_operator_resource_status_total{kind="User",status="ready"} 1',
    ])
    meter.forget('Bucket', object.metadata)
    meter.forget('User', object.metadata)
    expect((await samples()).filter((line) => line.includes('resource_status'))).toEqual([])
  })

  test('only what a server refused as too much counts as that', async () => {
    meter.called('iam', 'GetUser', 'success', 0.1)
    expect((await samples()).filter((line) => line.includes('rate_limit_hits'))).toHaveLength(1)
  })
})

interface Dashboard {
  readonly panels: readonly { readonly title: string; readonly targets?: readonly { readonly expr: string }[] }[]
}
interface Alerts {
  readonly groups: readonly { readonly rules: readonly { readonly alert: string; readonly expr: string }[] }[]
}

const textAt = (path: string) => readFileSync(new URL(path, root), 'utf8')
const dashboard = JSON.parse(textAt('deploy/dashboards/s3.json')) as Dashboard
const alerts = parse(textAt('deploy/alerts/s3.yaml')) as Alerts
const queries = [
  ...dashboard.panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => [title, expr] as const)),
  ...alerts.groups.flatMap(({ rules }) => rules.map(({ alert, expr }) => [alert, expr] as const)),
]

/** Labels that Prometheus adds when it scrapes. */
const ADDED = ['job', 'instance', 'namespace', 'le']

test.each(queries)('%s asks for metrics that there are, by their labels', async (_title, query) => {
  const families = await registry.getMetricsAsJSON()
  const labelsOf = (name: string) => {
    const family = families.find((each) => each.name === name || each.name === name.replace(/_(bucket|sum|count)$/, ''))
    return family?.values.flatMap((value) => Object.keys((value as { readonly labels: object }).labels))
  }
  const series = [...query.matchAll(/\b(wasabi_s3_operator_[a-z_]+)(?:\{([^}]*)\})?/g)]
  expect(series.length).toBeGreaterThan(0)
  const grouped = [...query.matchAll(/by \(([^)]*)\)/g)].flatMap(([, names = '']) => names.split(/, */))
  for (const [, name = '', filter = ''] of series) {
    const labels = labelsOf(name)
    expect(labels, name).toBeDefined()
    const asked = [...[...filter.matchAll(/(\w+)[=!~]+"/g)].map(([, label = '']) => label), ...grouped]
    expect([...labels!, ...ADDED]).toEqual(expect.arrayContaining(asked))
  }
})

test('every metric is on the dashboard', () => {
  const shown = dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)).join(' ')
  for (const [family] of textAt('operators/s3/src/metrics/meter.ts').matchAll(/[a-z_]+_(?:total|seconds)(?=['`])/g))
    expect(shown).toContain(`wasabi_s3_operator_${family}`)
})
