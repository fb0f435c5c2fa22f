import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BEFORE, type Effect, type Fact, type Session, step } from './session.ts'

const change: Fact = { saw: 'change' }
const quit: Fact = { saw: 'quit' }
const started = (run: number): Fact => ({ saw: 'started', run })
const exit = (run: number, code: number | string = 0): Fact => ({ saw: 'exit', run, code })

function told(...facts: readonly Fact[]): { readonly session: Session; readonly effects: readonly Effect[] } {
  let session = BEFORE
  const effects: Effect[] = []
  for (const fact of facts) {
    const [next, more] = step(session, fact)
    session = next
    effects.push(...more)
  }
  return { session, effects }
}

test('the first look starts the program, and it is told when it is live', () => {
  expect(told(change, started(1))).toEqual({
    session: { is: 'running', run: 1 },
    effects: [
      { do: 'launch', run: 1 },
      { do: 'tell-live', run: 1 },
    ],
  })
})

test('after a change the next run begins when the one before is over, and not earlier', () => {
  expect(told(change, started(1), change).session).toEqual({ is: 'replacing', run: 1 })
  expect(told(change, started(1), change, exit(1)).effects.slice(2)).toEqual([
    { do: 'stop', run: 1 },
    { do: 'launch', run: 2 },
  ])
})

test('many changes while it stops are one new run', () => {
  expect(told(change, change, change, change, exit(1)).effects.filter((effect) => effect.do === 'launch')).toHaveLength(2)
})

test('a crash is told, and waits for the next change', () => {
  const crashed = told(change, exit(1, 1))
  expect(crashed.session).toEqual({ is: 'waiting', last: 1 })
  expect(crashed.effects.at(-1)).toEqual({ do: 'tell-ended', code: 1 })
  expect(told(change, exit(1, 1), change).session).toEqual({ is: 'starting', run: 2 })
})

test('a late word of an earlier run is history', () => {
  expect(told(change, started(1), change, exit(1), started(1)).session).toEqual({ is: 'starting', run: 2 })
})

describe('quit', () => {
  test('stops the program first', () => {
    expect(told(change, started(1), quit)).toMatchObject({ session: { is: 'ending', run: 1 } })
    expect(told(change, started(1), quit, exit(1)).session).toEqual({ is: 'ended' })
  })
  test('does not stop twice what is stopping', () => {
    expect(told(change, change, quit).effects.filter((effect) => effect.do === 'stop')).toHaveLength(1)
  })
  test('is at once when nothing runs', () => {
    expect(told(quit).session).toEqual({ is: 'ended' })
    expect(told(change, exit(1, 1), quit, change).session).toEqual({ is: 'ended' })
  })
})

test('whatever happens, at most one run is alive, and every stop is of a living one', () => {
  const facts = fc.array(
    fc.oneof(fc.constant<'change' | 'started' | 'exit'>('change'), fc.constantFrom('started' as const, 'exit' as const)),
  )
  fc.assert(
    fc.property(facts, (names) => {
      let session = BEFORE
      const alive = new Set<number>()
      for (const name of names) {
        const [run] = alive
        if (name !== 'change' && run === undefined) continue
        const fact: Fact = name === 'change' ? change : name === 'started' ? started(run!) : exit(run!, 1)
        if (fact.saw === 'exit') alive.delete(fact.run)
        const [next, effects] = step(session, fact)
        session = next
        for (const effect of effects) {
          if (effect.do === 'launch') alive.add(effect.run)
          if (effect.do === 'stop') expect(alive).toContain(effect.run)
        }
        expect(alive.size).toBeLessThanOrEqual(1)
      }
    }),
  )
})
