// Every query of a dashboard asks for a metric that a running program has, by labels that the metric has.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { ConfigMap } from '@kubewright/client'
import { controller, processMetrics } from '@kubewright/runtime'
import { eventually } from '@kubewright/testing'
import { expect, test } from 'vitest'
import { useCluster } from '../integration/harness.ts'
import { runManager } from '../integration/managers.ts'

const bench = useCluster()
const folder = join(dirname(dirname(import.meta.dirname)), 'deploy', 'dashboards')

interface Panel {
  readonly title: string
  readonly targets?: readonly { readonly expr: string }[]
}

/** Labels that Prometheus adds when it scrapes. */
const ADDED = new Set(['job', 'instance', 'le'])

test('every query of a dashboard asks for a metric of a running program, by its labels', async () => {
  const namespace = await bench.namespace()
  const reconciled = Promise.withResolvers<void>()
  const { manager } = runManager(
    bench.cluster.connection,
    [controller(ConfigMap, { name: 'looked-at', namespaces: [namespace], reconcile: () => reconciled.resolve() })],
    { leaderElection: { leaseName: `dashboards-${namespace}`, leaseNamespace: namespace } },
  )
  processMetrics(manager.metrics)
  await (await bench.configMaps()).create({ metadata: { namespace, name: 'a' } })
  await reconciled.promise
  const families = await eventually(async () => {
    const all = await manager.metrics.getMetricsAsJSON()
    expect(all.find(({ name }) => name === 'workqueue_work_duration_seconds')?.values.length).toBeGreaterThan(0)
    return all
  })
  const labelsOf = new Map(
    families.map(({ name, values }) => [name, new Set(values.flatMap((value) => Object.keys((value as { labels: object }).labels)))]),
  )

  const problems: string[] = []
  // Those of operators are held to the metrics of their operator, beside these.
  for (const file of readdirSync(folder).filter((name) => name === 'runtime.json')) {
    const { panels } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as { readonly panels: readonly Panel[] }
    const queries = panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({ title, expr })))
    expect(queries.length).toBeGreaterThan(10)
    for (const { title, expr } of queries) {
      for (const [, series = '', filter = ''] of expr.matchAll(/\b([a-z][a-z0-9_]*)\{([^}]*)\}/g)) {
        const labels = labelsOf.get(series.replace(/_bucket$/, ''))
        const grouped = [...expr.matchAll(/by \(([^)]*)\)/g)].flatMap(([, names = '']) => names.split(', '))
        const asked = [...[...filter.matchAll(/(\w+)[=~!]+"/g)].map(([, label = '']) => label), ...grouped]
        if (labels === undefined) problems.push(`${file}, "${title}": there is no metric ${series}`)
        // A counter without a series yet tells nothing of its labels.
        else if (labels.size > 0)
          problems.push(
            ...asked
              .filter((label) => !labels.has(label) && !ADDED.has(label))
              .map((label) => `${file}, "${title}": ${series} has no label ${label}`),
          )
      }
    }
  }
  expect(problems).toEqual([])
})
