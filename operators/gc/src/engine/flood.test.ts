import { settle } from '@kubewright/testing/virtual-clock'
import { expect, test } from 'vitest'
import { useCollector } from '../fake/collector-bench.ts'

const bench = useCollector()
const FLOOD = 100_000
const EVERY = 500

test('W6: 100,000 objects come within a second, while the policy is edited: afterwards each is judged by the policy as it is now', {
  timeout: 120_000,
}, async () => {
  await bench.apply({ ttl: { fromObject: {}, secondsAfterCreation: 86_400 } })
  for (let n = 0; n < FLOOD; n++) {
    const annotations = n % EVERY === 0 ? { 'kubewright.dev/ttl': '5s' } : {}
    bench.configMap(`o${n}`, { annotations })
    // In the midst of it, and again before the first edit has taken effect.
    if (n === 33_000 || n === 33_100) await bench.apply({ ttl: { fromObject: {}, secondsAfterCreation: 43_200 } })
  }
  // Those that came last are not in the target any more.
  await bench.apply({
    ttl: { fromObject: {}, secondsAfterCreation: 43_200 },
    conditions: { and: [{ fieldPath: 'metadata.name', operator: 'DoesNotMatch', value: '^o9' }] },
  })
  await settle()
  await bench.clock.advance(10_000)
  const gone = new Set(bench.cluster.deletes().map(({ name }) => name))
  const due = Array.from({ length: FLOOD / EVERY }, (_, n) => `o${n * EVERY}`).filter((name) => !name.startsWith('o9'))
  expect([...gone].toSorted()).toEqual(due.toSorted())
  expect(bench.cluster.deletes()).toHaveLength(due.length)
  expect(bench.left()).toHaveLength(FLOOD - due.length)
})
