import { describe, expect, test } from 'vitest'
import { at, never, useTracker } from '../fake/tracker-bench.ts'

const bench = useTracker()

describe('several policies', () => {
  test('K2, Z2: each deletes only what it selects, though both are about one kind', () => {
    bench.policy('red')
    bench.policy('blue')
    bench.see('red', 'r', at(0))
    bench.see('blue', 'b', at(0))
    expect(bench.deletions().map(({ policy: by, object }) => `${by} ${object.name}`)).toEqual(['red r', 'blue b'])
  })

  test('R10: about one object: the later time counts, one DELETE, and both are told', () => {
    bench.policy('short')
    bench.policy('long')
    bench.see('short', 'a', at(1_000))
    bench.see('long', 'a', at(5_000))
    expect(bench.names(1_000)).toEqual([])
    expect(bench.deletions(5_000).map((step) => step.policy)).toEqual(['long'])
    expect(bench.census('short').overlapping).toEqual({ count: 1, example: 'team/a: also long' })
    expect(bench.census('long').overlapping.count).toBe(1)
  })

  test('one that keeps wins over one that deletes, until it goes', () => {
    bench.policy('deletes')
    bench.policy('keeps')
    bench.see('deletes', 'a', at(0))
    bench.see('keeps', 'a', never)
    expect(bench.names()).toEqual([])
    bench.tracker.removePolicy('keeps', bench.instant())
    expect(bench.names()).toEqual(['a'])
  })

  test('nothing goes while one of them has not yet seen the newest version: it may keep it', () => {
    bench.policy('p')
    bench.policy('q')
    bench.see('p', 'a', at(1_000))
    bench.see('q', 'a', at(1_000))
    bench.see('p', 'a', at(1_000), { resourceVersion: '2' })
    expect(bench.names(1_000)).toEqual([])
    bench.see('q', 'a', never, { resourceVersion: '2' })
    expect(bench.names(9_000)).toEqual([])
  })

  test('an older view that comes late does not become the version that is deleted', () => {
    bench.policy('p')
    bench.policy('q')
    bench.see('p', 'a', at(0), { resourceVersion: '10' })
    bench.see('q', 'a', at(0), { resourceVersion: '9' })
    expect(bench.names()).toEqual([])
    bench.see('q', 'a', at(0), { resourceVersion: '10' })
    expect(bench.deletions()[0]?.object.resourceVersion).toBe('10')
  })

  test('what fell due while its policy was paused goes when it goes on, and the rest at their time', () => {
    bench.policy('p', { paused: true })
    for (const [name, time] of [
      ['late', 500],
      ['kept', undefined],
      ['due', 0],
      ['soon', 100],
    ] as const)
      bench.see('p', name, time === undefined ? never : at(time))
    expect(bench.names(100)).toEqual([])
    bench.policy('p')
    expect([bench.names(100).sort(), bench.names(499), bench.names(500)]).toEqual([['due', 'soon'], [], ['late']])
  })

  test('a clock that is set back while its policy is paused puts off what was due, and loses none of it', () => {
    bench.policy('p', { paused: true })
    bench.see('p', 'a', at(100))
    expect(bench.names(100)).toEqual([])
    bench.now = 50
    bench.policy('p')
    expect([bench.names(99), bench.names(100)]).toEqual([[], ['a']])
  })

  test('nothing of a kind goes while a policy of that kind is still reading', () => {
    bench.policy('p')
    bench.see('p', 'a', at(0))
    bench.tracker.hold('ConfigMap.v1', true)
    expect(bench.next()).toEqual({ do: 'rest' })
    bench.tracker.hold('ConfigMap.v1', false)
    expect(bench.names()).toEqual(['a'])
  })

  test('K14, S5, Z14: 10,000 waiting at 10 a second do not delay another’s single object', () => {
    bench.policy('mass', { rate: { perSecond: 10, batch: 1 } })
    bench.policy('single')
    for (let n = 0; n < 10_000; n++) bench.see('mass', `m${n}`, at(0))
    expect(bench.deletions()).toHaveLength(1)
    bench.see('single', 's', at(50))
    expect(bench.names(50)).toEqual(['s'])
    expect(bench.names(100)).toHaveLength(1)
  })
})

describe('pauses and dry runs', () => {
  test('P1: a pause takes effect on the next step, though thousands stand in line', () => {
    bench.policy('p')
    for (let n = 0; n < 1_000; n++) bench.see('p', `o${n}`, at(0))
    expect(bench.next().do).toBe('delete')
    bench.policy('p', { paused: true })
    expect(bench.next(5_000)).toEqual({ do: 'rest' })
    expect(bench.census('p').due).toBe(1_000)
    bench.policy('p')
    expect(bench.names()).toHaveLength(999)
  })

  test('a pause does not let another policy delete what this one would have decided about', () => {
    bench.policy('short')
    bench.policy('long', { paused: true })
    bench.see('short', 'a', at(1_000))
    bench.see('long', 'a', at(5_000))
    expect(bench.names(9_000)).toEqual([])
  })

  test('a dry run sends nothing and counts what would go when it would go (Z7)', () => {
    bench.policy('p', { dryRun: true })
    bench.see('p', 'a', at(1_000))
    bench.see('p', 'b', at(9_000))
    bench.tracker.takeTouched()
    expect(bench.next(999)).toMatchObject({ do: 'wait' })
    expect(bench.names(1_000)).toEqual([])
    expect([...bench.tracker.takeTouched()]).toEqual(['p'])
    expect(bench.census('p')).toMatchObject({ matched: 2, due: 1, pending: 1, nextExpiry: 9_000 })
    expect(bench.tracker.deletedBy('p')).toBe(0)
  })

  test('a dry run has no say about what others delete', () => {
    bench.policy('real')
    bench.policy('dry', { dryRun: true })
    bench.see('dry', 'a', at(9_000))
    bench.see('real', 'a', at(1_000), { resourceVersion: '2' })
    expect(bench.names(1_000)).toEqual(['a'])
  })
})

describe('policies come and go', () => {
  test('W7: what a removed policy alone knew is forgotten, and nothing of it is sent', () => {
    bench.policy('p')
    bench.see('p', 'a', at(0))
    bench.tracker.removePolicy('p', bench.instant())
    expect(bench.next(1_000)).toEqual({ do: 'rest' })
    expect(bench.tracker.size).toBe(0)
  })

  test('K2, Z3: after an edit, objects that are no longer in the target are dropped', () => {
    bench.policy('p')
    bench.see('p', 'old', at(1_000))
    bench.see('p', 'both', at(1_000))
    bench.tracker.retain('p', new Set(['uid-both']), bench.instant())
    expect(bench.names(1_000)).toEqual(['both'])
  })

  test('R9: an object that left a selector is dropped and not counted as deleted', () => {
    bench.policy('p')
    bench.see('p', 'a', at(1_000))
    bench.tracker.leave('p', 'uid-a', bench.instant())
    expect([bench.tracker.deletedBy('p'), bench.tracker.size]).toEqual([0, 0])
  })

  test('words of a policy that is not known are not kept', () => {
    bench.see('ghost', 'a', at(0))
    expect([bench.tracker.size, bench.next().do]).toEqual([0, 'rest'])
  })
})

test('whoever has seen everything hears what it knows no more', () => {
  bench.policy('p')
  for (const name of ['a', 'b', 'c']) bench.see('p', name, at(1_000))
  expect(bench.tracker.retain('p', new Set(['uid-b']), bench.instant())).toEqual(['uid-a', 'uid-c'])
  expect(bench.names(2_000)).toEqual(['b'])
})

test('of what overlaps, the first by name stands for all, with three of the others', () => {
  for (const key of ['p', 'z', 'y', 'x', 'w']) bench.policy(key)
  for (const name of ['b', 'a', 'c']) for (const key of ['p', 'z', 'y', 'x', 'w']) bench.see(key, name, at(1_000))
  bench.see('q', 'd', at(1_000))
  expect(bench.census('p').overlapping).toEqual({ count: 3, example: 'team/a: also w, x, y' })
})

test('what the author may not delete is counted apart from what cannot be read', () => {
  bench.policy('p')
  bench.see('p', 'a', { is: 'blocked', reason: 'ann may not', lacks: 'right' })
  bench.see('p', 'b', { is: 'blocked', reason: 'no date' })
  expect(bench.census('p')).toMatchObject({
    unauthorised: { count: 1, example: 'team/a: ann may not' },
    unreadable: { count: 1, example: 'team/b: no date' },
  })
})
