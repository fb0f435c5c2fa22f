import { expect, test } from 'vitest'
import { NormalForm } from './normal-form.ts'

const normal = (body: unknown) => new NormalForm().of({ code: 200, headers: {}, body }).body

test.each([
  ['a uid', { uid: '3f2504e0-4f89-41d3-9a0c-0305e82c3301' }, { uid: '<uid>' }],
  ['a time, and how exact it is', { a: '2026-01-02T03:04:05Z', b: '2026-01-02T03:04:05.000001Z' }, { a: '<time>', b: '<microtime>' }],
  ['an age in a table', { rows: [{ cells: ['one', '5m2s'] }] }, { rows: [{ cells: ['one', '<age>'] }] }],
  ['a text that looks like an age elsewhere', { name: '5m' }, { name: '5m' }],
  ['a generated name', { name: 'gen-x7k2p' }, { name: 'gen-<random>' }],
  ['the version of a list', { items: [], metadata: { resourceVersion: '77' } }, { items: [], metadata: { resourceVersion: '<version>' } }],
  [
    'the version of a list that is not told',
    { items: [], metadata: { resourceVersion: '' } },
    { items: [], metadata: { resourceVersion: '' } },
  ],
  [
    'the version of a bookmark',
    { type: 'BOOKMARK', object: { kind: 'ConfigMap', metadata: { resourceVersion: '77' } } },
    { type: 'BOOKMARK', object: { kind: 'ConfigMap', metadata: { resourceVersion: '<version>' } } },
  ],
  ['a node port', { nodePort: 31_234, port: 80 }, { nodePort: '<port>', port: 80 }],
])('%s', (_, body, expected) => {
  expect(normal(body)).toEqual(expected)
})

test('versions are numbered as they are met, so that it is seen whether a write moved one', () => {
  const form = new NormalForm()
  const versionOf = (resourceVersion: string) => form.of({ code: 200, headers: {}, body: { metadata: { resourceVersion } } }).body
  expect(['70', '70', '93', '70', '0'].map(versionOf)).toEqual(
    ['<version 1>', '<version 1>', '<version 2>', '<version 1>', '0'].map((resourceVersion) => ({ metadata: { resourceVersion } })),
  )
})

test('causes of one field have an order, in the list and in the text; fields keep theirs', () => {
  const cause = (field: string, message: string) => ({ reason: 'FieldValueInvalid', field, message })
  const status = (causes: readonly ReturnType<typeof cause>[]) => ({
    message: `ConfigMap "x" is invalid: [${causes.map(({ field, message }) => `${field}: ${message}`).join(', ')}]`,
    details: { causes },
  })
  const [a, b, name] = [cause('labels', 'a'), cause('labels', 'b'), cause('name', 'c')]
  expect(normal(status([b, a, name]))).toEqual(normal(status([a, b, name])))
  expect(normal(status([name, a, b]))).not.toEqual(normal(status([a, b, name])))
})

test('an object that a text shows has its fields in order', () => {
  const shown = (object: object) => ({ message: `Invalid value: ${JSON.stringify(JSON.stringify(object))}: no` })
  expect(normal(shown({ b: 1, a: { d: 1, c: 2 } }))).toEqual(normal(shown({ a: { c: 2, d: 1 }, b: 1 })))
  expect(normal(shown({ a: 1 }))).not.toEqual(normal(shown({ a: 2 })))
})

test('managers are in the order of their names: their own order is that of their times', () => {
  const entry = (manager: string) => ({ manager, operation: 'Update', apiVersion: 'v1' })
  expect(normal({ managedFields: [entry('b'), entry('a')] })).toEqual({ managedFields: [entry('a'), entry('b')] })
})
