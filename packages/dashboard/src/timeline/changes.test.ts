import type { KubeObject } from '@kubewright/core'
import { describe, expect, test } from 'vitest'
import { SECRET_TEXT } from '../fake/source.ts'
import { differencesOf } from './changes.ts'

const visible = (object: KubeObject): object => {
  if (object.kind === 'Secret') return { ...object, data: { password: '[redacted]' } }
  const { annotations: _, ...metadata } = object.metadata
  return { ...object, metadata }
}
const object = (fields: object, metadata: KubeObject['metadata'] = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Thing',
  metadata,
  ...fields,
})
const told = (old: KubeObject, now: KubeObject) =>
  differencesOf(old, now, visible).changes.map(({ path, from, to }) => `${path}: ${from} > ${to}`)

describe('what became other', () => {
  test.each<[string, object, object, readonly string[]]>([
    ['a value', { spec: { image: 'a' } }, { spec: { image: 'b' } }, ['spec.image: "a" > "b"']],
    ['a field that is new', { spec: {} }, { spec: { replicas: 2 } }, ['spec.replicas: undefined > 2']],
    ['a field that is gone', { spec: { replicas: 2 } }, { spec: {} }, ['spec.replicas: 2 > undefined']],
    [
      'a status that comes whole, field by field',
      {},
      { status: { a: 1, b: { c: 2 }, conditions: [] } },
      ['status.a: undefined > 1', 'status.b.c: undefined > 2'],
    ],
    ['an empty object', {}, { spec: {} }, ['spec: undefined > {}']],
    ['a list, whole', { spec: { ports: [1] } }, { spec: { ports: [1, 2] } }, ['spec.ports: [1] > [1,2]']],
    ['a name with a slash and a dot', { spec: {} }, { spec: { 'a/b.c': 1 } }, ['spec.a/b.c: undefined > 1']],
  ])('%s', (_, from, to, lines) => {
    expect(told(object(from), object(to))).toEqual(lines)
  })

  test('a field with a name that every object knows is a field like any other', () => {
    const thing = (text: string) =>
      object(JSON.parse(`{"spec":{"__proto__":{"polluted":"${text}"},"constructor":{"name":"${text}"}}}`) as object)
    expect(told(thing('a'), thing('b'))).toEqual(['spec.__proto__.polluted: "a" > "b"', 'spec.constructor.name: "a" > "b"'])
    expect(Object.keys(Object.prototype)).toEqual([])
  })

  test('conditions are told elsewhere, and versions say nothing', () => {
    const from = object({ status: { conditions: [{ type: 'Ready' }], observedGeneration: 1 } }, { resourceVersion: '1', generation: 1 })
    const to = object({ status: { conditions: [], observedGeneration: 2 } }, { resourceVersion: '2', generation: 2 })
    expect(told(from, to)).toEqual([])
  })

  test('what is secret is hidden on both sides, and that it changed is seen', () => {
    const secret = (value: string) => ({ ...object({ data: { password: value } }), kind: 'Secret' })
    expect(told(secret(SECRET_TEXT), secret(`${SECRET_TEXT}2`))).toEqual(['data.password: "[redacted]" > "[redacted]"'])
  })

  test('what is not shown at all is no line', () => {
    expect(told(object({}, { annotations: { a: '1' } }), object({}, { annotations: { a: '2' } }))).toEqual([])
  })

  test('a long value is cut, and beyond a page of changes they are counted', () => {
    const many = Object.fromEntries(Array.from({ length: 30 }, (_, at) => [`field${at}`, 'x'.repeat(1000)]))
    const { changes, more } = differencesOf(object({}), object({ spec: many }), visible)
    expect([changes.length, more, changes[0]!.to!.length]).toEqual([24, 6, 241])
  })
})
