import { expect, test } from 'vitest'
import type { OperatorDefinition } from '../operator.ts'
import { checkShards } from './shards-check.ts'

const program = (...sharded: readonly (boolean | undefined)[]) => ({
  name: 'x',
  operators: sharded.map((each) => ({ sharded: each }) as unknown as OperatorDefinition),
  controllers: [],
})

test('--shards is refused where nothing can be shared', () => {
  expect(() => checkShards(program(false), { shards: true })).toThrow('--shards: one replica does all the work of x')
  expect(() => checkShards(program(false), { shards: false })).not.toThrow()
})

test('--shards is for programs of which a part can be shared', () => {
  for (const parts of [program(true), program(undefined), program(false, true)])
    expect(() => checkShards(parts, { shards: true })).not.toThrow()
})
