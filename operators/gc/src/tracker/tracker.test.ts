import { describe, expect, test } from 'vitest'
import { at, never, sighting, useTracker } from '../fake/tracker-bench.ts'

const bench = useTracker()

describe('when an object goes', () => {
  test('not before it falls due, and then with the uid and version that were seen', () => {
    bench.policy('p')
    bench.see('p', 'a', at(1_000), { resourceVersion: '7' })
    expect(bench.next(999)).toEqual({ do: 'wait', ms: 1 })
    expect(bench.deletions(1_000)).toEqual([
      { do: 'delete', policy: 'p', object: sighting('a', { resourceVersion: '7' }), opinion: at(1_000) },
    ])
    expect(bench.next()).toEqual({ do: 'rest' })
  })

  test('several go in the order in which they fall due', () => {
    bench.policy('p')
    bench.see('p', 'late', at(300))
    bench.see('p', 'early', at(100))
    bench.see('p', 'middle', at(200))
    expect(bench.names(1_000)).toEqual(['early', 'middle', 'late'])
  })

  test('a longer life, seen before the time, moves it', () => {
    bench.policy('p')
    bench.see('p', 'a', at(1_000))
    bench.see('p', 'a', at(5_000), { resourceVersion: '2' })
    expect(bench.names(1_000)).toEqual([])
    expect(bench.names(5_000)).toEqual(['a'])
  })

  test('a longer life, seen while it stands in line, takes it out of the line', () => {
    bench.policy('p')
    bench.see('p', 'a', at(0))
    bench.see('p', 'b', at(0))
    bench.see('p', 'b', never, { resourceVersion: '2' })
    expect(bench.names()).toEqual(['a'])
  })

  test('what no longer matches does not go', () => {
    bench.policy('p')
    bench.see('p', 'a', at(1_000))
    bench.see('p', 'a', { is: 'unselected', matched: false, reason: 'x' }, { resourceVersion: '2' })
    expect(bench.names(2_000)).toEqual([])
    expect(bench.census('p').matched).toBe(0)
  })

  test('T1: thirty days are a place in the heap, not a timer: the wait is told, and nothing goes early', () => {
    bench.policy('p')
    const month = 30 * 86_400_000
    bench.see('p', 'a', at(month))
    expect(bench.next()).toEqual({ do: 'wait', ms: month })
    expect(bench.names(month - 1)).toEqual([])
    expect(bench.names(month)).toEqual(['a'])
  })

  test('a wall clock set back only delays', () => {
    bench.policy('p')
    bench.see('p', 'a', at(1_000))
    expect(bench.tracker.next({ wall: 500, mono: 2_000 })).toEqual({ do: 'wait', ms: 500 })
  })

  test('K4, R4, Z9: an object that somebody else is deleting is left alone, and counted as such', () => {
    bench.policy('p')
    bench.see('p', 'a', at(0), { terminating: true })
    expect(bench.names(10_000)).toEqual([])
    expect(bench.census('p')).toMatchObject({ terminating: 1, due: 0 })
    bench.tracker.leave('p', 'uid-a', bench.instant())
    expect(bench.tracker.deletedBy('p')).toBe(0)
  })
})

test('K13, S4: the rate holds across the whole machine: 10 a second is 10 a second', () => {
  bench.policy('p', { rate: { perSecond: 10, batch: 50 } })
  for (let n = 0; n < 1_000; n++) bench.see('p', `o${n}`, at(0))
  let sent = 0
  while (bench.now < 20_000) {
    const step = bench.next()
    if (step.do === 'delete') sent++
    else bench.now += step.do === 'wait' ? step.ms : 1
  }
  expect(sent).toBeGreaterThanOrEqual(194)
  expect(sent).toBeLessThanOrEqual(202)
})
