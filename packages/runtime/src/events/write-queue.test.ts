import { expect, test } from 'vitest'
import type { EventWrite } from './correlator.ts'
import { eventOf } from './event.ts'
import { WriteQueue } from './write-queue.ts'

function write(name: string, what: EventWrite['do'] = 'create', count = 1, unique = 1n): EventWrite {
  const pod = { kind: 'Pod', metadata: { name, namespace: 'ns' } }
  const event = eventOf({ component: 'c', instance: 'i' }, pod, { reason: 'R', note: 'n' }, { now: 0, unique })
  return { do: what, event: count === 1 ? event : { ...event, series: { count, lastObservedTime: '' } } }
}

test('what is about one object is written one after the other, what is about others meanwhile', () => {
  const queue = new WriteQueue(10)
  const [first, second, other] = [write('a'), write('a', 'count', 2), write('b')]
  for (const each of [first, second, other]) queue.push(each)
  expect([queue.take(), queue.take(), queue.take()]).toEqual([first, other, undefined])
  queue.done(first)
  expect(queue.take()).toEqual(second)
})

test('of two counts of one event that wait, the newer is written', () => {
  const queue = new WriteQueue(10)
  for (const each of [write('a'), write('a', 'count', 2), write('a', 'create', 1, 2n), write('a', 'count', 7)]) queue.push(each)
  const taken: unknown[] = []
  for (let next = queue.take(); next !== undefined; next = queue.take()) {
    taken.push([next.do, next.event.series?.count])
    queue.done(next)
  }
  expect(taken).toEqual([
    ['create', undefined],
    ['count', 7],
    ['create', undefined],
  ])
})

test('a full queue takes nothing but a newer count, and what was taken makes room', () => {
  const queue = new WriteQueue(2)
  expect([queue.push(write('a')), queue.push(write('b', 'count', 2)), queue.push(write('c')), queue.push(write('b', 'count', 3))]).toEqual([
    true,
    true,
    false,
    true,
  ])
  queue.done(queue.take()!)
  expect([queue.size, queue.push(write('c'))]).toEqual([1, true])
})

test('an object whose events are all written is forgotten', () => {
  const queue = new WriteQueue(2)
  queue.push(write('a'))
  queue.done(queue.take()!)
  expect([queue.size, queue.take()]).toEqual([0, undefined])
  queue.push(write('a'))
  expect(queue.take()).toBeDefined()
})
