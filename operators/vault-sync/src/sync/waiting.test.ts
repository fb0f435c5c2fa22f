import { expect, test } from 'vitest'
import { type Target, VaultSync } from '../kind/kinds.ts'
import { orphanName } from '../orphans/record.ts'
import { awaitedOrphans, awaitedSyncs, hasNewHolder, letsGo } from './waiting.ts'

const target = (over: Partial<Target> = {}): Target => ({ path: 'secret/team/shop', mount: 'secret', kv: 2, state: 'Conflict', ...over })
const sync = (...targets: readonly Target[]): VaultSync =>
  ({ ...VaultSync.of({ metadata: { name: 'x', namespace: 'team' }, spec: {} }), status: { targets: [...targets] } }) as VaultSync

test.each<[string, Partial<Target>, readonly object[]]>([
  ['a Deployment', { holder: 'east/other/Deployment/shop' }, [{ namespace: 'other', name: 'deployment-shop' }]],
  ['an object that nobody annotated', { holder: 'east/other/VaultSync/own' }, [{ namespace: 'other', name: 'own' }]],
  ['nobody that is known', {}, []],
  ['a mark that is none', { holder: 'rubbish' }, []],
  ['nobody, as it has it', { state: 'Synced', holder: 'east/other/Deployment/shop' }, []],
])('who waits for %s', (_, over, expected) => {
  expect(awaitedSyncs(sync(target(over)))).toEqual(expected)
})

test('what was left behind by the holder is waited for under the name of its record', () => {
  const held = target({ holder: 'east/team/Secret/api', vault: 'west' })
  expect(awaitedOrphans(sync(held, target({ path: 'secret/team/own', state: 'Synced' })))).toEqual([
    orphanName('east/team/Secret/api', held),
  ])
})

test('letting go is a path that is in the ledger no more, and nothing else', () => {
  const one = target({ state: 'Synced' })
  const two = target({ path: 'secret/team/two', state: 'Synced' })
  const goes = (old: VaultSync, object: VaultSync) => letsGo({ type: 'update', old, object })
  expect(goes(sync(one, two), sync(two))).toBe(true)
  expect(goes(sync(one), sync({ ...one, version: 7 }, two))).toBe(false)
})

test('a holder is new once', () => {
  const held = target({ holder: 'east/team/Secret/api' })
  expect(hasNewHolder([target({ state: 'Synced' })], [held])).toBe(true)
  expect(hasNewHolder([held], [held])).toBe(false)
  expect(hasNewHolder([held], [target({ holder: 'east/team/Secret/next' })])).toBe(true)
  expect(hasNewHolder([held], [target({ state: 'Synced' })])).toBe(false)
})

test('nobody is a new holder once: a value between its writing and its mark looks so', () => {
  const nobodys = target()
  expect(hasNewHolder([target({ holder: 'east/team/Secret/api' })], [nobodys])).toBe(true)
  expect(hasNewHolder([nobodys], [nobodys])).toBe(false)
  expect(hasNewHolder([nobodys], [target({ holder: 'east/team/Secret/next' })])).toBe(true)
})
