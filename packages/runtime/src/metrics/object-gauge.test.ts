import { Registry } from 'prom-client'
import { expect, test } from 'vitest'
import { objectGauge } from './object-gauge.ts'

const bucket = (name: string) => ({ metadata: { namespace: 'ns', name } })
const linesOf = async (registry: Registry) => (await registry.metrics()).split('\n').filter((line) => line !== '' && !line.startsWith('#'))

function start(most?: number) {
  const registry = new Registry()
  const gauge = objectGauge(registry, { name: 'bucket_phase', help: 'h', labels: ['phase'], ...(most === undefined ? {} : { most }) })
  const shown = async () => (await linesOf(registry)).filter((line) => line.startsWith('bucket_phase'))
  const dropped = async () =>
    (await linesOf(registry)).find((line) => line.startsWith('kubewright_metric_series_dropped_total'))?.split(' ')[1]
  return { registry, gauge, shown, dropped }
}
const phase = (name: string, value = 1) => ({ labels: { phase: name }, value })

test('a series carries the object’s name, and a change of label leaves no old one behind', async () => {
  const { gauge, shown } = start()
  gauge.set(bucket('a'), [phase('Creating')])
  gauge.set(bucket('a'), [phase('Ready', 2)])
  expect(await shown()).toEqual(['bucket_phase{namespace="ns",name="a",phase="Ready"} 2'])
})

test('the series of an object go with it, and those of others stay', async () => {
  const { gauge, shown } = start()
  const handlers: { delete?: (object: { metadata: object }, context: { finalStateUnknown: boolean }) => unknown }[] = []
  gauge.follow({
    subscribe(handler) {
      handlers.push(handler as (typeof handlers)[number])
      return { synced: Promise.resolve(), close: () => {} }
    },
  })
  gauge.set(bucket('a'), [phase('Ready'), phase('Locked')])
  gauge.set(bucket('b'), [phase('Ready')])
  handlers[0]?.delete?.(bucket('a'), { finalStateUnknown: false })
  expect(await shown()).toEqual(['bucket_phase{namespace="ns",name="b",phase="Ready"} 1'])
})

test('P13: a metric with a label per object cannot grow without bound: further series are dropped and counted', async () => {
  const { gauge, shown, dropped } = start(3)
  for (let i = 0; i < 10; i++) gauge.set(bucket(`b${i}`), [phase('Ready')])
  expect([(await shown()).length, await dropped()]).toEqual([3, '7'])
  gauge.set(bucket('b0'), [phase('Ready', 5)])
  expect([(await shown())[0], await dropped()], 'what is there is still updated').toEqual([
    'bucket_phase{namespace="ns",name="b0",phase="Ready"} 5',
    '7',
  ])
  gauge.forget(bucket('b1'))
  gauge.set(bucket('b9'), [phase('Ready')])
  expect([(await shown()).length, await dropped()], 'and what goes makes room').toEqual([3, '7'])
})

test('without being told otherwise it stops at two thousand', async () => {
  const { gauge, shown, dropped } = start()
  for (let i = 0; i < 2001; i++) gauge.set(bucket(`b${i}`), [phase('Ready')])
  expect([(await shown()).length, await dropped()]).toEqual([2000, '1'])
})

test('two gauges of one registry share the counter of what was dropped, and are told apart in it', async () => {
  const { registry, gauge } = start(0)
  const other = objectGauge(registry, { name: 'other', help: 'h', most: 0 })
  gauge.set(bucket('a'), [phase('Ready')])
  other.set(bucket('a'), [{ labels: {} as Record<never, string>, value: 1 }])
  other.set(bucket('b'), [{ labels: {} as Record<never, string>, value: 1 }])
  expect(await linesOf(registry)).toEqual([
    'kubewright_metric_series_dropped_total{metric="bucket_phase"} 1',
    'kubewright_metric_series_dropped_total{metric="other"} 2',
  ])
})
