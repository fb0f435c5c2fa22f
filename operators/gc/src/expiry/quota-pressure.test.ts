import { expect, test } from 'vitest'
import { known } from '../facts/facts.ts'
import { useCollector } from '../fake/collector-bench.ts'

const bench = useCollector()
const SECOND = 1_000
const HARD = 10

/** Ten objects, a second apart, under a quota of ten. `fallsBehind`: the server counts a deletion so much later, as its quota controller does. */
async function fill(behavior: object, fallsBehind = 0): Promise<void> {
  let used = HARD
  bench.facts.facts = { ...bench.facts.facts, quota: () => known(used / HARD) }
  for (let n = 0; n < HARD; n++) {
    bench.configMap(`o${n}`)
    await bench.clock.advance(SECOND)
  }
  await bench.apply({
    ttl: { secondsAfterCreation: 3_600, quotaPressure: { abovePercent: 80, resources: ['count/configmaps'], secondsAfterCreation: 30 } },
    behavior,
  })
  const counted = () => {
    const left = bench.left().length
    bench.clock.setTimer(fallsBehind, () => {
      used = left
      bench.facts.tell({ is: 'namespace', name: 'team' })
    })
    if (left > 0) bench.clock.setTimer(SECOND / 4, counted)
  }
  counted()
}

test('what has lived long enough for a full namespace goes, the oldest first, until there is room again', async () => {
  await fill({ maxDeletionsPerSecond: 1, batchSize: 1 })
  await bench.clock.advance(120 * SECOND)
  expect(bench.left()).toEqual(['o3', 'o4', 'o5', 'o6', 'o7', 'o8', 'o9'])
})

test('deletions that the quota has not counted yet can be more than needed, and no more than the rate', async () => {
  await fill({ maxDeletionsPerSecond: 1, batchSize: 1 }, 3 * SECOND)
  await bench.clock.advance(120 * SECOND)
  expect(bench.left().length).toBeGreaterThanOrEqual(3)
  expect(bench.left().at(-1)).toBe('o9')
})
