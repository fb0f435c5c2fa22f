import { virtualClock } from '@kubewright/testing/virtual-clock'
import { Registry } from 'prom-client'
import { describe, expect, test } from 'vitest'
import { WorkQueue } from '../queue/work-queue.ts'
import { QueueMetrics } from './queue-metrics.ts'

const start = (name = 'site') => {
  const clock = virtualClock()
  const registry = new Registry()
  const metrics = new QueueMetrics(registry)
  const queue = new WorkQueue({ clock, observer: metrics.observer(name) })
  const end = metrics.track(name, queue)
  /** The samples of a family, without those of a histogram's buckets. */
  const samples = async (family?: string) =>
    (await registry.metrics())
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#') && !line.includes('_bucket') && line.startsWith(family ?? ''))
  return { clock, registry, metrics, queue, end, samples }
}
const LABELS = 'name="site",controller="site"'

describe('the families workqueue_*', () => {
  test('have the names, types, labels and buckets that dashboards know', async () => {
    const { registry } = start()
    const text = await registry.metrics()
    const types = text.split('\n').flatMap((line) => /^# TYPE (\S+ \S+)/.exec(line)?.[1] ?? [])
    expect(types.sort()).toEqual([
      'workqueue_adds_total counter',
      'workqueue_depth gauge',
      'workqueue_longest_running_processor_seconds gauge',
      'workqueue_queue_duration_seconds histogram',
      'workqueue_retries_total counter',
      'workqueue_unfinished_work_seconds gauge',
      'workqueue_work_duration_seconds histogram',
    ])
    const bounds = [...text.matchAll(/workqueue_work_duration_seconds_bucket\{le="([^"]+)",name="site",controller="site"\}/g)]
    expect(bounds.map(([, bound]) => Number(bound))).toHaveLength(13)
    expect(Number(bounds[0]![1])).toBe(1e-8)
    expect(Number(bounds[11]![1])).toBeCloseTo(1000)
    expect(bounds[12]![1]).toBe('+Inf')
  })

  test('are all there from the start, at zero', async () => {
    const { samples } = start()
    expect((await samples()).sort()).toEqual([
      `workqueue_adds_total{${LABELS}} 0`,
      `workqueue_depth{${LABELS},priority="0"} 0`,
      `workqueue_longest_running_processor_seconds{${LABELS}} 0`,
      `workqueue_queue_duration_seconds_count{${LABELS}} 0`,
      `workqueue_queue_duration_seconds_sum{${LABELS}} 0`,
      `workqueue_retries_total{${LABELS}} 0`,
      `workqueue_unfinished_work_seconds{${LABELS}} 0`,
      `workqueue_work_duration_seconds_count{${LABELS}} 0`,
      `workqueue_work_duration_seconds_sum{${LABELS}} 0`,
    ])
  })

  test('tell of a queue at work: two runs of 30 s and 10 s under way, one finished, one delayed, two waiting', async () => {
    const { clock, queue, samples } = start()
    for (const key of ['a', 'b', 'c', 'd']) queue.add(key)
    queue.add('e', { priority: -100 })
    queue.add('a')
    queue.addRateLimited('late')
    await queue.get()
    queue.done('a')
    await queue.get()
    queue.remove('late')
    await clock.advance(20_000)
    await queue.get()
    await clock.advance(10_000)
    expect((await samples()).sort()).toEqual([
      `workqueue_adds_total{${LABELS}} 5`,
      `workqueue_depth{${LABELS},priority="-100"} 1`,
      `workqueue_depth{${LABELS},priority="0"} 1`,
      `workqueue_longest_running_processor_seconds{${LABELS}} 30`,
      `workqueue_queue_duration_seconds_count{${LABELS}} 3`,
      `workqueue_queue_duration_seconds_sum{${LABELS}} 20`,
      `workqueue_retries_total{${LABELS}} 1`,
      `workqueue_unfinished_work_seconds{${LABELS}} 40`,
      `workqueue_work_duration_seconds_count{${LABELS}} 1`,
      `workqueue_work_duration_seconds_sum{${LABELS}} 0`,
    ])
  })

  test('show a priority with zero when its last key has gone', async () => {
    const { queue, samples } = start()
    queue.add('a', { priority: 7 })
    expect(await samples('workqueue_depth')).toContain(`workqueue_depth{${LABELS},priority="7"} 1`)
    await queue.get()
    expect(await samples('workqueue_depth')).toContain(`workqueue_depth{${LABELS},priority="7"} 0`)
  })

  test('name twenty-five priorities, and all others together', async () => {
    const { queue, samples } = start()
    for (let i = 1; i <= 30; i++) queue.add(`key-${i}`, { priority: i })
    const depths = await samples('workqueue_depth')
    expect(depths).toHaveLength(26)
    expect(depths).toContain(`workqueue_depth{${LABELS},priority="24"} 1`)
    expect(depths).toContain(`workqueue_depth{${LABELS},priority="exceeded_cardinality_limit"} 6`)
  })

  test('are gone when the queue has ended, and a run that ends later does not bring them back', async () => {
    const { metrics, queue, end, samples } = start()
    const other = new WorkQueue({ clock: virtualClock(), observer: metrics.observer('other') })
    metrics.track('other', other)
    queue.add('a')
    await queue.get()
    end()
    queue.done('a')
    expect((await samples()).filter((line) => line.includes('"site"'))).toEqual([])
    expect((await samples()).filter((line) => line.includes('"other"'))).toHaveLength(9)
  })

  test('of a queue that took over the name stay when the one before ends', async () => {
    const { metrics, end, samples } = start()
    metrics.track('site', new WorkQueue({ clock: virtualClock(), observer: metrics.observer('site') }))
    end()
    expect(await samples()).toHaveLength(9)
  })
})
