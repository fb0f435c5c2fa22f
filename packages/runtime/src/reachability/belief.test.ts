import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Belief, type Fact, hopeful, nextProbe, step } from './belief.ts'
import type { Verdict } from './trouble.ts'

const refused: Fact = { saw: 'failure', trouble: 'no answer', message: 'refused' }
const unwell: Fact = { saw: 'failure', trouble: 'unwell', message: '503' }
const success: Fact = { saw: 'success' }
const probe = (verdict: Verdict): Fact => ({ saw: 'probe', verdict })

/** Takes the facts one after the other, a second apart, with chance in the middle. */
function after(facts: readonly Fact[], { belief = hopeful, now = 0, apart = 1000 } = {}): { belief: Belief; now: number } {
  let at: Belief = belief
  for (const fact of facts) {
    now += apart
    at = step(at, fact, { now, random: () => 0.5 })
  }
  return { belief: at, now }
}
const state = (facts: readonly Fact[], options: Parameters<typeof after>[1] = {}) => after(facts, options).belief.is

describe('what is believed', () => {
  test.each<[string, readonly Fact[], Belief['is']]>([
    ['at the beginning the best', [], 'reachable'],
    ['a failure is a doubt, and not yet an outage', [refused], 'in doubt'],
    ['more failures are the same doubt', [refused, unwell, refused], 'in doubt'],
    ['the server that says it is ready dispels it', [refused, probe('ready')], 'reachable'],
    ['no answer confirms it', [refused, probe('silent')], 'unreachable'],
    ['so does a server that says it is not ready', [unwell, probe('unready')], 'unreachable'],
    ['and one that will not say', [unwell, probe('unknown')], 'unreachable'],
    ['an answer to a request that was under way does not end a doubt', [refused, success], 'in doubt'],
    ['one request that succeeded while the server starts is no end', [refused, probe('unready'), success], 'unreachable'],
    ['ready is', [refused, probe('silent'), probe('unready'), probe('ready')], 'reachable'],
    ['where the server never tells us, one request that succeeded is', [refused, probe('unknown'), success, probe('unknown')], 'reachable'],
    ['but not without it: a starting server refuses everybody', [refused, ...Array(60).fill(probe('unknown'))], 'unreachable'],
    [
      'a success before the silence does not count after it',
      [refused, probe('unready'), success, probe('silent'), probe('unknown')],
      'unreachable',
    ],
  ])('%s', (_, facts, expected) => {
    expect(state(facts)).toBe(expected)
  })

  test('a server that never calls itself ready, and serves all the same, is believed after half a minute', () => {
    const serving = [refused, probe('unready'), success]
    expect(state([...serving, ...Array(25).fill(probe('unready'))])).toBe('unreachable')
    expect(state([...serving, ...Array(40).fill(probe('unready'))])).toBe('reachable')
    expect(state([refused, ...Array(600).fill(probe('unready'))]), 'but not one that serves nobody').toBe('unreachable')
  })

  test('an API that stays down behind a server that is well does not raise a doubt each time', () => {
    const { belief, now } = after([unwell, probe('ready')])
    expect(state([unwell], { belief, now, apart: 4_000 })).toBe('reachable')
    expect(state([refused], { belief, now, apart: 4_000 }), 'no answer at all does').toBe('in doubt')
    expect(state([unwell], { belief, now, apart: 6_000 })).toBe('in doubt')
  })
})

describe('when the server is asked', () => {
  test('never while there is no doubt, at once when there is', () => {
    expect(nextProbe(hopeful)).toBeUndefined()
    const { belief, now } = after([refused])
    expect(nextProbe(belief)).toBe(now)
  })

  test.each<[string, readonly Verdict[], readonly number[]]>([
    ['soon at first, then every second, however long nothing answers', Array(5).fill('silent'), [500, 750, 1000, 1000, 1000]],
    ['every two seconds when something does', Array(6).fill('unready'), [500, 750, 1125, 1687.5, 2000, 2000]],
    ['soon again when it begins to answer', ['silent', 'silent', 'silent', 'unready', 'unready'], [500, 750, 1000, 500, 750]],
  ])('%s', (_, verdicts, expected) => {
    let { belief, now } = after([refused])
    const pauses: number[] = []
    for (const verdict of verdicts) {
      ;({ belief, now } = after([probe(verdict)], { belief, now, apart: 0 }))
      pauses.push(nextProbe(belief)! - now)
      now = nextProbe(belief)!
    }
    expect(pauses).toEqual(expected)
  })

  test('again soon when somebody was served, but not once for each', () => {
    let { belief, now } = after([refused, probe('silent'), probe('silent'), probe('silent')])
    ;({ belief, now } = after([success], { belief, now, apart: 100 }))
    expect(nextProbe(belief)).toBe(now + 150)
    ;({ belief, now } = after([success], { belief, now, apart: 10 }))
    expect(nextProbe(belief)).toBe(now + 140)
  })
})

test('whatever happens: an outage has a next question within 2.5 s, and the answer "ready" always ends it', () => {
  const fact = fc.constantFrom(refused, unwell, success, ...(['ready', 'unready', 'unknown', 'silent'] as const).map(probe))
  fc.assert(
    fc.property(fc.array(fc.tuple(fact, fc.nat(5_000), fc.double({ min: 0, max: 1, noNaN: true })), { maxLength: 60 }), (history) => {
      let belief: Belief = hopeful
      let now = 0
      for (const [next, apart, chance] of history) {
        now += apart
        belief = step(belief, next, { now, random: () => chance })
        const due = nextProbe(belief)
        expect(due === undefined).toBe(belief.is === 'reachable')
        if (due !== undefined) expect(due - now).toBeLessThanOrEqual(2_500)
        if (belief.is === 'unreachable') expect(due).toBeGreaterThanOrEqual(Math.min(now, belief.probedAt + 250))
        expect(step(belief, probe('ready'), { now, random: () => chance }).is).toBe('reachable')
      }
    }),
  )
})
