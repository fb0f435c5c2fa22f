import { describe, expect, test } from 'vitest'
import { type Correlation, emptyCorrelation, nextSweep, observe, type RecordedEvent, sweep } from './correlator.ts'
import { eventOf } from './event.ts'

const START = Date.UTC(2026, 0, 1)
const MINUTE = 60_000
const pod = (name: string) => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'ns', uid: `uid-${name}` } })
const event = (name = 'a', reason = 'Failed', note = 'no such image') =>
  eventOf({ component: 'website', instance: 'website-host' }, pod(name), { reason, note, type: 'Warning' }, { now: START, unique: 255n })

/** Observes these events at these minutes. */
function after(events: readonly (readonly [number, RecordedEvent])[], from: Correlation = emptyCorrelation()) {
  let state = from
  const writes: unknown[] = []
  for (const [minute, next] of events) {
    const [to, write] = observe(state, next, START + minute * MINUTE)
    state = to
    writes.push(typeof write === 'string' ? write : [write.do, write.event.series?.count ?? 1])
  }
  return { state, writes }
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
    const { state } = after([
      [0, event()],
      [1, event()],
      [2, event()],
      [3, event()],
    ])
    expect(nextSweep(state)).toBe(START + 9 * MINUTE)
    const [early, nothing] = sweep(state, START + 8 * MINUTE)
    expect(nothing).toEqual([])
    const [empty, writes] = sweep(early, START + 9 * MINUTE)
    expect(writes).toMatchObject([{ do: 'count', event: { series: { count: 4, lastObservedTime: '2026-01-01T00:03:00.000000Z' } } }])
    expect(nextSweep(empty)).toBeUndefined()
  })

  test('that goes on is written every half hour, before the server forgets it', () => {
    let { state } = after([[0, event()]])
    const written: number[] = []
    for (let minute = 1; minute < 70; minute++) {
      if (minute % 13 === 0) ({ state } = after([[minute, event()]], state))
      else if (minute % 5 === 0) ({ state } = after([[minute, event()]], state))
      const [swept, writes] = sweep(state, START + minute * MINUTE)
      state = swept
      if (writes.length > 0) written.push(minute)
    }
    expect(written).toEqual([35, 65])
  })

  test('that was written as it is when it ends is not written again', () => {
    const { state } = after([
      [0, event()],
      [1, event()],
    ])
    expect(sweep(state, START + 60 * MINUTE)[1]).toEqual([])
  })
})

test('an object that says too much is heard 25 times, and then once in five minutes', () => {
  const many = Array.from({ length: 40 }, (_, i): [number, RecordedEvent] => [0, event('noisy', `Reason${i}`)])
  const { state, writes } = after(many)
  expect(writes.filter((write) => write === 'spam')).toHaveLength(15)
  expect(after([[0, event('quiet')]], state).writes, 'another object is still heard').toEqual([['create', 1]])
  expect(
    after(
      [
        [5, event('noisy', 'Later')],
        [5, event('noisy', 'TooSoon')],
      ],
      state,
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
      { reason: 'R'.repeat(300), note: 'ä'.repeat(2000) },
      { now: START, unique: 255n },
    )
    expect(made.metadata.name).toHaveLength(253)
    expect(made.metadata.name).toMatch(/p\.ff$/)
    expect([made.reason.length, made.action.length, made.reportingInstance.length]).toEqual([128, 128, 128])
    expect(Buffer.byteLength(made.note)).toBeLessThanOrEqual(1024)
    expect(made.note).toMatch(/ä…$/)
  })
})
