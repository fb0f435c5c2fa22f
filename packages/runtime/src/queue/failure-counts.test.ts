import { virtualClock } from '@kubewright/testing/virtual-clock'
import { expect, test } from 'vitest'
import { FailureCounts } from './failure-counts.ts'
import { itemBackoff } from './item-backoff.ts'
import { WorkQueue } from './work-queue.ts'

test('what is tried again is slowed down; only what has failed is counted', () => {
  const counts = new FailureCounts(itemBackoff({ base: 10 }))
  expect([counts.when('a'), counts.when('a'), counts.of('a')]).toEqual([10, 20, 0])
  counts.failed('a')
  counts.failed('a')
  expect([counts.of('a'), counts.of('b'), counts.retries('a')]).toEqual([2, 0, 2])
})

test.each<[string, (queue: WorkQueue) => void]>([
  ['forgotten', (queue) => queue.forget('a')],
  ['removed', (queue) => queue.remove('a')],
  ['taken out', (queue) => void queue.takeOut(() => true)],
])('of a key that is %s nothing is kept', (_, end) => {
  const counts = new FailureCounts(itemBackoff())
  const queue = new WorkQueue({ clock: virtualClock(), rateLimiter: counts })
  queue.addRateLimited('a')
  counts.failed('a')
  end(queue)
  expect([counts.of('a'), counts.size]).toEqual([0, 0])
})
