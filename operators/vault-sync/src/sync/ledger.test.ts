import { describe, expect, test } from 'vitest'
import type { Target } from '../kind/kinds.ts'
import { isIn, planOf, restOf, withEntry } from './ledger.ts'

const base = { mount: 'secret', rest: 'team/shop' }
const mount = { mount: 'secret', version: 2 } as const
const here = { vault: undefined, vaultNamespace: undefined }
const desired = (subPath: string) => ({ subPath, data: { k: 'v' }, base64: [], bytes: 9 })
const entry = (path: string, over: Partial<Target> = {}): Target => ({ path, mount: 'secret', kv: 2, state: 'Synced', ...over })
const plan = (subPaths: readonly string[], ledger: readonly Target[], held: readonly string[] = []) => {
  const { wanted, unnoted, stale } = planOf(base, mount, { desired: subPaths.map(desired), held }, ledger, here)
  return { wanted: wanted.map(({ path }) => path), unnoted: unnoted.map(({ path }) => path), stale: stale.map(({ path }) => path) }
}

describe('2.6.6: what is to be written and what is to go', () => {
  test('what is wanted is noted down first', () => {
    expect(plan(['db'], [])).toEqual({ wanted: ['secret/team/shop/db'], unnoted: ['secret/team/shop/db'], stale: [] })
  })

  test('what was written and is wanted no longer goes', () => {
    const ledger = [entry('secret/team/shop/db'), entry('secret/team/shop/mail'), entry('secret/team/old')]
    expect(plan(['db'], ledger)).toEqual({
      wanted: ['secret/team/shop/db'],
      unnoted: [],
      stale: ['secret/team/shop/mail', 'secret/team/old'],
    })
  })

  test('what is wanted and cannot be made at the moment stays', () => {
    expect(plan([], [entry('secret/team/shop/db')], ['db']).stale).toEqual([])
  })

  test('another mode: the one path instead of several', () => {
    expect(plan([''], [entry('secret/team/shop/db')])).toEqual({
      wanted: ['secret/team/shop'],
      unnoted: ['secret/team/shop'],
      stale: ['secret/team/shop/db'],
    })
  })

  test('the same path in another Vault is another one', () => {
    const ledger = [entry('secret/team/shop/db', { vault: 'east' })]
    expect(plan(['db'], ledger)).toMatchObject({ unnoted: ['secret/team/shop/db'], stale: ['secret/team/shop/db'] })
  })
})

test('an entry takes its own place', () => {
  const ledger = [entry('secret/a'), entry('secret/b'), entry('secret/a', { vault: 'east' })]
  expect(withEntry(ledger, entry('secret/a', { state: 'Failed' })).map(({ state }) => state)).toEqual(['Failed', 'Synced', 'Synced'])
  expect(withEntry(ledger, entry('secret/c'))).toHaveLength(4)
  expect(isIn(ledger[2]!, here)).toBe(false)
  expect(restOf({ path: 'team/kv/a/b', mount: 'team/kv' })).toBe('a/b')
})
