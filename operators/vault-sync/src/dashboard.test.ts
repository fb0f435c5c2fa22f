import { expect, test } from 'vitest'
import { view } from './dashboard.ts'
import type { Target, VaultSync } from './kind/kinds.ts'

const target = (path: string, state: Target['state'], more: Partial<Target> = {}): Target => ({
  path,
  mount: 'secret',
  kv: 2,
  state,
  ...more,
})
const sync = (...targets: readonly Target[]): VaultSync =>
  ({
    metadata: { name: 'web-1', namespace: 'shop' },
    spec: { owner: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', uid: 'u' } },
    status: { targets },
  }) as unknown as VaultSync
const tableOf = (syncs: readonly VaultSync[], at: number) => {
  const block = view.blocks({ now: 0, list: ({ kind }) => (kind === 'VaultSync' ? syncs : []) as never })[at]
  return block?.is === 'table' ? block.rows.map(({ cells }) => cells.map((cell) => (typeof cell === 'string' ? cell : cell.text))) : []
}

test('what wants a look comes first, with the holder of the path', () => {
  const conflict = target('secret/b', 'Conflict', { holder: 'other/shop/Secret/db', message: 'held by another' })
  expect(tableOf([sync(target('secret/a', 'Synced', { version: 7 }), conflict)], 1)).toEqual([
    ['secret/b', 'shop/Deployment web', 'Conflict', 'KV 2', 'never', 'other/shop/Secret/db', 'held by another'],
    ['secret/a', 'shop/Deployment web', 'Synced', '7', 'never', '', ''],
  ])
})

test('a path in another Vault says in which', () => {
  expect(tableOf([sync(target('secret/a', 'Synced', { vault: 'eu' }))], 1)[0]?.[0]).toBe('eu: secret/a')
})
