import { readFileSync } from 'node:fs'
import type { DynamicObject, GroupVersionKind } from '@kubewright/core'
import { describe, expect, test } from 'vitest'
import { renderTable } from './index.ts'

interface Recorded {
  readonly kind: GroupVersionKind
  readonly now: number
  readonly columns: readonly (readonly [name: string, type: string, format: string, priority: number])[]
  readonly rows: readonly { readonly object: DynamicObject; readonly cells: readonly unknown[] }[]
}

const { tables } = JSON.parse(readFileSync(new URL('fixtures/tables.json', import.meta.url), 'utf8')) as { tables: Recorded[] }

describe('a built-in kind is shown as a kube-apiserver v1.36.3 shows it', () => {
  test.each(tables.map((table) => [`${table.kind.kind} ${table.kind.group}`, table] as const))(
    '%s',
    (_kind, { kind, now, columns, rows }) => {
      const table = renderTable(
        kind,
        rows.map((row) => row.object),
        { now },
      )
      expect(table.columnDefinitions.map(({ name, type, format, priority }) => [name, type, format, priority])).toEqual(columns)
      expect(table.rows.map((row) => row.cells)).toEqual(rows.map((row) => row.cells))
    },
  )
})

const NOW = Date.UTC(2026, 0, 2)
const YESTERDAY = '2026-01-01T00:00:00Z'
const WIDGET = { group: 'example.dev', version: 'v1', kind: 'Widget' }
const widget = {
  apiVersion: 'example.dev/v1',
  kind: 'Widget',
  metadata: { name: 'a', creationTimestamp: YESTERDAY },
  spec: { size: 3, ratio: 1.5, tags: ['x'], on: true, at: YESTERDAY },
}

describe('a custom kind', () => {
  test('without columns is shown by name and age', () => {
    const table = renderTable(WIDGET, [widget], { now: NOW, columns: [] })
    expect(table.columnDefinitions.map(({ name, type }) => [name, type])).toEqual([
      ['Name', 'string'],
      ['Age', 'date'],
    ])
    expect(table.rows[0]?.cells).toEqual(['a', '24h'])
  })

  test.each([
    ['integer', '.spec.size', 3],
    ['integer', '.spec.ratio', 1],
    ['integer', '.spec.on', null],
    ['number', '.spec.ratio', 1.5],
    ['boolean', '.spec.on', true],
    ['boolean', '.spec.size', null],
    ['string', '.spec.size', '3'],
    ['string', '.spec.tags', '["x"]'],
    ['string', '.spec.tags[0]', 'x'],
    ['string', '.spec.missing', null],
    ['date', '.metadata.creationTimestamp', '24h'],
    ['date', '.spec.size', null],
    ['date', '.metadata.name', '<invalid>'],
  ])('shows a column of type %s at %s as %j', (type, jsonPath, cell) => {
    const table = renderTable(WIDGET, [widget], { now: NOW, columns: [{ name: 'X', type, jsonPath }] })
    expect(table.rows[0]?.cells).toEqual(['a', cell])
  })

  test('keeps what its columns say of themselves', () => {
    const columns = [{ name: 'Size', type: 'integer', format: 'int32', description: 'How big', priority: 1, jsonPath: '.spec.size' }]
    expect(renderTable(WIDGET, [], { now: NOW, columns }).columnDefinitions[1]).toEqual({
      name: 'Size',
      type: 'integer',
      format: 'int32',
      description: 'How big',
      priority: 1,
    })
  })
})

describe('a row carries', () => {
  const object = (includeObject?: 'Metadata' | 'None' | 'Object') =>
    renderTable(WIDGET, [widget], { now: NOW, ...(includeObject && { includeObject }) }).rows[0]?.object

  test('the metadata, if nothing else is asked for', () =>
    expect(object()).toEqual({ kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: widget.metadata }))
  test('the object', () => expect(object('Object')).toBe(widget))
  test('nothing', () => expect(object('None')).toBeUndefined())
})

describe('a pod', () => {
  const pod = (spec: object, status: object, metadata: object = {}): DynamicObject => ({
    metadata: { name: 'p', ...metadata },
    spec,
    status,
  })
  const one = { containers: [{ name: 'a' }] }
  const cells = (object: DynamicObject) =>
    renderTable({ group: '', version: 'v1', kind: 'Pod' }, [object], { now: NOW }).rows[0]?.cells.slice(1, 4)

  test.each<readonly [string, DynamicObject, readonly string[]]>([
    ['waits', pod(one, { phase: 'Pending' }), ['0/1', 'Pending', '0']],
    ['was evicted', pod(one, { phase: 'Failed', reason: 'Evicted' }), ['0/1', 'Evicted', '0']],
    ['is going', pod(one, { phase: 'Running' }, { deletionTimestamp: YESTERDAY }), ['0/1', 'Terminating', '0']],
    ['is going but has finished', pod(one, { phase: 'Succeeded' }, { deletionTimestamp: YESTERDAY }), ['0/1', 'Succeeded', '0']],
    ['is on a lost node', pod(one, { phase: 'Running', reason: 'NodeLost' }, { deletionTimestamp: YESTERDAY }), ['0/1', 'Unknown', '0']],
    [
      'was killed by a signal',
      pod(one, { phase: 'Failed', containerStatuses: [{ name: 'a', restartCount: 1, state: { terminated: { exitCode: 0, signal: 9 } } }] }),
      ['0/1', 'Signal:9', '1'],
    ],
    [
      'left with a code',
      pod(one, { phase: 'Failed', containerStatuses: [{ name: 'a', state: { terminated: { exitCode: 3 } } }] }),
      ['0/1', 'ExitCode:3', '0'],
    ],
    [
      'initialises',
      pod(
        { ...one, initContainers: [{ name: 'i' }, { name: 'j' }] },
        {
          phase: 'Pending',
          initContainerStatuses: [
            { name: 'i', state: { terminated: { exitCode: 0 } } },
            { name: 'j', state: { running: {} } },
          ],
        },
      ),
      ['0/1', 'Init:1/2', '0'],
    ],
    [
      'cannot pull what initialises it',
      pod(
        { ...one, initContainers: [{ name: 'i' }] },
        { phase: 'Pending', initContainerStatuses: [{ name: 'i', state: { waiting: { reason: 'ErrImagePull' } } }] },
      ),
      ['0/1', 'Init:ErrImagePull', '0'],
    ],
    [
      'runs with a sidecar that restarted',
      pod(
        { ...one, initContainers: [{ name: 's', restartPolicy: 'Always' }] },
        {
          phase: 'Running',
          initContainerStatuses: [
            {
              name: 's',
              started: true,
              ready: true,
              restartCount: 2,
              state: { running: {} },
              lastState: { terminated: { finishedAt: YESTERDAY } },
            },
          ],
          containerStatuses: [{ name: 'a', ready: true, restartCount: 0, state: { running: {} } }],
        },
      ),
      ['2/2', 'Running', '2 (24h ago)'],
    ],
  ])('that %s', (_name, object, shown) => expect(cells(object)).toEqual(shown))
})

test('an object that lacks everything is shown, not refused', () => {
  for (const { kind } of tables) expect(renderTable(kind, [{ metadata: {} }], { now: NOW }).rows).toHaveLength(1)
})
