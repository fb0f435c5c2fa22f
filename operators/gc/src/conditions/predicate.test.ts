import { expect, test } from 'vitest'
import { compileConditions } from './predicate.ts'

type Conditions = Parameters<typeof compileConditions>[0]

const object = {
  metadata: { name: 'x', labels: { app: 'web', empty: '' }, annotations: { note: 'hello', blank: '' } },
  spec: {
    replicas: 0,
    suspend: false,
    image: 'nginx',
    volumes: [{ name: 'a' }, { name: 'b' }],
    tags: ['red', 'blue'],
    nested: { deep: 1 },
    nothing: null,
  },
  status: { phase: 'Failed' },
}
const and = (fieldPath: string, operator: string, more: { value?: unknown; values?: unknown[] } = {}) =>
  ({ and: [{ fieldPath, operator, ...more }] }) as Conditions

test.each<[string, Conditions, boolean]>([
  ['no conditions at all', undefined, true],
  ['phase is one of these', { phase: ['Succeeded', 'Failed'] }, true],
  ['phase is another', { phase: ['Running'] }, false],
  ['label exists', { hasLabels: [{ key: 'app', operator: 'Exists' }] }, true],
  ['label exists, though empty', { hasLabels: [{ key: 'empty', operator: 'Exists' }] }, true],
  ['label is absent', { hasLabels: [{ key: 'none', operator: 'Exists' }] }, false],
  ['a label named like a method of every object is absent, too', { hasLabels: [{ key: 'constructor', operator: 'Exists' }] }, false],
  ['label equals', { hasLabels: [{ key: 'app', operator: 'Equals', value: 'web' }] }, true],
  ['label equals another', { hasLabels: [{ key: 'app', operator: 'Equals', value: 'db' }] }, false],
  ['label in a list with commas', { hasLabels: [{ key: 'app', operator: 'In', value: 'db, web' }] }, true],
  ['label not in it', { hasLabels: [{ key: 'app', operator: 'NotIn', value: 'db,cache' }] }, true],
  ['label not in it, as it is absent', { hasLabels: [{ key: 'none', operator: 'NotIn', value: 'db' }] }, true],
  ['label not in it, but it is', { hasLabels: [{ key: 'app', operator: 'NotIn', value: 'db,web' }] }, false],
  ['annotation exists', { hasAnnotations: [{ key: 'note' }] }, true],
  ['annotation equals', { hasAnnotations: [{ key: 'note', value: 'hello' }] }, true],
  ['annotation equals the empty text', { hasAnnotations: [{ key: 'blank', value: '' }] }, true],
  ['annotation does not equal the empty text', { hasAnnotations: [{ key: 'note', value: '' }] }, false],
  // Z10: in zen-gc only strings could be compared, so that its own example `spec.replicas == 0` never matched.
  ['a number equals its text', and('spec.replicas', 'Equals', { value: '0' }), true],
  ['a number equals a number', and('spec.replicas', 'Equals', { value: 0 }), true],
  ['a boolean equals its text', and('spec.suspend', 'Equals', { value: 'false' }), true],
  ['an item of a list equals', and('spec.tags', 'Equals', { value: 'blue' }), true],
  ['an item behind a star equals', and('spec.volumes[*].name', 'In', { values: ['z', 'b'] }), true],
  ['a text equals', and('spec.image', 'Equals', { value: 'nginx' }), true],
  ['a text does not equal', and('spec.image', 'NotEquals', { value: 'redis' }), true],
  ['no item of a list may equal', and('spec.tags', 'NotIn', { values: ['red'] }), false],
  ['an object equals nothing', and('spec.nested', 'Equals', { value: '[object Object]' }), false],
  // zen-gc's comments promised these two and did not have them.
  ['a field exists', and('spec.suspend', 'Exists'), true],
  ['a field that is null does not exist', and('spec.nothing', 'DoesNotExist'), true],
  ['a field does not exist', and('spec.none', 'DoesNotExist'), true],
  ['without the field nothing is compared: not equal', and('spec.none', 'NotEquals', { value: 'x' }), false],
  ['without the field nothing is compared: not in', and('spec.none', 'NotIn', { values: ['x'] }), false],
  ['all must hold', { phase: ['Failed'], hasLabels: [{ key: 'none', operator: 'Exists' }] }, false],
])('%s', (_, conditions, holds) => {
  expect(compileConditions(conditions).holds(object)).toBe(holds)
})

test.each<[string, Conditions, string]>([
  ['Equals without a value', and('spec.x', 'Equals'), 'conditions.and[0]: operator Equals takes one "value"'],
  ['In without values', and('spec.x', 'In', { values: [] }), 'conditions.and[0]: operator In takes "values"'],
  ['Exists with a value', and('spec.x', 'Exists', { value: 'y' }), 'takes no value'],
  ['a label condition without a value', { hasLabels: [{ key: 'a', operator: 'Equals' }] }, 'conditions.hasLabels[0].value is required'],
  ['a path that is none', and('spec[', 'Exists'), 'spec['],
])('%s is refused', (_, conditions, message) => {
  expect(() => compileConditions(conditions)).toThrow(message)
})

test.each<[string, Conditions, boolean]>([
  ['labels and annotations', { hasLabels: [{ key: 'a', operator: 'Exists' }], hasAnnotations: [{ key: 'b' }] }, true],
  ['a path into metadata', and('metadata.annotations.x', 'Exists'), true],
  ['a path into the spec', and('spec.x', 'Exists'), false],
  ['a path that only begins like it', and('metadataX.y', 'Exists'), false],
  ['a path from anywhere', and('..name', 'Exists'), false],
  ['the phase', { phase: ['Failed'] }, false],
])('whether metadata is enough: %s', (_, conditions, enough) => {
  expect(compileConditions(conditions).metadataOnly).toBe(enough)
})
