import type { ViewBlock } from 'kubewright'
import { expect, test } from 'vitest'
import { view } from './dashboard.ts'
import type { Application } from './kind/application.ts'

const application = (name: string, status?: Application['status']): Application =>
  ({ metadata: { name, namespace: 'shop' }, spec: { image: 'shop:1', replicas: 4 }, ...(status && { status }) }) as Application
const blocksOf = (...applications: readonly Application[]) => view.blocks({ now: 0, list: () => applications as never })
const cells = (block: ViewBlock | undefined) =>
  block?.is === 'table' ? block.rows.map((row) => row.cells.map((cell) => (typeof cell === 'string' ? cell : cell.text))) : []

test('a rollout is as far as its pods are', () => {
  const [, rollouts] = blocksOf(
    application('web', { phase: 'Progressing', replicas: 4, updatedReplicas: 3, availableReplicas: 1, revision: 'r2' }),
  )
  expect(cells(rollouts)).toEqual([['shop/web', 'Progressing', '3 of 4', '1 of 4', 'shop:1', 'r2', '']])
  expect(rollouts?.is === 'table' && rollouts.rows[0]?.cells[2]).toMatchObject({ progress: 0.75 })
})

test('one that nobody has looked at yet is pending, and scaled to nothing divides by nothing', () => {
  const [, rollouts] = blocksOf(application('new'), application('none', { phase: 'Running', replicas: 0 }))
  expect(cells(rollouts).map(([name, phase, updated]) => [name, phase, updated])).toEqual([
    ['shop/new', 'Pending', '0 of 4'],
    ['shop/none', 'Running', '0 of 0'],
  ])
})

test('what was taken back is told with its time', () => {
  const rollback = { failedRevision: 'r2', restoredRevision: 'r1', time: '2026-01-01T00:00:00Z', message: 'no pod became ready' }
  const [figures, , taken] = blocksOf(application('web', { phase: 'RolledBack', rollback }))
  expect(cells(taken)).toEqual([['shop/web', '2026-01-01T00:00:00Z', 'r2', 'r1', 'no pod became ready']])
  expect(figures).toMatchObject({
    figures: expect.arrayContaining([{ label: 'Failed or taken back', value: '1', tone: 'bad' }]) as unknown,
  })
})
