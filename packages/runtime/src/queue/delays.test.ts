import { type HeapItem, IndexedHeap } from '@kubewright/core'
import { virtualClock } from '@kubewright/testing/virtual-clock'
import { expect, test } from 'vitest'
import { Delays } from './delays.ts'

interface Alarm extends HeapItem {
  readonly name: string
}
const alarm = (name: string): Alarm => ({ name, rank: 0, heapIndex: -1 })

const start = () => {
  const clock = virtualClock()
  const rang: string[] = []
  const delays = new Delays<Alarm>(clock, ({ name }) => rang.push(`${name} at ${clock.monotonic()}`))
  return { clock, delays, rang }
}

test('each is released at its time, in the order of the times', async () => {
  const { clock, delays, rang } = start()
  for (const [name, due] of Object.entries({ c: 30, a: 10, b: 20 })) delays.set(alarm(name), due)
  await clock.advance(25)
  expect(rang).toEqual(['a at 10', 'b at 20'])
  await clock.advance(25)
  expect(rang).toEqual(['a at 10', 'b at 20', 'c at 30'])
})

test('one whose time is changed comes at the new one, earlier or later', async () => {
  const { clock, delays, rang } = start()
  const [sooner, later] = [alarm('sooner'), alarm('later')]
  delays.set(sooner, 50)
  delays.set(later, 20)
  delays.set(sooner, 10)
  delays.set(later, 40)
  await clock.advance(100)
  expect(rang).toEqual(['sooner at 10', 'later at 40'])
})

test('there is one timer while something waits, and none afterwards', async () => {
  const { clock, delays, rang } = start()
  const alarms = ['a', 'b', 'c'].map(alarm)
  for (const [index, one] of alarms.entries()) delays.set(one, 100 - index)
  expect([delays.size, clock.pending]).toEqual([3, 1])
  for (const one of alarms) delays.remove(one)
  expect([delays.size, clock.pending]).toEqual([0, 0])
  delays.set(alarms[0]!, 5)
  await clock.advance(5)
  expect([rang, clock.pending]).toEqual([['a at 5'], 0])
})

test('one that waits elsewhere is not taken out', () => {
  const { delays } = start()
  const elsewhere = new IndexedHeap<Alarm>()
  const one = alarm('one')
  elsewhere.set(one, 1)
  delays.set(alarm('other'), 1)
  delays.remove(one)
  expect([delays.size, elsewhere.size]).toEqual([1, 1])
})
