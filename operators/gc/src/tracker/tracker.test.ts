import { beforeEach, describe, expect, test } from 'vitest'
import type { Answer } from '../deletion/answer.ts'
import type { Opinion } from '../judgement/opinion.ts'
import type { PolicyMode } from './sending-line.ts'
import type { Instant, Step } from './step.ts'
import type { Sighting } from './tracked-object.ts'
import { Tracker } from './tracker.ts'

const mode: PolicyMode = { dryRun: false, paused: false, rate: { perSecond: 1e9, batch: 1e9 }, line: 'ConfigMap.v1' }
const at = (time: number): Opinion => ({ is: 'at', at: time, reason: 'x' })
const never: Opinion = { is: 'never', reason: 'kept' }

let tracker: Tracker
let now: number
const instant = (): Instant => ({ wall: now, mono: now })

beforeEach(() => {
  tracker = new Tracker(() => 0)
  now = 0
})

function sighting(name: string, more: Partial<Sighting> = {}): Sighting {
  return { uid: `uid-${name}`, name, namespace: 'team', resourceVersion: '1', terminating: false, ...more }
}
const policy = (key: string, more: Partial<PolicyMode> = {}) => tracker.setPolicy(key, { ...mode, ...more }, instant())
const see = (key: string, name: string, opinion: Opinion, more: Partial<Sighting> = {}) =>
  tracker.observe(key, sighting(name, more), opinion, instant())
const next = (time = now): Step => {
  now = time
  return tracker.next(instant())
}
/** Everything that is to be deleted now. */
function deletions(time = now): (Step & { readonly do: 'delete' })[] {
  const steps: (Step & { readonly do: 'delete' })[] = []
  for (
    let step = next(time), mono = time;
    step.do === 'delete' || (step.do === 'wait' && step.ms < 0.01);
    step = tracker.next({ wall: time, mono })
  ) {
    if (step.do === 'delete') steps.push(step)
    mono += 1e-6
  }
  return steps
}
const names = (time = now) => deletions(time).map(({ object }) => object.name)
const census = (key: string) => tracker.census(key, instant())

describe('when an object goes', () => {
  test('not before it falls due, and then with the uid and version that were seen', () => {
    policy('p')
    see('p', 'a', at(1_000), { resourceVersion: '7' })
    expect(next(999)).toEqual({ do: 'wait', ms: 1 })
    expect(deletions(1_000)).toEqual([{ do: 'delete', policy: 'p', object: sighting('a', { resourceVersion: '7' }) }])
    expect(next()).toEqual({ do: 'rest' })
  })

  test('several go in the order in which they fall due', () => {
    policy('p')
    see('p', 'late', at(300))
    see('p', 'early', at(100))
    see('p', 'middle', at(200))
    expect(names(1_000)).toEqual(['early', 'middle', 'late'])
  })

  test('a longer life, seen before the time, moves it', () => {
    policy('p')
    see('p', 'a', at(1_000))
    see('p', 'a', at(5_000), { resourceVersion: '2' })
    expect(names(1_000)).toEqual([])
    expect(names(5_000)).toEqual(['a'])
  })

  test('a longer life, seen while it stands in line, takes it out of the line', () => {
    policy('p')
    see('p', 'a', at(0))
    see('p', 'b', at(0))
    see('p', 'b', never, { resourceVersion: '2' })
    expect(names()).toEqual(['a'])
  })

  test('what no longer matches does not go', () => {
    policy('p')
    see('p', 'a', at(1_000))
    see('p', 'a', { is: 'unselected', matched: false, reason: 'x' }, { resourceVersion: '2' })
    expect(names(2_000)).toEqual([])
    expect(census('p').matched).toBe(0)
  })

  test('thirty days are a place in the heap, not a timer: the wait is told, and nothing goes early', () => {
    policy('p')
    const month = 30 * 86_400_000
    see('p', 'a', at(month))
    expect(next()).toEqual({ do: 'wait', ms: month })
    expect(names(month - 1)).toEqual([])
    expect(names(month)).toEqual(['a'])
  })

  test('a wall clock set back only delays', () => {
    policy('p')
    see('p', 'a', at(1_000))
    expect(tracker.next({ wall: 500, mono: 2_000 })).toEqual({ do: 'wait', ms: 500 })
  })

  test('an object that somebody else is deleting is left alone, and counted as such (Z9)', () => {
    policy('p')
    see('p', 'a', at(0), { terminating: true })
    expect(names(10_000)).toEqual([])
    expect(census('p')).toMatchObject({ terminating: 1, due: 0 })
    tracker.leave('p', 'uid-a', instant())
    expect(tracker.deletedBy('p')).toBe(0)
  })
})

describe('what the server answers', () => {
  const send = () => deletions()[0]!
  beforeEach(() => {
    policy('p')
    see('p', 'a', at(0))
  })

  test('gone: counted at once, and only once when the watch says so, too', () => {
    tracker.answered(send(), { is: 'gone' }, instant())
    tracker.leave('p', 'uid-a', instant())
    expect([tracker.deletedBy('p'), tracker.size]).toEqual([1, 0])
  })

  test('gone: counted once also when the watch was faster than the answer', () => {
    const step = send()
    see('p', 'a', at(0), { resourceVersion: '2', terminating: true })
    tracker.leave('p', 'uid-a', instant())
    expect(tracker.deletedBy('p')).toBe(0)
    tracker.answered(step, { is: 'gone' }, instant())
    expect([tracker.deletedBy('p'), tracker.size]).toEqual([1, 0])
  })

  test('accepted, with a finalizer: one DELETE in total, counted when the object has gone (R5)', () => {
    tracker.answered(send(), { is: 'accepted' }, instant())
    see('p', 'a', at(0), { resourceVersion: '2', terminating: true })
    expect(names(3_600_000)).toEqual([])
    expect(census('p').terminating).toBe(1)
    expect(tracker.deletedBy('p')).toBe(0)
    tracker.leave('p', 'uid-a', instant())
    expect(tracker.deletedBy('p')).toBe(1)
  })

  test('already gone: done, and not ours (R7)', () => {
    tracker.answered(send(), { is: 'already-gone' }, instant())
    expect([tracker.deletedBy('p'), tracker.size]).toEqual([0, 0])
  })

  test('no answer, though it was done: the repetition finds nothing, and it counts once (R6)', () => {
    tracker.answered(send(), { is: 'unknown', message: 'timeout' }, instant())
    expect(names(999)).toEqual([])
    const again = deletions(1_000)
    expect(again[0]?.object).toEqual(sighting('a'))
    tracker.answered(again[0]!, { is: 'already-gone' }, instant())
    expect(tracker.deletedBy('p')).toBe(1)
  })

  test('no answer, and then the watch says that it went: counted once, and not sent again', () => {
    tracker.answered(send(), { is: 'unknown', message: 'timeout' }, instant())
    tracker.leave('p', 'uid-a', instant())
    expect(tracker.deletedBy('p')).toBe(1)
    expect(names(100_000)).toEqual([])
  })

  test('no answer, again and again: the pauses double up to a quarter of a minute, always with the same uid', () => {
    const pauses: number[] = []
    let step = send()
    for (let n = 0; n < 8; n++) {
      tracker.answered(step, { is: 'unknown', message: '503' }, instant())
      const wait = next()
      pauses.push(wait.do === 'wait' ? wait.ms : -1)
      step = deletions(now + pauses.at(-1)!)[0]!
      expect(step.object.uid).toBe('uid-a')
    }
    expect(pauses).toEqual([1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000, 15_000])
  })

  test('no connection, so nothing was asked for: who vanishes then was not ours', () => {
    tracker.answered(send(), { is: 'unsent', message: 'refused' }, instant())
    tracker.leave('p', 'uid-a', instant())
    expect([tracker.deletedBy('p'), tracker.size]).toEqual([0, 0])
  })

  test('no answer, then no connection, and then it is gone: ours, once', () => {
    tracker.answered(send(), { is: 'unknown', message: 'reset' }, instant())
    tracker.answered(deletions(1_000)[0]!, { is: 'unsent', message: 'refused' }, instant())
    tracker.answered(deletions(3_000)[0]!, { is: 'already-gone' }, instant())
    tracker.leave('p', 'uid-a', instant())
    expect(tracker.deletedBy('p')).toBe(1)
  })

  test('no answer, and then the policy loses sight of it: nothing says that it is gone', () => {
    tracker.answered(send(), { is: 'unknown', message: 'reset' }, instant())
    tracker.retain('p', new Set(), instant())
    expect([tracker.deletedBy('p'), tracker.size]).toEqual([0, 0])
  })

  test('no answer, but the repetition meets it changed: it was not done, and who takes it away later is another', () => {
    tracker.answered(send(), { is: 'unknown', message: 'reset' }, instant())
    tracker.answered(deletions(1_000)[0]!, { is: 'changed' }, instant())
    tracker.leave('p', 'uid-a', instant())
    expect(tracker.deletedBy('p')).toBe(0)
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
        tracker.answered(step, answer, instant())
        step = deletions(now + 200_000)[0]!
      }
      tracker.answered(step, answer, instant())
      expect(names()).toEqual([])
      tracker.serverIsBack(instant())
      const [again] = deletions()
      expect(again?.object.name).toBe('a')
      tracker.answered(again!, { is: 'unsent', message: 'refused' }, instant())
      expect(next()).toEqual({ do: 'wait', ms: 1_000 })
    },
  )

  test('when the server is back, what a webhook or a right keeps from us still waits', () => {
    tracker.answered(send(), { is: 'denied', message: 'webhook' }, instant())
    tracker.serverIsBack(instant())
    expect(names()).toEqual([])
  })

  test('replaced by another of the same name: dropped; the new one lives by its own time (R1)', () => {
    tracker.answered(send(), { is: 'replaced' }, instant())
    see('p', 'a', at(9_000), { uid: 'uid-new', resourceVersion: '3' })
    expect(names(8_000)).toEqual([])
    expect(deletions(9_000)[0]?.object.uid).toBe('uid-new')
  })

  test('changed: the newer version is awaited and judged, and then deleted as that (R2)', () => {
    tracker.answered(send(), { is: 'changed' }, instant())
    expect(names(500)).toEqual([])
    see('p', 'a', at(0), { resourceVersion: '2' })
    expect(deletions(500)[0]?.object.resourceVersion).toBe('2')
  })

  test('changed, and the newer version was seen before the answer came: no need to wait for it', () => {
    const step = send()
    see('p', 'a', at(0), { resourceVersion: '2' })
    tracker.answered(step, { is: 'changed' }, instant())
    expect(deletions()[0]?.object.resourceVersion).toBe('2')
  })

  test('changed, and now to be kept: kept (R2)', () => {
    tracker.answered(send(), { is: 'changed' }, instant())
    see('p', 'a', never, { resourceVersion: '2' })
    expect(names(100_000)).toEqual([])
  })

  test('changed, and no event comes: fetched after a second', () => {
    tracker.answered(send(), { is: 'changed' }, instant())
    expect(next(999)).toMatchObject({ do: 'wait', ms: 1 })
    expect(next(1_000)).toMatchObject({ do: 'fetch', policies: ['p'], object: { name: 'a' } })
    see('p', 'a', at(0), { resourceVersion: '5' })
    tracker.fetched('uid-a', instant())
    expect(deletions()[0]?.object.resourceVersion).toBe('5')
  })

  test('changed, and fetching brings nothing newer: fetched again later, never deleted as what it was', () => {
    tracker.answered(send(), { is: 'changed' }, instant())
    expect(next(1_000).do).toBe('fetch')
    see('p', 'a', at(0))
    tracker.fetched('uid-a', instant())
    const wait = next()
    expect(wait.do).toBe('wait')
    expect(next(now + (wait.do === 'wait' ? wait.ms : 0)).do).toBe('fetch')
  })

  test('changed five times in a row: told, and tried less and less often (R3)', () => {
    let step = send()
    for (let n = 1; n <= 5; n++) {
      tracker.answered(step, { is: 'changed' }, instant())
      see('p', 'a', at(0), { resourceVersion: String(n + 1) })
      if (n < 5) step = deletions()[0]!
    }
    expect(census('p').conflicting).toEqual({ count: 1, example: 'team/a: changed 5 times between decision and deletion' })
    expect(names()).toEqual([])
    expect(deletions(1_000)[0]?.object.resourceVersion).toBe('6')
  })

  test('forbidden: that namespace is left alone for five minutes, others go on (S2)', () => {
    tracker.answered(send(), { is: 'forbidden', message: 'cannot delete' }, instant())
    see('p', 'b', at(0))
    see('p', 'c', at(0), { namespace: 'elsewhere' })
    expect(names(1_000)).toEqual(['c'])
    expect([...tracker.forbiddenTo('p', instant())]).toEqual([['team', 'cannot delete']])
    expect(names(299_999)).toEqual([])
    expect(names(300_000).sort()).toEqual(['a', 'b'])
    expect(tracker.forbiddenTo('p', instant()).size).toBe(0)
  })

  test('forbidden: editing the policy tries at once', () => {
    tracker.answered(send(), { is: 'forbidden', message: 'cannot delete' }, instant())
    policy('p')
    expect(names()).toEqual(['a'])
  })

  test('denied by a webhook: that object alone waits, up to an hour (S3)', () => {
    let step = send()
    for (let n = 0; n < 20; n++) {
      tracker.answered(step, { is: 'denied', message: 'no' }, instant())
      const wait = next()
      expect(wait.do === 'wait' && wait.ms).toBeLessThanOrEqual(3_600_000)
      step = deletions(now + (wait.do === 'wait' ? wait.ms : 0))[0]!
    }
    expect(now).toBeGreaterThan(3_600_000)
  })

  test('refused for good: told, and not tried again until the object or the policy changes', () => {
    tracker.answered(send(), { is: 'refused', message: 'invalid options' }, instant())
    see('p', 'a', at(0))
    expect(names(10_000_000)).toEqual([])
    expect(census('p').refused.example).toBe('team/a: invalid options')
    see('p', 'a', at(0), { resourceVersion: '2' })
    expect(names()).toEqual(['a'])
  })

  test('throttled: everybody waits as long as the server asks, then goes on slower', () => {
    policy('q')
    tracker.answered(send(), { is: 'throttled', retryAfter: 2_000, message: 'slow down' }, instant())
    see('q', 'b', at(0))
    expect(names(1_999)).toEqual([])
    expect(next()).toEqual({ do: 'wait', ms: 1 })
    expect(names(2_000)).toHaveLength(1)
  })
})

describe('several policies', () => {
  test('each deletes only what it selects, though both are about one kind (Z2)', () => {
    policy('red')
    policy('blue')
    see('red', 'r', at(0))
    see('blue', 'b', at(0))
    expect(deletions().map(({ policy: by, object }) => `${by} ${object.name}`)).toEqual(['red r', 'blue b'])
  })

  test('about one object: the later time counts, one DELETE, and both are told (R10)', () => {
    policy('short')
    policy('long')
    see('short', 'a', at(1_000))
    see('long', 'a', at(5_000))
    expect(names(1_000)).toEqual([])
    expect(deletions(5_000).map((step) => step.policy)).toEqual(['long'])
    expect(census('short').overlapping).toEqual({ count: 1, example: 'team/a: also long' })
    expect(census('long').overlapping.count).toBe(1)
  })

  test('one that keeps wins over one that deletes, until it goes', () => {
    policy('deletes')
    policy('keeps')
    see('deletes', 'a', at(0))
    see('keeps', 'a', never)
    expect(names()).toEqual([])
    tracker.removePolicy('keeps', instant())
    expect(names()).toEqual(['a'])
  })

  test('nothing goes while one of them has not yet seen the newest version: it may keep it', () => {
    policy('p')
    policy('q')
    see('p', 'a', at(1_000))
    see('q', 'a', at(1_000))
    see('p', 'a', at(1_000), { resourceVersion: '2' })
    expect(names(1_000)).toEqual([])
    see('q', 'a', never, { resourceVersion: '2' })
    expect(names(9_000)).toEqual([])
  })

  test('an older view that comes late does not become the version that is deleted', () => {
    policy('p')
    policy('q')
    see('p', 'a', at(0), { resourceVersion: '10' })
    see('q', 'a', at(0), { resourceVersion: '9' })
    expect(names()).toEqual([])
    see('q', 'a', at(0), { resourceVersion: '10' })
    expect(deletions()[0]?.object.resourceVersion).toBe('10')
  })

  test('nothing of a kind goes while a policy of that kind is still reading', () => {
    policy('p')
    see('p', 'a', at(0))
    tracker.hold('ConfigMap.v1', true)
    expect(next()).toEqual({ do: 'rest' })
    tracker.hold('ConfigMap.v1', false)
    expect(names()).toEqual(['a'])
  })

  test('10,000 waiting at 10 a second do not delay another’s single object (Z14)', () => {
    policy('mass', { rate: { perSecond: 10, batch: 1 } })
    policy('single')
    for (let n = 0; n < 10_000; n++) see('mass', `m${n}`, at(0))
    expect(deletions()).toHaveLength(1)
    see('single', 's', at(50))
    expect(names(50)).toEqual(['s'])
    expect(names(100)).toHaveLength(1)
  })
})

describe('pauses and dry runs', () => {
  test('a pause takes effect on the next step, though thousands stand in line (P1)', () => {
    policy('p')
    for (let n = 0; n < 1_000; n++) see('p', `o${n}`, at(0))
    expect(next().do).toBe('delete')
    policy('p', { paused: true })
    expect(next(5_000)).toEqual({ do: 'rest' })
    expect(census('p').due).toBe(1_000)
    policy('p')
    expect(names()).toHaveLength(999)
  })

  test('a pause does not let another policy delete what this one would have decided about', () => {
    policy('short')
    policy('long', { paused: true })
    see('short', 'a', at(1_000))
    see('long', 'a', at(5_000))
    expect(names(9_000)).toEqual([])
  })

  test('a dry run sends nothing and counts what would go when it would go (Z7)', () => {
    policy('p', { dryRun: true })
    see('p', 'a', at(1_000))
    see('p', 'b', at(9_000))
    tracker.takeTouched()
    expect(next(999)).toMatchObject({ do: 'wait' })
    expect(names(1_000)).toEqual([])
    expect([...tracker.takeTouched()]).toEqual(['p'])
    expect(census('p')).toMatchObject({ matched: 2, due: 1, pending: 1, nextExpiry: 9_000 })
    expect(tracker.deletedBy('p')).toBe(0)
  })

  test('a dry run has no say about what others delete', () => {
    policy('real')
    policy('dry', { dryRun: true })
    see('dry', 'a', at(9_000))
    see('real', 'a', at(1_000), { resourceVersion: '2' })
    expect(names(1_000)).toEqual(['a'])
  })
})

describe('policies come and go', () => {
  test('what a removed policy alone knew is forgotten, and nothing of it is sent (W7)', () => {
    policy('p')
    see('p', 'a', at(0))
    tracker.removePolicy('p', instant())
    expect(next(1_000)).toEqual({ do: 'rest' })
    expect(tracker.size).toBe(0)
  })

  test('after an edit, objects that are no longer in the target are dropped (Z3)', () => {
    policy('p')
    see('p', 'old', at(1_000))
    see('p', 'both', at(1_000))
    tracker.retain('p', new Set(['uid-both']), instant())
    expect(names(1_000)).toEqual(['both'])
  })

  test('an object that left a selector is dropped and not counted as deleted (R9)', () => {
    policy('p')
    see('p', 'a', at(1_000))
    tracker.leave('p', 'uid-a', instant())
    expect([tracker.deletedBy('p'), tracker.size]).toEqual([0, 0])
  })

  test('words of a policy that is not known are not kept', () => {
    see('ghost', 'a', at(0))
    expect([tracker.size, next().do]).toEqual([0, 'rest'])
  })
})

test('the rate holds across the whole machine: 10 a second is 10 a second', () => {
  policy('p', { rate: { perSecond: 10, batch: 50 } })
  for (let n = 0; n < 1_000; n++) see('p', `o${n}`, at(0))
  let sent = 0
  while (now < 20_000) {
    const step = next()
    if (step.do === 'delete') sent++
    else now += step.do === 'wait' ? step.ms : 1
  }
  expect(sent).toBeGreaterThanOrEqual(194)
  expect(sent).toBeLessThanOrEqual(202)
})
