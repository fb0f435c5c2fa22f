import { describe, expect, test } from 'vitest'
import { Correlator, type RecordedEvent } from './correlator.ts'
import { eventOf } from './event.ts'

const START = Date.UTC(2026, 0, 1)
const MINUTE = 60_000
const pod = (name: string) => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'ns', uid: `uid-${name}` } })
const event = (name = 'a', reason = 'Failed', note = 'no such image') =>
  eventOf({ component: 'website', instance: 'website-host' }, pod(name), { reason, note, type: 'Warning' }, { now: START, unique: 255n })

/** Observes these events at these minutes. */
function after(events: readonly (readonly [number, RecordedEvent])[], correlator = new Correlator()) {
  const writes: unknown[] = []
  for (const [minute, next] of events) {
    const write = correlator.observe(next, START + minute * MINUTE)
    writes.push(typeof write === 'string' ? write : [write.do, write.event.series?.count ?? 1])
  }
  return { correlator, writes }
}

describe('a series of events', () => {
  test('is created by the first, made a series by the second, and only counted from then on', () => {
    expect(
      after([
        [0, event()],
        [1, event()],
        [2, event()],
        [3, event()],
      ]).writes,
    ).toEqual([['create', 1], ['count', 2], 'counted', 'counted'])
  })

  test('is one whatever the note says, and another for another reason or object', () => {
    expect(
      after([
        [0, event('a', 'Failed', 'one')],
        [0, event('a', 'Failed', 'two')],
        [0, event('a', 'Pulled')],
        [0, event('b')],
      ]).writes,
    ).toEqual([
      ['create', 1],
      ['count', 2],
      ['create', 1],
      ['create', 1],
    ])
  })

  test('that was quiet for six minutes is over: the next event is a new one', () => {
    expect(
      after([
        [0, event()],
        [7, event()],
      ]).writes,
    ).toEqual([
      ['create', 1],
      ['create', 1],
    ])
  })

  test('is written with its last count when it is over, and forgotten', () => {
    const { correlator } = after([
      [0, event()],
      [1, event()],
      [2, event()],
      [3, event()],
    ])
    expect(correlator.nextSweep()).toBe(START + 9 * MINUTE)
    expect(correlator.sweep(START + 8 * MINUTE)).toEqual([])
    expect(correlator.sweep(START + 9 * MINUTE)).toMatchObject([
      { do: 'count', event: { series: { count: 4, lastObservedTime: '2026-01-01T00:03:00.000000Z' } } },
    ])
    expect(correlator.nextSweep()).toBeUndefined()
  })

  test('that goes on is written every half hour, before the server forgets it', () => {
    const { correlator } = after([[0, event()]])
    const written: number[] = []
    for (let minute = 1; minute < 70; minute++) {
      if (minute % 5 === 0) after([[minute, event()]], correlator)
      const writes = correlator.sweep(START + minute * MINUTE)
      if (writes.length > 0) written.push(minute)
    }
    expect(written).toEqual([35, 65])
  })

  test('that was written as it is when it ends is not written again', () => {
    const { correlator } = after([
      [0, event()],
      [1, event()],
    ])
    expect(correlator.sweep(START + 60 * MINUTE)).toEqual([])
  })

  test('of an object that was deleted and made again is another one', () => {
    const again = { ...event(), regarding: { ...event().regarding, uid: 'uid-of-the-second' } }
    expect(
      after([
        [0, event()],
        [1, again],
        [2, again],
      ]).writes,
    ).toEqual([
      ['create', 1],
      ['create', 1],
      ['count', 2],
    ])
  })

  test('that has to make room for 4096 others is written with its last count', () => {
    const { correlator } = after([
      [0, event()],
      [0, event()],
      [0, event()],
    ])
    for (let i = 0; i < 4096; i++) correlator.observe(event(`other-${i}`), START)
    expect(correlator.sweep(START)).toMatchObject([{ do: 'count', event: { series: { count: 3 } } }])
    expect(correlator.sweep(START)).toEqual([])
  })

  test('that is over without having been swept is written with its last count all the same', () => {
    const { correlator } = after([
      [0, event()],
      [1, event()],
      [2, event()],
      [9, event()],
    ])
    expect(correlator.sweep(START + 9 * MINUTE)).toMatchObject([{ do: 'count', event: { series: { count: 3 } } }])
  })
})

test('an object that says too much is heard 25 times, and then once in five minutes', () => {
  const many = Array.from({ length: 40 }, (_, i): [number, RecordedEvent] => [0, event('noisy', `Reason${i}`)])
  const { correlator, writes } = after(many)
  expect(writes.filter((write) => write === 'spam')).toHaveLength(15)
  expect(after([[0, event('quiet')]], correlator).writes, 'another object is still heard').toEqual([['create', 1]])
  expect(
    after(
      [
        [5, event('noisy', 'Later')],
        [5, event('noisy', 'TooSoon')],
      ],
      correlator,
    ).writes,
  ).toEqual([['create', 1], 'spam'])
})

describe('an event', () => {
  test('has the shape that the server wants', () => {
    expect(event()).toEqual({
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata: { name: 'a.ff', namespace: 'ns' },
      eventTime: '2026-01-01T00:00:00.000000Z',
      reportingController: 'website',
      reportingInstance: 'website-host',
      action: 'Failed',
      reason: 'Failed',
      regarding: { apiVersion: 'v1', kind: 'Pod', namespace: 'ns', name: 'a', uid: 'uid-a' },
      note: 'no such image',
      type: 'Warning',
    })
  })

  test('about an object without a namespace lives in "default"', () => {
    const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1' } }
    const made = eventOf({ component: 'c', instance: 'i' }, node, { reason: 'R', note: 'n' }, { now: START, unique: 1n })
    expect(made.metadata.namespace).toBe('default')
  })

  test('keeps to the limits of the server, in bytes, without cutting a character in two', () => {
    const made = eventOf(
      { component: 'c', instance: 'i'.repeat(300) },
      pod('p'.repeat(253)),
      { reason: 'R'.repeat(300), action: 'ä'.repeat(300), note: 'ä'.repeat(2000) },
      { now: START, unique: 255n },
    )
    expect(made.metadata.name).toHaveLength(253)
    expect(made.metadata.name).toMatch(/p\.ff$/)
    expect([made.reason, made.action, made.reportingInstance].map((word) => Buffer.byteLength(word))).toEqual([128, 128, 128])
    expect(Buffer.byteLength(made.note)).toBeLessThanOrEqual(1024)
    expect(made.note).toMatch(/ä…$/)
  })
  test.each([
    ['ClusterRole', 'system:node', 'system-node.ff'],
    ['Thing', '-odd_Name-', 'odd-name.ff'],
    ['Thing', '::', 'unknown.ff'],
  ])('about a %s named %j has a name that the server takes', (kind, name, expected) => {
    const made = eventOf(
      { component: 'c', instance: 'i' },
      { kind, metadata: { name } },
      { reason: 'R', note: 'n' },
      { now: START, unique: 255n },
    )
    expect([made.metadata.name, made.regarding.name]).toEqual([expected, name])
  })

  test.each([
    ['website', 'website'],
    ['example.dev/website', 'example.dev/website'],
    ['my websites!', 'my-websites'],
    ['x'.repeat(70), 'x'.repeat(63)],
  ])('of the component %j says so in a form that the server takes', (component, expected) => {
    const made = eventOf({ component, instance: 'i' }, pod('a'), { reason: 'R', note: 'n' }, { now: START, unique: 1n })
    expect(made.reportingController).toBe(expected)
  })

  test('without a reason is refused with the mend', () => {
    const make = () => eventOf({ component: 'c', instance: 'i' }, pod('a'), { reason: '', note: 'n' }, { now: START, unique: 1n })
    expect(make).toThrow('the event about ns/a has no reason: give one in CamelCase')
  })
})
