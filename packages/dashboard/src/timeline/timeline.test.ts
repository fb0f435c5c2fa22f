import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type NewEntry, Timeline } from './timeline.ts'

const line = (note: string): NewEntry => ({ what: 'appeared', at: 0, note })
const notes = (timeline: Timeline, object: string) => timeline.of(object).map((entry) => (entry.what === 'appeared' ? entry.note : ''))

describe('the timeline', () => {
  test('tells of one object, the newest first', () => {
    const timeline = new Timeline()
    timeline.add('a', line('1'))
    timeline.add('b', line('2'))
    timeline.add('a', line('3'))
    expect(notes(timeline, 'a')).toEqual(['3', '1'])
    expect(notes(timeline, 'c')).toEqual([])
  })

  test('forgets the oldest of all when it is full', () => {
    const timeline = new Timeline({ most: 2 })
    for (const object of ['a', 'b', 'c']) timeline.add(object, line(object))
    expect([notes(timeline, 'a'), notes(timeline, 'b'), notes(timeline, 'c')]).toEqual([[], ['b'], ['c']])
  })

  test('an object that flaps forgets its own past, and not that of others', () => {
    const timeline = new Timeline({ mostOfOne: 2 })
    timeline.add('calm', line('once'))
    for (let at = 0; at < 50; at++) timeline.add('flapping', line(String(at)))
    expect(notes(timeline, 'flapping')).toEqual(['49', '48'])
    expect(notes(timeline, 'calm')).toEqual(['once'])
  })

  test('a line that ends takes the place of the one that began', () => {
    const timeline = new Timeline()
    const began = timeline.add('a', line('began'))
    timeline.add('a', line('meanwhile'))
    timeline.replace('a', { ...line('ended'), sequence: began.sequence } as typeof began)
    expect(notes(timeline, 'a')).toEqual(['meanwhile', 'ended'])
  })

  test('the end of one that is forgotten is nothing', () => {
    const timeline = new Timeline({ most: 1 })
    const began = timeline.add('a', line('began'))
    timeline.add('b', line('after'))
    timeline.replace('a', began)
    expect(timeline.size).toBe(1)
  })

  test('whatever comes, it holds no more than its bounds, and the newest of each object', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('a', 'b', 'c', 'd')),
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: 5 }),
        (adds, most, mostOfOne) => {
          const timeline = new Timeline({ most, mostOfOne })
          for (const [at, object] of adds.entries()) timeline.add(object, line(String(at)))
          expect(timeline.size).toBeLessThanOrEqual(most)
          for (const object of ['a', 'b', 'c', 'd']) {
            const recent = adds.map((name, at) => [name, at] as const).slice(-most)
            const wanted = recent
              .filter(([name]) => name === object)
              .map(([, at]) => String(at))
              .reverse()
            expect(notes(timeline, object)).toEqual(wanted.slice(0, mostOfOne))
          }
        },
      ),
    )
  })
})
