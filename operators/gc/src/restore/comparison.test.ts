import { expect, test } from 'vitest'
import { changesBetween } from './comparison.ts'

const configMap = (data: object, metadata: object = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'a', ...metadata },
  data,
})

test('what was added, taken away and changed is told with its values', () => {
  expect(changesBetween(configMap({ kept: '1', gone: '2', other: '3' }), configMap({ kept: '1', other: '4', new: '5' }))).toEqual([
    { path: '/data/gone', before: '"2"', after: undefined },
    { path: '/data/new', before: undefined, after: '"5"' },
    { path: '/data/other', before: '"3"', after: '"4"' },
  ])
})

test('what the server counts is no difference', () => {
  const before = { ...configMap({}, { uid: 'a', resourceVersion: '1', generation: 1, managedFields: [] }), status: { x: 1 } }
  const after = { ...configMap({}, { uid: 'b', resourceVersion: '2', creationTimestamp: 'now' }), status: { x: 2 } }
  expect(changesBetween(before, after)).toEqual([])
})

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration'
const secret = (fields: object, annotations?: object) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'a', ...(annotations !== undefined && { annotations }) },
  ...fields,
})

test.each<[string, object, object]>([
  ['a value', secret({ data: { p: 'aHVudGVy' } }), secret({ data: { p: 'b3RoZXI=' } })],
  ['all values', secret({}), secret({ data: { p: 'aHVudGVy' } })],
  ['what was written as text', secret({}), secret({ stringData: { p: 'aHVudGVy' } })],
  ['what kubectl wrote down', secret({}, { [LAST_APPLIED]: '1' }), secret({}, { [LAST_APPLIED]: 'aHVudGVy' })],
  ['what kubectl wrote down, among all annotations', secret({}), secret({}, { [LAST_APPLIED]: 'aHVudGVy' })],
])('of a Secret no difference has %s', (_, before, after) => {
  const changes = changesBetween(before as never, after as never)
  expect(changes).toHaveLength(1)
  expect(JSON.stringify(changes)).not.toContain('aHVudGVy')
  expect(JSON.stringify(changes)).toContain('characters')
})
