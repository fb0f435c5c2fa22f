import { expect, test } from 'vitest'
import { useCollector } from '../fake/collector-bench.ts'

const bench = useCollector()
const slowly = { maxDeletionsPerSecond: 10, batchSize: 1 }

test('P10: a dry run that is switched on in the middle of a drain stops it, one that is switched off takes it up again, and each counts its own', async () => {
  for (let n = 0; n < 100; n++) bench.configMap(`o${n}`)
  await bench.apply({ behavior: slowly })
  await bench.clock.advance(14_000)
  const left = bench.left().length
  expect(left).toBeGreaterThan(0)
  expect(left).toBeLessThan(100)

  await bench.apply({ behavior: { ...slowly, dryRun: true } })
  const before = bench.cluster.requests.filter(({ kind }) => kind === 'ConfigMap').length
  await bench.clock.advance(60_000)
  expect(bench.left()).toHaveLength(left)
  expect(bench.cluster.requests.filter(({ kind }) => kind === 'ConfigMap')).toHaveLength(before)
  expect(bench.statuses().at(-1)).toMatchObject({ wouldDelete: left, deletedTotal: 100 - left })

  await bench.apply({ behavior: slowly })
  await bench.clock.advance(60_000)
  expect(bench.left()).toEqual([])
  expect(bench.statuses().at(-1)).toMatchObject({ deletedTotal: 100 })
  expect(bench.cluster.deletes()).toHaveLength(100)
})
