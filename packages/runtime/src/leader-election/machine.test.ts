import type { Lease } from '@kubewright/client'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { held } from './lease.ts'
import { beginning, type ElectionContext, type ElectionEffect, type ElectionFact, type ElectionState, step, validFor } from './machine.ts'

const times = { leaseDuration: 15_000, renewDeadline: 10_000, retryPeriod: 2_000 }
const candidate = { name: 'op', namespace: 'sys', identity: 'me', leaseDuration: 15 }
const at = (now: number): ElectionContext => ({ candidate, times, now, wallNow: Date.UTC(2026, 0, 1) + now, random: () => 0.5 })
const leaseOf = (identity: string, renewTime = '1', extra: object = {}): Lease => ({
  metadata: { name: 'op', namespace: 'sys', resourceVersion: renewTime },
  spec: { holderIdentity: identity, leaseDurationSeconds: 15, renewTime, acquireTime: 'then', leaseTransitions: 3, ...extra },
})
const time: ElectionFact = { saw: 'time' }
const lease = (seen: Lease): ElectionFact => ({ saw: 'lease', lease: seen })
const written: ElectionFact = { saw: 'written', lease: leaseOf('me', 'w') }
const failure: ElectionFact = { saw: 'failure', message: 'no answer' }

/** Takes the facts at these times. */
function after(facts: readonly (readonly [number, ElectionFact])[], from: ElectionState = beginning) {
  let state = from
  let effects: readonly ElectionEffect[] = []
  for (const [now, fact] of facts) [state, effects] = step(state, fact, at(now))
  return { state, effects }
}
const leading = () =>
  after([
    [0, time],
    [0, { saw: 'no lease' }],
    [10, written],
  ]).state

describe('a candidate', () => {
  test('reads the lease, makes it when there is none, and leads when that succeeded', () => {
    expect(after([[0, time]]).state).toMatchObject({ is: 'asking', request: { do: 'get' } })
    expect(
      after([
        [0, time],
        [0, { saw: 'no lease' }],
      ]).state,
    ).toMatchObject({
      request: { do: 'create', lease: { spec: { holderIdentity: 'me', leaseDurationSeconds: 15, leaseTransitions: 0 } } },
    })
    const { state, effects } = after([
      [0, time],
      [0, { saw: 'no lease' }],
      [10, written],
    ])
    expect(state).toMatchObject({ is: 'waiting', ms: 2000, role: { is: 'leader', renewedAt: 0 } })
    expect(effects).toEqual([{ do: 'tell leader', identity: 'me' }, { do: 'lead' }])
  })

  test('waits two to four and a half seconds while another holds it', () => {
    const { state, effects } = after([
      [0, time],
      [0, lease(leaseOf('other'))],
    ])
    expect(state).toMatchObject({ is: 'waiting', ms: 3200, role: { is: 'follower' } })
    expect(effects).toEqual([{ do: 'tell leader', identity: 'other' }])
  })

  test('takes it when it has not changed for its duration, by its own clock, whatever times are written in it', () => {
    const ancient = lease(leaseOf('other', '1999-01-01T00:00:00.000000Z'))
    expect(
      after([
        [0, time],
        [0, ancient],
        [14_000, time],
        [14_999, ancient],
      ]).state,
    ).toMatchObject({ is: 'waiting', role: { is: 'follower' } })
    const { state } = after([
      [0, time],
      [0, ancient],
      [14_000, time],
      [15_000, ancient],
    ])
    expect(state).toMatchObject({ request: { do: 'update', lease: { spec: { holderIdentity: 'me', leaseTransitions: 4 } } } })
  })

  test('looks at a lease that is about to run out when it does, so that a dead leader is replaced within 20 s', () => {
    const facts = [0, 4, 8, 12].flatMap((second): [number, ElectionFact][] => [
      [second * 1000, time],
      [second * 1000, lease(leaseOf('other'))],
    ])
    expect(after(facts).state).toMatchObject({ is: 'waiting', ms: 3100 })
    expect(after([...facts, [15_100, time], [15_100, lease(leaseOf('other'))]]).state).toMatchObject({ request: { do: 'update' } })
  })

  test('waits on as long as it changes', () => {
    const facts = Array.from({ length: 40 }, (_, i): [number, ElectionFact][] => [
      [i * 4000, time],
      [i * 4000, lease(leaseOf('other', String(i)))],
    ]).flat()
    expect(after(facts).state).toMatchObject({ is: 'waiting', role: { is: 'follower' } })
  })

  test('goes by the duration that the holder has written, not by its own', () => {
    const long = lease(leaseOf('other', '1', { leaseDurationSeconds: 60 }))
    expect(
      after([
        [0, time],
        [0, long],
        [40_000, time],
        [40_000, long],
      ]).state,
    ).toMatchObject({ is: 'waiting' })
  })

  test('takes a lease that was given back at once', () => {
    expect(
      after([
        [0, time],
        [0, lease(leaseOf(''))],
      ]).state,
    ).toMatchObject({ request: { do: 'update' } })
  })

  test('tries again later when another was faster', () => {
    expect(
      after([
        [0, time],
        [0, lease(leaseOf(''))],
        [5, failure],
      ]).state,
    ).toMatchObject({ is: 'waiting', role: { is: 'follower' } })
  })
})

describe('the leader', () => {
  test('renews what it remembers, without reading, and keeps when it was acquired', () => {
    const { state } = after([[2000, time]], leading())
    expect(state).toMatchObject({
      request: { do: 'update', from: 'memory', lease: { spec: { holderIdentity: 'me', acquireTime: 'then', leaseTransitions: 3 } } },
    })
  })

  test('reads the lease at once when the renewal failed, and counts that', () => {
    const { state, effects } = after(
      [
        [2000, time],
        [2010, failure],
      ],
      leading(),
    )
    expect(state).toMatchObject({ is: 'asking', request: { do: 'get' } })
    expect(effects).toEqual([{ do: 'count slow path' }])
    expect(after([[2020, lease(leaseOf('me', '2'))]], state).state).toMatchObject({ request: { do: 'update', from: 'reading' } })
  })

  test('goes on trying every two seconds until ten have passed since the last renewal, then has lost', () => {
    let { state } = after(
      [
        [2000, time],
        [2010, failure],
        [2020, failure],
      ],
      leading(),
    )
    expect(state).toMatchObject({ is: 'waiting', ms: 2000, role: { is: 'leader' } })
    ;({ state } = after(
      [
        [9000, time],
        [9001, failure],
        [9002, failure],
      ],
      state,
    ))
    expect(state).toMatchObject({ is: 'waiting', ms: 998 })
    ;({ state } = after([[10_000, time]], state))
    expect(state).toEqual({ is: 'lost', reason: 'the lease could not be renewed for 10 s' })
  })

  test('has lost as soon as it sees another in the lease', () => {
    const { state } = after(
      [
        [2000, time],
        [2010, failure],
        [2020, lease(leaseOf('other'))],
      ],
      leading(),
    )
    expect(state).toEqual({ is: 'lost', reason: '"other" holds the lease now' })
  })

  test('that was stopped for a while has lost before it asks anything', () => {
    expect(after([[60_000, time]], leading()).state).toMatchObject({ is: 'lost' })
  })

  test('stays lost', () => {
    const { state } = after(
      [
        [60_000, time],
        [60_001, lease(leaseOf(''))],
        [60_002, written],
        [60_003, time],
      ],
      leading(),
    )
    expect(state).toMatchObject({ is: 'lost' })
  })

  test('counts a renewal from when it was sent: the others may have seen it at once', () => {
    const { state } = after(
      [
        [2000, time],
        [6000, written],
      ],
      leading(),
    )
    expect(state).toMatchObject({ role: { renewedAt: 2000 } })
    if (state.is !== 'waiting') return expect.fail('it should wait')
    expect(validFor(state.role, times, 2000)).toBe(12_500)
    expect(validFor(state.role, times, 14_499)).toBe(1)
    expect(validFor(state.role, times, 14_500)).toBe(0)
  })

  test('is none when its renewal came back too late to be of any use', () => {
    expect(
      after(
        [
          [2000, time],
          [14_600, written],
        ],
        leading(),
      ).state,
    ).toMatchObject({ is: 'lost' })
  })
})

test('a lease keeps what others have put on it', () => {
  const before = { metadata: { name: 'op', annotations: { team: 'a' } }, spec: { holderIdentity: 'other', leaseTransitions: 1 } }
  expect(held(candidate, before, 0)).toMatchObject({ metadata: { annotations: { team: 'a' } }, spec: { leaseTransitions: 2 } })
})

// Two candidates, one lease, and whatever delays and failures: never both at a time.
test('two candidates never both say that they lead', () => {
  const action = fc.record({
    who: fc.constantFrom(0, 1),
    pass: fc.integer({ min: 0, max: 4000 }),
    what: fc.constantFrom('go', 'go', 'go', 'lose request', 'lose answer'),
  })
  fc.assert(
    fc.property(fc.array(action, { maxLength: 80 }), (actions) => {
      const states: ElectionState[] = [beginning, beginning]
      const due = [0, 0]
      let stored: Lease | undefined
      let revision = 0
      let now = 0
      const write = (next: Lease, expected: string | undefined): ElectionFact => {
        if (stored !== undefined && expected !== stored.metadata.resourceVersion) return failure
        stored = { ...next, metadata: { ...next.metadata, resourceVersion: String(++revision) } }
        return { saw: 'written', lease: stored }
      }
      const isLeader = (who: number) => {
        const state = states[who]!
        return state.is !== 'lost' && validFor(state.role, times, now) > 0
      }
      for (const { who, pass, what } of actions) {
        now += pass
        const state = states[who]!
        let fact: ElectionFact = time
        if (state.is === 'waiting' && now < due[who]!) continue
        if (state.is === 'asking') {
          const { request } = state
          fact = failure
          if (what !== 'lose request') {
            if (request.do === 'get') fact = stored === undefined ? { saw: 'no lease' } : lease(stored)
            else fact = write(request.lease, request.do === 'create' ? undefined : request.lease.metadata.resourceVersion)
          }
          if (what === 'lose answer') fact = failure
        }
        const mine = { ...at(now), candidate: { ...candidate, identity: `candidate-${who}` } }
        const [next] = step(state, fact, mine)
        states[who] = next
        if (next.is === 'waiting') due[who] = now + next.ms
        expect([isLeader(0), isLeader(1)], `at ${now}`).not.toEqual([true, true])
      }
    }),
    { numRuns: 1000 },
  )
})
