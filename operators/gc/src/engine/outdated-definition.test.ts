import { expect, test } from 'vitest'
import { useCollector } from '../fake/collector-bench.ts'

const bench = useCollector()
const problem = { reason: 'CRDOutdated', message: 'the definition is old' } as const

test('P6: a policy under an outdated definition does nothing and says so; when that is updated it goes on, and keeps its counts', async () => {
  bench.configMap('a')
  const policy = await bench.apply()
  await bench.clock.advance(15_000)
  expect(bench.left()).toEqual([])
  bench.schemaProblem = problem
  bench.collector.schemasChanged()
  bench.configMap('b')
  await bench.clock.advance(60_000)
  expect(bench.left()).toEqual(['b'])
  expect(bench.condition('Ready')).toMatchObject({ status: 'False', reason: 'CRDOutdated', message: problem.message })
  bench.collector.setPolicy(policy)
  await bench.clock.advance(60_000)
  expect(bench.left()).toEqual(['b'])
  bench.schemaProblem = undefined
  bench.collector.schemasChanged()
  await bench.clock.advance(60_000)
  expect(bench.left()).toEqual([])
  expect(bench.statuses().at(-1)).toMatchObject({ deletedTotal: 2 })
})

test('definitions that changed and are as they should be disturb nothing', async () => {
  bench.configMap('a')
  await bench.apply()
  const watches = bench.cluster.watches
  bench.collector.schemasChanged()
  expect(bench.cluster.watches).toBe(watches)
  await bench.clock.advance(15_000)
  expect(bench.left()).toEqual([])
})
