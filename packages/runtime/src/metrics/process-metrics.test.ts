import { setTimeout as sleep } from 'node:timers/promises'
import { collectDefaultMetrics, Registry } from 'prom-client'
import { expect, test } from 'vitest'
import { processMetrics } from './process-metrics.ts'

const namesIn = (registry: Registry) =>
  registry
    .getMetricsAsArray()
    .map(({ name }) => name)
    .sort()

test('has the names of prom-client’s default metrics, with values', async () => {
  const theirs = new Registry()
  collectDefaultMetrics({ register: theirs })
  const ours = new Registry()
  const end = processMetrics(ours)
  expect(namesIn(ours)).toEqual(namesIn(theirs))
  await sleep(50)
  const text = await ours.metrics()
  for (const name of [
    'nodejs_eventloop_lag_seconds',
    'nodejs_eventloop_lag_p99_seconds',
    'nodejs_heap_size_used_bytes',
    'process_resident_memory_bytes',
  ])
    expect(Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1])).toBeGreaterThan(0)
  end()
})

test('counts the CPU time of the process since the measuring began, that of the program and that of the system', async () => {
  const registry = new Registry()
  const before = process.cpuUsage()
  const end = processMetrics(registry)
  while (process.cpuUsage(before).user < 50_000);
  const text = await registry.metrics()
  const spent = process.cpuUsage(before)
  const counted = (name: string) => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1])
  expect(counted('process_cpu_user_seconds_total')).toBeGreaterThan(0)
  expect(counted('process_cpu_seconds_total')).toBeGreaterThanOrEqual(counted('process_cpu_user_seconds_total'))
  expect(counted('process_cpu_seconds_total')).toBeLessThanOrEqual((spent.user + spent.system) / 1e6)
  await registry.metrics()
  expect(Number(/^process_cpu_user_seconds_total (\S+)$/m.exec(await registry.metrics())?.[1])).toBeLessThanOrEqual(
    process.cpuUsage(before).user / 1e6,
  )
  end()
})

test('can be ended: nothing is left in the registry, and another may begin', async () => {
  const registry = new Registry()
  for (let round = 0; round < 2; round++) {
    const end = processMetrics(registry)
    expect(await registry.metrics()).toContain('process_cpu_seconds_total')
    end()
    end()
    expect(namesIn(registry)).toEqual([])
  }
})

test('collections of garbage are counted by kind, each of them', async () => {
  const registry = new Registry()
  const end = processMetrics(registry)
  const kept: unknown[] = []
  await expect
    .poll(
      async () => {
        for (let n = 0; n < 200_000; n++) kept[n % 1_000] = { n }
        await sleep(1)
        return await registry.getSingleMetricAsString('nodejs_gc_duration_seconds')
      },
      { timeout: 10_000 },
    )
    .toMatch(/nodejs_gc_duration_seconds_count\{kind="minor"\} [1-9]/)
  end()
})
