import { beforeEach, describe, expect, test } from 'vitest'
import type { Answer } from '../deletion/answer.ts'
import { at, never, sighting, useTracker } from '../fake/tracker-bench.ts'

const bench = useTracker()

describe('what the server answers', () => {
  const send = () => bench.deletions()[0]!
  beforeEach(() => {
    bench.policy('p')
    bench.see('p', 'a', at(0))
  })

  test('gone: counted at once, and only once when the watch says so, too', () => {
    bench.tracker.answered(send(), { is: 'gone' }, bench.instant())
    bench.tracker.leave('p', 'uid-a', bench.instant())
    expect([bench.tracker.deletedBy('p'), bench.tracker.size]).toEqual([1, 0])
  })

  test('gone: counted once also when the watch was faster than the answer', () => {
    const step = send()
    bench.see('p', 'a', at(0), { resourceVersion: '2', terminating: true })
    bench.tracker.leave('p', 'uid-a', bench.instant())
    expect(bench.tracker.deletedBy('p')).toBe(0)
    bench.tracker.answered(step, { is: 'gone' }, bench.instant())
    expect([bench.tracker.deletedBy('p'), bench.tracker.size]).toEqual([1, 0])
  })

  test('R5: accepted, with a finalizer: one DELETE in total, counted when the object has gone', () => {
    bench.tracker.answered(send(), { is: 'accepted' }, bench.instant())
    bench.see('p', 'a', at(0), { resourceVersion: '2', terminating: true })
    expect(bench.names(3_600_000)).toEqual([])
    expect(bench.census('p').terminating).toBe(1)
    expect(bench.tracker.deletedBy('p')).toBe(0)
    bench.tracker.leave('p', 'uid-a', bench.instant())
    expect(bench.tracker.deletedBy('p')).toBe(1)
  })

  test('R7: already gone: done, and not ours', () => {
    bench.tracker.answered(send(), { is: 'already-gone' }, bench.instant())
    expect([bench.tracker.deletedBy('p'), bench.census('p').matched]).toEqual([0, 0])
    bench.tracker.leave('p', 'uid-a', bench.instant())
    expect([bench.tracker.deletedBy('p'), bench.tracker.size]).toEqual([0, 0])
  })

  test.for<Answer['is'] & ('gone' | 'already-gone' | 'replaced')>(['gone', 'already-gone', 'replaced'])(
    '%s: a watch that is behind, or a list from before, does not bring it back',
    (is) => {
      bench.tracker.answered(send(), { is }, bench.instant())
      bench.see('p', 'a', at(0))
      bench.see('p', 'a', at(0), { resourceVersion: '2' })
      bench.tracker.retain('p', new Set(['uid-a']), bench.instant())
      bench.policy('p')
      expect(bench.names(59_000)).toEqual([])
      expect(bench.census('p')).toMatchObject({ matched: 0, due: 0, terminating: 0 })
      expect(bench.tracker.fallingDue()).toEqual([])
      bench.tracker.leave('p', 'uid-a', bench.instant())
      expect(bench.tracker.size).toBe(0)
    },
  )

  test('gone, says the server, but the watch says nothing of it: after a minute it is looked at, and goes if it is there all the same', () => {
    bench.tracker.answered(send(), { is: 'already-gone' }, bench.instant())
    expect(bench.next()).toEqual({ do: 'wait', ms: 60_000 })
    expect(bench.next(60_000)).toMatchObject({ do: 'fetch', policies: ['p'], object: { uid: 'uid-a' } })
    bench.see('p', 'a', at(0))
    bench.tracker.fetched('uid-a', bench.instant())
    expect(bench.names(60_000)).toEqual(['a'])
  })

  test('R6: no answer, though it was done: the repetition finds nothing, and it counts once', () => {
    bench.tracker.answered(send(), { is: 'unknown', message: 'timeout' }, bench.instant())
    expect(bench.names(999)).toEqual([])
    const again = bench.deletions(1_000)
    expect(again[0]?.object).toEqual(sighting('a'))
    bench.tracker.answered(again[0]!, { is: 'already-gone' }, bench.instant())
    expect(bench.tracker.deletedBy('p')).toBe(1)
  })

  test('no answer, and then the watch says that it went: counted once, and not sent again', () => {
    bench.tracker.answered(send(), { is: 'unknown', message: 'timeout' }, bench.instant())
    bench.tracker.leave('p', 'uid-a', bench.instant())
    expect(bench.tracker.deletedBy('p')).toBe(1)
    expect(bench.names(100_000)).toEqual([])
  })

  test('K22: no answer, again and again: the pauses double up to a quarter of a minute, always with the same uid', () => {
    const pauses: number[] = []
    let step = send()
    for (let n = 0; n < 8; n++) {
      bench.tracker.answered(step, { is: 'unknown', message: '503' }, bench.instant())
      const wait = bench.next()
      pauses.push(wait.do === 'wait' ? wait.ms : -1)
      step = bench.deletions(bench.now + pauses.at(-1)!)[0]!
      expect(step.object.uid).toBe('uid-a')
    }
    expect(pauses).toEqual([1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000, 15_000])
  })

  test('what the policy said is good no longer when the pause after a failure is over: the policy is asked again, and it goes', () => {
    bench.see('p', 'a', { ...at(0), until: 1_500 })
    bench.tracker.answered(send(), { is: 'unknown', message: 'reset' }, bench.instant())
    bench.tracker.answered(bench.deletions(1_000)[0]!, { is: 'unknown', message: 'reset' }, bench.instant())
    expect(bench.next(3_000)).toMatchObject({ do: 'judge', policy: 'p', object: { uid: 'uid-a' } })
    bench.see('p', 'a', { ...at(0), until: 60_000 })
    expect(bench.names(3_000)).toEqual(['a'])
  })

  test('the same when a server that was away is back', () => {
    bench.see('p', 'a', { ...at(0), until: 500 })
    bench.tracker.answered(send(), { is: 'unsent', message: 'refused' }, bench.instant())
    bench.now = 600
    bench.tracker.serverIsBack(bench.instant())
    expect(bench.next(600)).toMatchObject({ do: 'judge', policy: 'p', object: { uid: 'uid-a' } })
  })

  test('no connection, so nothing was asked for: who vanishes then was not ours', () => {
    bench.tracker.answered(send(), { is: 'unsent', message: 'refused' }, bench.instant())
    bench.tracker.leave('p', 'uid-a', bench.instant())
    expect([bench.tracker.deletedBy('p'), bench.tracker.size]).toEqual([0, 0])
  })

  test('no answer, then no connection, and then it is gone: ours, once', () => {
    bench.tracker.answered(send(), { is: 'unknown', message: 'reset' }, bench.instant())
    bench.tracker.answered(bench.deletions(1_000)[0]!, { is: 'unsent', message: 'refused' }, bench.instant())
    bench.tracker.answered(bench.deletions(3_000)[0]!, { is: 'already-gone' }, bench.instant())
    bench.tracker.leave('p', 'uid-a', bench.instant())
    expect(bench.tracker.deletedBy('p')).toBe(1)
  })

  test('no answer, and then the policy loses sight of it: nothing says that it is gone', () => {
    bench.tracker.answered(send(), { is: 'unknown', message: 'reset' }, bench.instant())
    bench.tracker.retain('p', new Set(), bench.instant())
    expect([bench.tracker.deletedBy('p'), bench.tracker.size]).toEqual([0, 0])
  })

  test('no answer, but the repetition meets it changed: it was not done, and who takes it away later is another', () => {
    bench.tracker.answered(send(), { is: 'unknown', message: 'reset' }, bench.instant())
    bench.tracker.answered(bench.deletions(1_000)[0]!, { is: 'changed' }, bench.instant())
    bench.tracker.leave('p', 'uid-a', bench.instant())
    expect(bench.tracker.deletedBy('p')).toBe(0)
  })

  test.each<Answer>([
    { is: 'unknown', message: 'reset' },
    { is: 'unsent', message: 'refused' },
    { is: 'throttled', retryAfter: 60_000, message: 'shutting down' },
  ])(
    'when the server is back from an outage, what $is delayed goes at once, at the old rate, with the shortest delay next time',
    (answer) => {
      let step = send()
      for (let n = 0; n < 6; n++) {
        bench.tracker.answered(step, answer, bench.instant())
        step = bench.deletions(bench.now + 200_000)[0]!
      }
      bench.tracker.answered(step, answer, bench.instant())
      expect(bench.names()).toEqual([])
      bench.tracker.serverIsBack(bench.instant())
      const [again] = bench.deletions()
      expect(again?.object.name).toBe('a')
      bench.tracker.answered(again!, { is: 'unsent', message: 'refused' }, bench.instant())
      expect(bench.next()).toEqual({ do: 'wait', ms: 1_000 })
    },
  )

  test('when the server is back, what a webhook or a right keeps from us still waits', () => {
    bench.tracker.answered(send(), { is: 'denied', message: 'webhook' }, bench.instant())
    bench.tracker.serverIsBack(bench.instant())
    expect(bench.names()).toEqual([])
  })

  test('R1: replaced by another of the same name: dropped; the new one lives by its own time', () => {
    bench.tracker.answered(send(), { is: 'replaced' }, bench.instant())
    bench.see('p', 'a', at(9_000), { uid: 'uid-new', resourceVersion: '3' })
    expect(bench.names(8_000)).toEqual([])
    expect(bench.deletions(9_000)[0]?.object.uid).toBe('uid-new')
  })

  test('changed: the newer version is awaited and judged, and then deleted as that (R2)', () => {
    bench.tracker.answered(send(), { is: 'changed' }, bench.instant())
    expect(bench.names(500)).toEqual([])
    bench.see('p', 'a', at(0), { resourceVersion: '2' })
    expect(bench.deletions(500)[0]?.object.resourceVersion).toBe('2')
  })

  test('changed, and the newer version was seen before the answer came: no need to wait for it', () => {
    const step = send()
    bench.see('p', 'a', at(0), { resourceVersion: '2' })
    bench.tracker.answered(step, { is: 'changed' }, bench.instant())
    expect(bench.deletions()[0]?.object.resourceVersion).toBe('2')
  })

  test('R2: changed, and now to be kept: kept', () => {
    bench.tracker.answered(send(), { is: 'changed' }, bench.instant())
    bench.see('p', 'a', never, { resourceVersion: '2' })
    expect(bench.names(100_000)).toEqual([])
  })

  test('changed, and no event comes: fetched after a second', () => {
    bench.tracker.answered(send(), { is: 'changed' }, bench.instant())
    expect(bench.next(999)).toMatchObject({ do: 'wait', ms: 1 })
    expect(bench.next(1_000)).toMatchObject({ do: 'fetch', policies: ['p'], object: { name: 'a' } })
    bench.see('p', 'a', at(0), { resourceVersion: '5' })
    bench.tracker.fetched('uid-a', bench.instant())
    expect(bench.deletions()[0]?.object.resourceVersion).toBe('5')
  })

  test('changed, and fetching brings nothing newer: fetched again later, never deleted as what it was', () => {
    bench.tracker.answered(send(), { is: 'changed' }, bench.instant())
    expect(bench.next(1_000).do).toBe('fetch')
    bench.see('p', 'a', at(0))
    bench.tracker.fetched('uid-a', bench.instant())
    const wait = bench.next()
    expect(wait.do).toBe('wait')
    expect(bench.next(bench.now + (wait.do === 'wait' ? wait.ms : 0)).do).toBe('fetch')
  })

  test('R3: changed five times in a row: told, and tried less and less often', () => {
    let step = send()
    for (let n = 1; n <= 5; n++) {
      bench.tracker.answered(step, { is: 'changed' }, bench.instant())
      bench.see('p', 'a', at(0), { resourceVersion: String(n + 1) })
      if (n < 5) step = bench.deletions()[0]!
    }
    expect(bench.census('p').conflicting).toEqual({ count: 1, example: 'team/a: changed 5 times between decision and deletion' })
    expect(bench.names()).toEqual([])
    expect(bench.deletions(1_000)[0]?.object.resourceVersion).toBe('6')
  })

  test('S2: forbidden: that namespace is left alone for five minutes, others go on', () => {
    bench.tracker.answered(send(), { is: 'forbidden', message: 'cannot delete' }, bench.instant())
    bench.see('p', 'b', at(0))
    bench.see('p', 'c', at(0), { namespace: 'elsewhere' })
    expect(bench.names(1_000)).toEqual(['c'])
    expect([...bench.tracker.forbiddenTo('p', bench.instant())]).toEqual([['team', 'cannot delete']])
    expect(bench.names(299_999)).toEqual([])
    expect(bench.names(300_000).sort()).toEqual(['a', 'b'])
    expect(bench.tracker.forbiddenTo('p', bench.instant()).size).toBe(0)
  })

  test('forbidden: editing the policy tries at once', () => {
    bench.tracker.answered(send(), { is: 'forbidden', message: 'cannot delete' }, bench.instant())
    bench.policy('p')
    expect(bench.names()).toEqual(['a'])
  })

  test('S3: denied by a webhook: that object alone waits, up to an hour', () => {
    let step = send()
    for (let n = 0; n < 20; n++) {
      bench.tracker.answered(step, { is: 'denied', message: 'no' }, bench.instant())
      const wait = bench.next()
      expect(wait.do === 'wait' && wait.ms).toBeLessThanOrEqual(3_600_000)
      step = bench.deletions(bench.now + (wait.do === 'wait' ? wait.ms : 0))[0]!
    }
    expect(bench.now).toBeGreaterThan(3_600_000)
  })

  test('refused for good: told, and not tried again until the object or the policy changes', () => {
    bench.tracker.answered(send(), { is: 'refused', message: 'invalid options' }, bench.instant())
    bench.see('p', 'a', at(0))
    expect(bench.names(10_000_000)).toEqual([])
    expect(bench.census('p').refused.example).toBe('team/a: invalid options')
    bench.see('p', 'a', at(0), { resourceVersion: '2' })
    expect(bench.names()).toEqual(['a'])
  })

  test('S1: throttled: everybody waits as long as the server asks, then goes on slower', () => {
    bench.policy('q')
    bench.tracker.answered(send(), { is: 'throttled', retryAfter: 2_000, message: 'slow down' }, bench.instant())
    bench.see('q', 'b', at(0))
    expect(bench.names(1_999)).toEqual([])
    expect(bench.next()).toEqual({ do: 'wait', ms: 1 })
    expect(bench.names(2_000)).toHaveLength(1)
  })
})
