import { expect, test } from 'vitest'
import { view } from './dashboard.ts'
import type { PodStatus, VaultUnsealer } from './kinds/vault-unsealer.ts'

const node = (name: string, state: PodStatus['state'], more: Partial<PodStatus> = {}): PodStatus => {
  return { name, state, reason: state, message: '', since: '2026-01-01T00:00:00Z', ...more }
}
const unsealer = (status: VaultUnsealer['status']): VaultUnsealer => ({ metadata: { name: 'vault' }, status }) as VaultUnsealer
const blocksOf = (status: VaultUnsealer['status']) => view.blocks({ now: 0, list: () => [unsealer(status)] as never })

test('a sealed node shows how many shares it has; an open one needs none', () => {
  const nodes = blocksOf({
    pods: [node('v-0', 'Unsealing', { progress: 1, threshold: 3 }), node('v-1', 'Unsealed', { progress: 0, threshold: 3 })],
  })[1]
  const shares = nodes?.is === 'table' ? nodes.rows.map(({ cells }) => cells[3]) : []
  expect(shares).toEqual([{ text: '1 of 3', progress: 1 / 3 }, { text: '' }])
})

test('what is shut counts, whatever the reason', () => {
  const [figures] = blocksOf({ pods: [node('a', 'Sealed'), node('b', 'Unreachable'), node('c', 'Uninitialized'), node('d', 'Unsealed')] })
  expect(figures?.is === 'figures' && figures.figures.map(({ label, value }) => `${label} ${value}`)).toEqual([
    'Nodes 4',
    'Open 1',
    'Being opened 0',
    'Shut 3',
  ])
})

test('too few shares stand out, and none is shown', () => {
  const shares = blocksOf({ keys: { loaded: 2, required: 3, set: 'fingerprint', proven: ['f1'] } }).at(-1)
  expect(shares?.is === 'table' && shares.rows[0]?.cells.slice(2, 5)).toEqual([{ text: '2', tone: 'bad' }, '3', '1'])
  expect(JSON.stringify(shares?.is === 'table' && shares.rows[0]?.cells)).not.toContain('fingerprint')
})
