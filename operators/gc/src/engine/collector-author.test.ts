import { expect, test } from 'vitest'
import { known } from '../facts/facts.ts'
import { useCollector } from '../fake/collector-bench.ts'

// A policy acts with no more rights than whoever wrote it has.

const bench = useCollector()
const SECOND = 1_000
const LONG = 10 * 60 * SECOND

test('a policy’s author who may not delete in a namespace: nothing goes there, and when the right is there it does', async () => {
  let allowed = false
  bench.facts.facts = {
    ...bench.facts.facts,
    author: () => known({ allowed, author: 'ann', until: bench.clock.now() + 60 * SECOND }),
  }
  bench.configMap('a')
  const annotations = { 'gc.kubewright.dev/author': JSON.stringify({ user: 'ann', groups: [], extra: {}, generation: 1 }) }
  await bench.apply({}, { annotations, generation: 1 })
  await bench.clock.advance(LONG)
  expect(bench.cluster.deletes()).toEqual([])
  expect(bench.condition('Degraded')?.status).toBe('True')
  expect(bench.condition('Unauthorised')).toMatchObject({ status: 'True', reason: 'AuthorForbidden' })
  expect(bench.condition('InvalidTTL')).toBeUndefined()
  allowed = true
  await bench.clock.advance(70 * SECOND)
  expect(bench.left()).toEqual([])
  expect(bench.condition('Unauthorised')).toMatchObject({ status: 'False' })
  expect(bench.audited.at(-1)?.author).toBe('ann')
})

test('a policy that was changed past the webhook does nothing', async () => {
  bench.configMap('a')
  const annotations = { 'gc.kubewright.dev/author': JSON.stringify({ user: 'ann', groups: [], extra: {}, generation: 1 }) }
  await bench.apply({}, { annotations, generation: 2 })
  await bench.clock.advance(LONG)
  expect(bench.cluster.deletes()).toEqual([])
  expect(bench.condition('Ready')).toMatchObject({ status: 'False', reason: 'AuthorUnknown' })
})
