import type { KubeObject } from '@kubewright/core'
import { describe, expect, test } from 'vitest'
import { allOf, annotationsChanged, anyOf, generationChanged, labelsChanged } from './predicate.ts'

const update = (old: KubeObject['metadata'], metadata: KubeObject['metadata']) => ({
  type: 'update' as const,
  old: { metadata: old },
  object: { metadata },
})
const status = update({ generation: 1, resourceVersion: '1' }, { generation: 1, resourceVersion: '2' })
const spec = update({ generation: 1 }, { generation: 2 })
const going = update({ generation: 1 }, { generation: 1, deletionTimestamp: 'now' })
const labels = update({}, { labels: { a: '1' } })
const annotations = update({ annotations: { a: '1' } }, { annotations: { a: '2' } })

describe('a predicate', () => {
  test.each([
    ['generationChanged', generationChanged, { status: false, spec: true, going: true, labels: false, annotations: false }],
    ['labelsChanged', labelsChanged, { status: false, spec: false, going: false, labels: true, annotations: false }],
    ['annotationsChanged', annotationsChanged, { status: false, spec: false, going: false, labels: false, annotations: true }],
    ['anyOf', anyOf(labelsChanged, annotationsChanged), { status: false, spec: false, going: false, labels: true, annotations: true }],
    ['allOf', allOf(labelsChanged, annotationsChanged), { status: false, spec: false, going: false, labels: false, annotations: false }],
  ] as const)('%s lets through what it says', (_, predicate, expected) => {
    const cases = { status, spec, going, labels, annotations }
    expect(Object.fromEntries(Object.entries(cases).map(([name, event]) => [name, predicate(event)]))).toEqual(expected)
  })

  test('lets through whatever comes or goes', () => {
    const object = { metadata: { name: 'a' } }
    expect(generationChanged({ type: 'add', object, initial: true })).toBe(true)
    expect(generationChanged({ type: 'delete', object, finalStateUnknown: true })).toBe(true)
  })
})
