import { expect, test } from 'vitest'
import { view } from './dashboard.ts'
import type { AccessKey } from './kinds/access-key.ts'
import { Provider } from './kinds/provider.ts'

const NOW = Date.UTC(2026, 0, 10)
const key = (status: AccessKey['status']): AccessKey =>
  ({ metadata: { name: 'k', namespace: 'shop' }, spec: { userRef: { name: 'u' } }, status }) as unknown as AccessKey
const blocksOf = (objects: Readonly<Record<string, readonly unknown[]>>) =>
  view.blocks({ now: NOW, list: ({ kind }) => (objects[kind] ?? []) as never })

test('a rotation is two lives beside each other: the new key until its rotation, the old one until it expires', () => {
  const keys = [
    { id: 'A', state: 'Current' as const, createdAt: '2026-01-09T00:00:00Z' },
    { id: 'B', state: 'Previous' as const, createdAt: '2026-01-01T00:00:00Z', expiresAt: '2026-01-11T00:00:00Z' },
  ]
  const [, spans] = blocksOf({ AccessKey: [key({ keys, nextRotateTime: '2026-02-09T00:00:00Z' })] })
  expect(spans?.is === 'spans' && spans.rows[0]?.spans).toEqual([
    { from: Date.UTC(2026, 0, 9), to: Date.UTC(2026, 1, 9), label: 'Current', tone: 'good' },
    { from: Date.UTC(2026, 0, 1), to: Date.UTC(2026, 0, 11), label: 'Previous', tone: 'warn' },
  ])
})

test('a rotation that should have been is overdue; a key without one is not', () => {
  const [figures] = blocksOf({ AccessKey: [key({ nextRotateTime: '2026-01-01T00:00:00Z' }), key({})] })
  expect(figures?.is === 'figures' && figures.figures.at(-1)).toEqual({ label: 'Rotation overdue', value: '1', tone: 'bad' })
})

test('what a provider can and cannot', () => {
  const provider = {
    ...{ metadata: { name: 'p', namespace: 'shop' }, spec: { type: 'generic', endpoint: 'http://s3' } },
    status: { capabilities: { Versioning: 'Supported', Tagging: 'Unsupported' } },
  }
  const providers = blocksOf({ [Provider.kind]: [provider] }).at(-1)
  expect(providers?.is === 'table' && providers.rows[0]?.cells.slice(-2)).toEqual(['Versioning', 'Tagging'])
})
