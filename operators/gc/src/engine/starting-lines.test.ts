import { expect, test } from 'vitest'
import type { PolicyEntry } from './policy-entry.ts'
import type { RunState } from './run-state.ts'
import { StartingLines } from './starting-lines.ts'

/** `line: state` of each policy; without a state it cannot work. */
const policies = (...all: readonly (readonly [line: string, state?: RunState['is']])[]) =>
  all.map(
    ([line, is]) =>
      ({
        work: is === undefined ? { is: 'idle' } : { is: 'run', run: { state: { is }, ready: { mode: { line } } } },
      }) as unknown as PolicyEntry,
  )

function lines() {
  const told: string[] = []
  return { told, lines: new StartingLines((line, held) => told.push(`${held ? 'hold' : 'go'} ${line}`)) }
}

test('a line is held while one of its policies starts, and goes on with the last of them', () => {
  const { lines: starting, told } = lines()
  starting.outdate()
  starting.refresh(policies(['Pod', 'starting'], ['Pod', 'starting'], ['Job', 'watching']))
  starting.outdate()
  starting.refresh(policies(['Pod', 'watching'], ['Pod', 'starting'], ['Job', 'watching']))
  expect(told).toEqual(['hold Pod'])
  starting.outdate()
  starting.refresh(policies(['Pod', 'watching'], ['Pod', 'failing'], ['Job', 'watching']))
  expect(told).toEqual(['hold Pod', 'go Pod'])
})

test('a policy that cannot work, or has gone, holds nobody', () => {
  const { lines: starting, told } = lines()
  starting.outdate()
  starting.refresh(policies(['Pod', 'starting'], ['Job']))
  starting.outdate()
  starting.refresh([])
  expect(told).toEqual(['hold Pod', 'go Pod'])
})

test('without news nobody is looked at', () => {
  const { lines: starting } = lines()
  const looked = {
    [Symbol.iterator]: () => {
      throw new Error('looked at')
    },
  } as unknown as Iterable<PolicyEntry>
  starting.refresh(looked)
  starting.outdate()
  starting.refresh([])
  starting.refresh(looked)
})
