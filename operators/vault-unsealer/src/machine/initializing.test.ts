import { expect, test } from 'vitest'
import { FakeNode, HOUR, SECOND, sealStatus, world } from './fake-node.ts'
import type { World } from './model.ts'

const blank = (over: Partial<World> = {}) =>
  new FakeNode({
    status: sealStatus({ initialized: false, threshold: 0, shares: 0 }),
    world: world({
      initialization: { is: 'may' },
      siblings: { open: 0, leader: undefined, initialized: false, proven: new Set() },
      ...over,
    }),
  })
const initializations = (fake: FakeNode) => fake.actions.filter((action) => action === 'initialize').length

test('a blank node is initialised once, and opened with the shares when they are there', () => {
  const missing = { may: false, reason: 'KeysMissing', message: 'none yet' } as const
  const fake = blank({ permission: missing }).run(SECOND)
  expect(fake.told('initialized')).toHaveLength(1)
  expect(fake.reason()).toBe('KeysMissing')
  fake.world = { ...fake.world, permission: { may: true } }
  fake.run(HOUR, { saw: 'change' })
  expect(fake.status.sealed).toBe(false)
  expect(initializations(fake)).toBe(1)
})

test.each(['Paused', 'DryRun', 'OutsideWindow'] as const)('it is not initialised while held: %s', (reason) => {
  const fake = blank({ permission: { may: false, reason, message: 'held' } }).run(HOUR)
  expect(initializations(fake)).toBe(0)
  expect(fake.reason()).toBe(reason)
})

test.each([{ is: 'off' }, { is: 'wait', message: 'not yet' }] as const)('it is not initialised when that is $is', (initialization) => {
  const fake = blank({ initialization }).run(HOUR)
  expect(initializations(fake)).toBe(0)
  expect(fake.reason()).toBe('Uninitialized')
})

test('it is not initialised beside one that has data', () => {
  const fake = blank({ siblings: { open: 0, leader: undefined, initialized: true, proven: new Set() } }).run(HOUR)
  expect(initializations(fake)).toBe(0)
})

test('what fails is told as new once, and tried again with growing pauses, whatever happens around it', () => {
  const fake = blank()
  fake.answer = (action) =>
    action.do === 'initialize' ? { saw: 'initialization failed', lost: false, message: 'Secret ns/keys: there is none' } : undefined
  fake.run(0)
  for (let second = 0; second < 3_600; second++) fake.run(SECOND, { saw: 'change' })
  expect(initializations(fake)).toBeGreaterThan(50)
  expect(initializations(fake)).toBeLessThan(80)
  const told = fake.told('initialization failed') as readonly { readonly again?: boolean }[]
  expect(told).toHaveLength(initializations(fake))
  expect(told.filter(({ again }) => again !== true)).toHaveLength(1)
  expect(fake.reason()).toBe('InitializationFailed')
})
