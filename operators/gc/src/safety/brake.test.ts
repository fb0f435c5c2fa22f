import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { PolicyStatus } from '../kinds/policies.ts'
import { Brake } from './brake.ts'
import type { Limits } from './limits.ts'

const T = Date.UTC(2026, 0, 1)
const HOUR = 3_600_000
const none: Limits = { perRun: undefined, percent: undefined, anomalyFactor: undefined, initial: undefined, run: HOUR }
const at = (mono: number) => ({ wall: T + mono, mono })

function brake(limits: Partial<Limits> = {}, status?: PolicyStatus, same = true, approval?: string): Brake {
  return new Brake({ ...none, ...limits }, status, same, approval, at(0))
}
/** Deletes as long as it may, and says how many and why no more. */
function drain(subject: Brake, most: number, mono = 0) {
  for (let deleted = 0; deleted < most; deleted++) {
    const leave = subject.ask(at(mono))
    if (leave.is !== 'go') return { deleted, leave }
    subject.sent()
    subject.answered({ is: 'gone' }, at(mono))
  }
  return { deleted: most, leave: subject.ask(at(mono)) }
}

test('without limits it never says no', () => expect(drain(brake(), 10_000)).toMatchObject({ deleted: 10_000, leave: { is: 'go' } }))

test('maxDeletionsPerRun: so many, and the others in the next run', () => {
  const subject = brake({ perRun: 5 })
  expect(drain(subject, 100)).toMatchObject({ deleted: 5, leave: { is: 'wait', until: HOUR } })
  expect(drain(subject, 100, HOUR - 1)).toMatchObject({ deleted: 0 })
  expect(drain(subject, 100, HOUR)).toMatchObject({ deleted: 5 })
  expect(subject.run).toEqual({ startedAt: '2026-01-01T01:00:00Z', deleted: 5, before: [5] })
})

test('what was not deleted after all does not count', () => {
  const subject = brake({ perRun: 1 })
  for (const is of ['changed', 'replaced', 'already-gone'] as const) {
    expect(subject.ask(at(0)).is).toBe('go')
    subject.sent()
    expect(subject.ask(at(0)).is).toBe('wait')
    subject.answered({ is }, at(0))
  }
  expect(subject.ask(at(0)).is).toBe('go')
})

test('an answer that never came may have been a deletion, and counts', () => {
  const subject = brake({ perRun: 1 })
  subject.ask(at(0))
  subject.sent()
  subject.answered({ is: 'unknown', message: 'reset' }, at(0))
  expect(subject.ask(at(0)).is).toBe('wait')
})

test('S6: maxPercent asks how many there are, and stops for good', () => {
  const subject = brake({ percent: 10 })
  expect(subject.ask(at(0))).toEqual({ is: 'ask', what: 'scope' })
  subject.counted(100)
  expect(drain(subject, 100)).toMatchObject({
    deleted: 10,
    leave: { is: 'halted', halt: { reason: 'MaxPercent', since: '2026-01-01T00:00:00Z' } },
  })
  expect(subject.ask(at(10 * HOUR)).is).toBe('halted')
})

test('anomalyFactor: a run that is out of all proportion stops for good', () => {
  const subject = brake({ anomalyFactor: 2 }, { run: { startedAt: '2025-12-31T00:00:00Z', deleted: 30, before: [10, 20] } })
  expect(drain(subject, 1_000)).toMatchObject({ deleted: 40, leave: { is: 'halted', halt: { reason: 'Anomaly' } } })
})

test('P8: more are due at once than a new policy may begin with', () => {
  const subject = brake({ initial: 100 }, undefined, false)
  expect(subject.ask(at(0))).toEqual({ is: 'ask', what: 'due' })
  subject.due(101, at(0))
  expect(subject.ask(at(0))).toMatchObject({ is: 'halted', halt: { reason: 'InitialDeletions' } })
})

test('P8: as many as it may begin with are no matter, and later ones neither', () => {
  const subject = brake({ initial: 100 }, undefined, false)
  expect(subject.mayBegin(() => 100, at(0))).toBe(true)
  expect(drain(subject, 5_000).deleted).toBe(5_000)
})

test('P8: a policy that has been at work before a restart does not begin anew', () => {
  expect(brake({ initial: 0 }, { phase: 'Active' }).ask(at(0)).is).toBe('go')
  expect(brake({ initial: 0 }, { phase: 'Active' }, false).ask(at(0)).is).toBe('ask')
})

const halted = (reason: string): PolicyStatus => ({
  halt: { reason, message: 'too much', since: '2025-12-31T23:00:00Z' },
  run: { startedAt: '2025-12-31T23:30:00Z', deleted: 10, before: [] },
})

test('a halt outlives the process that made it', () => {
  expect(brake({ percent: 10 }, halted('MaxPercent')).ask(at(0))).toMatchObject({ is: 'halted', halt: { since: '2025-12-31T23:00:00Z' } })
})

test('another version of the spec is another matter', () => {
  expect(brake({}, halted('MaxPercent'), false).ask(at(0)).is).toBe('go')
})

test.each([
  ['2025-12-31T23:00:00Z', 'go'],
  ['2025-12-31T22:00:00Z', 'halted'],
  ['yes', 'halted'],
])('approved with %s: %s', (approval, is) => {
  expect(brake({ percent: 10, initial: 1 }, halted('InitialDeletions'), true, approval).ask(at(0)).is).toBe(is === 'go' ? 'ask' : is)
  expect(brake({ initial: 1 }, halted('InitialDeletions'), true, approval).ask(at(0)).is).toBe(is)
})

test('approval of a percentage is for one run', () => {
  const subject = brake({ percent: 10 }, halted('MaxPercent'), true, '2025-12-31T23:00:00Z')
  subject.ask(at(0))
  subject.counted(20)
  expect(drain(subject, 15)).toMatchObject({ deleted: 15, leave: { is: 'go' } })
  subject.ask(at(HOUR))
  subject.counted(20)
  expect(drain(subject, 15, HOUR)).toMatchObject({ deleted: 2, leave: { is: 'halted' } })
})

test('a run that another process began goes on', () => {
  const status = { run: { startedAt: '2025-12-31T23:30:00Z', deleted: 4, before: [] } }
  expect(drain(brake({ perRun: 5 }, status), 10)).toMatchObject({ deleted: 1, leave: { is: 'wait', until: HOUR / 2 - 0 } })
  const percent = brake({ percent: 10 }, status)
  percent.ask(at(0))
  percent.counted(46)
  expect(drain(percent, 10).deleted).toBe(1)
})

test('S7: what comes back at once, five times, stops for good', () => {
  const subject = brake()
  const object = (uid: string) => ({ metadata: { name: 'a', namespace: 'team', uid } })
  for (let n = 0; n < 5; n++) {
    expect(subject.ask(at(n * 60_000)).is).toBe('go')
    subject.recreations.deleted(object(`${n}`), n * 60_000)
    subject.recreations.appeared(object(`${n + 1}`), n * 60_000 + 900)
  }
  expect(subject.ask(at(300_000))).toMatchObject({
    is: 'halted',
    halt: { reason: 'RecreationLoop', message: expect.stringContaining('"a" in namespace team') },
  })
})

test('when more than a fifth of fifty fail it pauses, then tries one, and goes on when that works', () => {
  const subject = brake()
  const answer = (is: 'gone' | 'denied', mono: number) => {
    expect(subject.ask(at(mono)).is).toBe('go')
    subject.sent()
    subject.answered(is === 'gone' ? { is } : { is, message: 'no' }, at(mono))
  }
  for (let n = 0; n < 39; n++) answer('gone', 0)
  for (let n = 0; n < 11; n++) answer('denied', 0)
  expect(subject.ask(at(0))).toMatchObject({ is: 'wait', until: 60_000 })
  expect(subject.ask(at(60_000)).is).toBe('go')
  subject.sent()
  expect(subject.ask(at(60_000)).is).toBe('wait')
  subject.answered({ is: 'denied', message: 'no' }, at(60_001))
  expect(subject.ask(at(120_000)).is).toBe('wait')
  answer('gone', 180_001)
  expect(drain(subject, 100, 180_002).deleted).toBe(100)
})

test('whatever happens, a run never deletes more than its budget', () => {
  const answers = fc.constantFrom(
    'gone',
    'accepted',
    'already-gone',
    'changed',
    'denied',
    'unknown',
    'throttled',
    'none',
  ) as fc.Arbitrary<string>
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 10 }), fc.array(fc.tuple(answers, fc.integer({ min: 0, max: 60_000 }))), (perRun, steps) => {
      const subject = brake({ perRun })
      const deletions: number[] = []
      let mono = 0
      for (const [is, after] of steps) {
        mono += after
        if (subject.ask(at(mono)).is !== 'go') continue
        subject.sent()
        if (is === 'gone' || is === 'accepted' || is === 'unknown' || is === 'none') deletions.push(mono)
        if (is !== 'none') subject.answered({ is, message: '', retryAfter: 0 } as never, at(mono))
      }
      const first = deletions[0] ?? 0
      expect(deletions.filter((each) => each < first + HOUR).length).toBeLessThanOrEqual(perRun)
    }),
  )
})
