import { describe, expect, test } from 'vitest'
import { compileCel } from '../program.ts'
import { printType } from '../types/type.ts'
import { escapeFieldName } from './field-names.ts'
import { celTypeOf, declare } from './schema-type.ts'
import type { StructuralSchema } from './structural-schema.ts'

describe('field names', () => {
  test.each([
    ['plain', 'plain'],
    ['a-b', 'a__dash__b'],
    ['a.b/c', 'a__dot__b__slash__c'],
    ['a__b', 'a__underscores__b'],
    ['namespace', '__namespace__'],
    ['in', '__in__'],
    ['int', 'int'],
    ['_x', '_x'],
    ['1a', undefined],
    ['ä', undefined],
    ['a b', undefined],
    ['', undefined],
  ])('%j is spelled %j', (name, expected) => {
    expect(escapeFieldName(name)).toBe(expected)
  })
})

describe('the type of a schema', () => {
  test.each<[StructuralSchema, string | undefined]>([
    [{ type: 'string' }, 'string'],
    [{ type: 'string', format: 'date-time' }, 'timestamp'],
    [{ type: 'string', format: 'date' }, 'timestamp'],
    [{ type: 'string', format: 'duration' }, 'duration'],
    [{ type: 'string', format: 'byte' }, 'bytes'],
    [{ type: 'string', format: 'email' }, 'string'],
    [{ type: 'integer', format: 'int32' }, 'int'],
    [{ type: 'number' }, 'double'],
    [{ type: 'boolean' }, 'bool'],
    [{ 'x-kubernetes-int-or-string': true }, 'dyn'],
    [{ type: 'array', items: { type: 'integer' } }, 'list(int)'],
    [{ type: 'object', additionalProperties: { type: 'boolean' } }, 'map(string, bool)'],
    [{ type: 'object' }, 'selfType'],
    [{ type: 'object', properties: { a: { type: 'object' } } }, 'selfType'],
    [{ type: 'array' }, undefined],
    [{ type: 'array', items: { 'x-kubernetes-preserve-unknown-fields': true } }, undefined],
    [{ 'x-kubernetes-preserve-unknown-fields': true }, undefined],
  ])('%j is %s', (schema, expected) => {
    const type = celTypeOf(schema)
    expect(type && printType(type)).toBe(expected)
  })

  test('the root has its names without declaring them, an embedded resource too', () => {
    const schema: StructuralSchema = {
      type: 'object',
      properties: { inner: { type: 'object', 'x-kubernetes-embedded-resource': true }, plain: { type: 'object' } },
    }
    const self = celTypeOf(schema, { root: true })!
    for (const text of ['self.kind', 'self.metadata.name', 'self.inner.apiVersion', 'self.inner.metadata.generateName']) {
      expect(printType(compileCel(text, { variables: { self } }).type)).toBe('string')
    }
    for (const text of ['self.metadata.labels', 'self.plain.kind'])
      expect(() => compileCel(text, { variables: { self } })).toThrow('undefined field')
  })

  test('the most that a part can hold comes from its limits, else from what a request can', () => {
    const most = (schema: StructuralSchema): number | undefined => {
      const type = celTypeOf(schema)!
      return 'maxElements' in type ? type.maxElements : undefined
    }
    expect(most({ type: 'string', maxLength: 10 })).toBe(40)
    expect(most({ type: 'string' })).toBe(3 * 1024 * 1024 - 2)
    expect(most({ type: 'string', enum: ['a', 'long'] })).toBe(4)
    expect(most({ type: 'array', maxItems: 7, items: { type: 'string' } })).toBe(7)
    expect(most({ type: 'array', items: { type: 'string' } })).toBe(1_048_575)
    expect(most({ type: 'object', additionalProperties: { type: 'string' } })).toBe(393_215)
    expect(most({ type: 'string', maxLength: -1 })).toBe(0)
  })

  test('the least size counts what is required and has no default', () => {
    const schema: StructuralSchema = {
      type: 'object',
      required: ['name', 'mode'],
      properties: { name: { type: 'string' }, mode: { type: 'string', default: 'x' }, free: { type: 'string' } },
    }
    // {} and "name":"", with a comma.
    expect(declare(schema, false, 't')!.minSize).toBe(2 + 4 + 2 + 4)
  })
})

describe('values under a schema', () => {
  const self = celTypeOf({
    type: 'object',
    properties: {
      at: { type: 'string', format: 'date-time' },
      for: { type: 'string', format: 'duration' },
      blob: { type: 'string', format: 'byte' },
      share: { type: 'number' },
      gone: { type: 'string', nullable: true },
      set: { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'string' } },
      map: {
        type: 'array',
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['k'],
        items: { type: 'object', properties: { k: { type: 'string' }, v: { type: 'integer' } } },
      },
    },
  })!
  const object = {
    at: '2024-01-01T00:00:00Z',
    for: '2h',
    blob: 'aGk=',
    share: 1,
    gone: null,
    set: ['a', 'b'],
    map: [
      { k: 'x', v: 1 },
      { k: 'y', v: 2 },
    ],
    undeclared: 1,
  }
  test.each([
    'self.at.getFullYear() == 2024',
    'self.for == duration("120m")',
    'self.blob == b"hi"',
    'self.share / 2.0 == 0.5',
    '!has(self.gone)',
    'self.set == ["b", "a"]',
    'self.set + ["c", "a"] == ["a", "b", "c"]',
    '(self.map + [self.map[0]]).size() == 2',
    'self.map == self.map.filter(e, e.k == "y") + self.map.filter(e, e.k == "x")',
    'type(self) == map',
    '!("undeclared" in dyn(self))',
  ])('%s', (text) => {
    expect(compileCel(text, { variables: { self } }).evaluate({ self: object }).value).toBe(true)
  })

  test('a text that is not of its format is an error where it is read', () => {
    const program = compileCel('self.at.getFullYear() > 0 || true', { variables: { self } })
    expect(program.evaluate({ self: { at: 'soon' } }).value).toBe(true)
    expect(() => compileCel('self.at', { variables: { self } }).evaluate({ self: { at: 'soon' } })).toThrow('expected a timestamp value')
  })
})
