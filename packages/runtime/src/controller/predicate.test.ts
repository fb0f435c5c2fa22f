import type { KubeObject } from '@kubewright/core'
import { describe, expect, test } from 'vitest'
import {
  allOf,
  annotationsChanged,
  anyOf,
  changedBesidesStatus,
  fieldChanged,
  generationChanged,
  labelsChanged,
  not,
  resourceVersionChanged,
} from './predicate.ts'

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
    ['resourceVersionChanged', resourceVersionChanged, { status: true, spec: false, going: false, labels: false, annotations: false }],
    ['not', not(labelsChanged), { status: true, spec: true, going: true, labels: false, annotations: true }],
    ['allOf', allOf(labelsChanged, annotationsChanged), { status: false, spec: false, going: false, labels: false, annotations: false }],
  ] as const)('%s lets through what it says', (_, predicate, expected) => {
    const cases = { status, spec, going, labels, annotations }
    expect(Object.fromEntries(Object.entries(cases).map(([name, event]) => [name, predicate(event)]))).toEqual(expected)
  })

  test('lets through whatever comes or goes', () => {
    const object = { metadata: { name: 'a' } }
    expect(generationChanged({ type: 'add', object, initial: true })).toBe(true)
    expect(generationChanged({ type: 'delete', object, finalStateUnknown: true })).toBe(true)
    expect(generationChanged({ type: 'resync', object })).toBe(true)
  })

  test.each<[string, (object: KubeObject) => unknown]>([
    ['.spec.replicas', (object) => (object as { spec?: { replicas?: number } }).spec?.replicas],
  ])('fieldChanged looks at one field, by %s or by a function', (path, read) => {
    const at = (replicas: number | undefined, image: string) => ({ metadata: {}, spec: { image, replicas } })
    const event = (old: KubeObject, object: KubeObject) => ({ type: 'update' as const, old, object })
    for (const predicate of [fieldChanged(path), fieldChanged(read)]) {
      expect(predicate(event(at(1, 'a'), at(1, 'b')))).toBe(false)
      expect(predicate(event(at(1, 'a'), at(2, 'a')))).toBe(true)
      expect(predicate(event(at(undefined, 'a'), at(2, 'a')))).toBe(true)
    }
  })
})

describe('changedBesidesStatus', () => {
  const counted = { metadata: { name: 'a', generation: 1, resourceVersion: '1', finalizers: ['x'] }, status: { a: 1 } }
  const uncounted = { metadata: { name: 'a', resourceVersion: '1' }, data: { a: '1' }, status: { phase: 'x' } }
  const after = (old: KubeObject, metadata: KubeObject['metadata'], rest: object = {}) =>
    changedBesidesStatus({
      type: 'update',
      old,
      object: { ...old, ...rest, metadata: { ...old.metadata, resourceVersion: '2', ...metadata } },
    })

  test.each<[boolean, string, KubeObject, KubeObject['metadata'], object?]>([
    [false, 'the status', counted, {}, { status: { a: 2 } }],
    [true, 'the spec', counted, { generation: 2 }],
    [true, 'a label', counted, { labels: { a: 'b' } }],
    [true, 'an annotation', counted, { annotations: { a: 'b' } }],
    [true, 'an owner', counted, { ownerReferences: [{ apiVersion: 'v1', kind: 'A', name: 'a', uid: 'u' }] }],
    [true, 'the beginning of its deletion', counted, { deletionTimestamp: 'now' }],
    [true, 'a finalizer that has gone', counted, { finalizers: [] }],
    [false, 'a finalizer that has come', counted, { finalizers: ['x', 'y'] }],
    [false, 'who set which field', counted, { managedFields: [{ manager: 'm' }] }],
    [true, 'what a kind without generations holds', uncounted, {}, { data: { a: '2' } }],
    [false, 'the status of a kind without generations', uncounted, {}, { status: { phase: 'y' } }],
    [false, 'nothing but the resource version', uncounted, {}],
  ])('%s for %s', (expected, _, old, metadata, rest) => {
    expect(after(old, metadata, rest)).toBe(expected)
  })
})
