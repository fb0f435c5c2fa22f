import type { Lease } from '@kubewright/client'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
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

describe('a candidate whose lease says little', () => {
  const bare: Lease = { metadata: { name: 'op', namespace: 'sys' } }

  test('takes a lease that nobody ever held, and tells of no leader', () => {
    const { state, effects } = after([
      [0, time],
      [0, lease(bare)],
    ])
    expect(state).toMatchObject({ is: 'asking', request: { do: 'update', from: 'reading' } })
    expect(effects).toEqual([])
  })

  test('that could not take it looks soon who has', () => {
    const { state, effects } = after([
      [0, time],
      [0, lease(bare)],
      [5, failure],
    ])
    expect(state).toMatchObject({ is: 'waiting', ms: 95 })
    expect(effects).toEqual([])
  })
})

test.each([15_100, 16_000])(
  'who could not take a lease that has run out, at %d ms, waits for a whole pause: there is nothing to be in time for',
  (now) => {
    const { state } = after([
      [0, time],
      [0, lease(leaseOf('other'))],
      [now, time],
      [now, lease(leaseOf('other'))],
      [now, failure],
    ])
    expect(state).toMatchObject({ is: 'waiting', ms: 3200 })
  },
)

test('a leader is told of once, however often its lease is read', () => {
  const { effects } = after([
    [0, time],
    [0, lease(leaseOf('other', '1'))],
    [4000, time],
    [4000, lease(leaseOf('other', '2'))],
  ])
  expect(effects).toEqual([])
})

describe('what comes when nobody waits for it changes nothing', () => {
  test.each([
    ['a timer, while an answer is awaited', after([[0, time]]).state, time],
    ['an answer, while the next try is awaited', leading(), lease(leaseOf('other'))],
    ['anything, after the end', after([[60_000, time]], leading()).state, time],
  ])('%s', (_, state, fact) => {
    expect(step(state, fact, at(1))).toEqual([state, []])
  })

  test('making a lease has no other effect than the request', () => {
    const { effects } = after([
      [0, time],
      [0, { saw: 'no lease' }],
    ])
    expect(effects).toEqual([])
  })
})

describe('the leader', () => {
  test('that renews is not told anew that it leads', () => {
    const { state, effects } = after(
      [
        [2000, time],
        [2005, written],
      ],
      leading(),
    )
    expect(state).toMatchObject({ role: { is: 'leader', renewedAt: 2000 } })
    expect(effects).toEqual([])
  })

  test('counts its deadline from the last renewal, not from its beginning', () => {
    const { state } = after(
      [
        [6000, time],
        [6005, written],
        [8000, time],
      ],
      leading(),
    )
    expect(state).toMatchObject({ is: 'asking', role: { is: 'leader', renewedAt: 6000 } })
  })

  test('leads on when the answer to a renewal that was sent in time comes after the deadline of the one before', () => {
    const { state } = after(
      [
        [2000, time],
        [12_000, written],
      ],
      leading(),
    )
    expect(state).toMatchObject({ is: 'waiting', role: { is: 'leader', renewedAt: 2000 } })
  })

  test('has lost when somebody has emptied the lease', () => {
    const { state, effects } = after(
      [
        [2000, time],
        [2010, failure],
        [2020, lease(leaseOf(''))],
      ],
      leading(),
    )
    expect(state).toEqual({ is: 'lost', reason: 'somebody has emptied the lease' })
    expect(effects).toEqual([])
  })

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
    const { state, effects } = after(
      [
        [2000, time],
        [14_600, written],
      ],
      leading(),
    )
    expect(state).toEqual({ is: 'lost', reason: 'the renewal of the lease took too long' })
    expect(effects).toEqual([])
  })
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
