// The texts are kube-apiserver 1.36's.
import { describe, expect, test } from 'vitest'
import type { Schema } from '../schema/index.ts'
import { typeProblems } from './type-problems.ts'

const schema: Schema = {
  type: 'object',
  properties: {
    n: { type: 'integer' },
    s: { type: 'string' },
    b: { type: 'boolean' },
    l: { type: 'array', items: { type: 'string' } },
    set: { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'string' } },
    k: {
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
      items: { type: 'object', properties: { name: { type: 'string' }, v: { type: 'integer' } } },
    },
    ports: {
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['port', 'protocol'],
      items: { type: 'object', properties: { port: { type: 'integer' }, protocol: { type: 'string', default: 'TCP' } } },
    },
    m: { type: 'object', additionalProperties: { type: 'integer' } },
    p: { 'x-kubernetes-int-or-string': true },
    q: { 'x-kubernetes-preserve-unknown-fields': true, anyOf: [{ type: 'string' }, { type: 'number' }] },
    any: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    t: { type: 'string', format: 'date-time' },
  },
}

describe('what is not of its type', () => {
  test.each<readonly [unknown, ...string[]]>([
    ['x', ': expected map, got &{x}'],
    [[1], ': expected map, got &{[1]}'],
    [{ n: 'x' }, '.n: expected numeric (int or float), got string'],
    [{ n: true }, '.n: expected numeric (int or float), got bool'],
    [{ n: [1] }, '.n: expected numeric (int or float), got []interface {}'],
    [{ n: { a: 1 } }, '.n: expected numeric (int or float), got map[string]interface {}'],
    [{ s: 1 }, '.s: expected string, got &value.valueUnstructured{Value:1}'],
    [{ s: ['x', 1] }, '.s: expected string, got &value.valueUnstructured{Value:[]interface {}{"x", 1}}'],
    [
      { s: { d: null, a: 1, b: 'c' } },
      '.s: expected string, got &value.valueUnstructured{Value:map[string]interface {}{"a":1, "b":"c", "d":interface {}(nil)}}',
    ],
    [{ b: 'x' }, '.b: expected boolean, got &{x}'],
    [{ l: { b: 2, a: 1 } }, '.l: expected list, got &{map[a:1 b:2]}'],
    [
      { l: [1, 'a', true] },
      '.l[0]: expected string, got &value.valueUnstructured{Value:1}',
      '.l[2]: expected string, got &value.valueUnstructured{Value:true}',
    ],
    [{ set: [1, 'a'] }, '.set[=1]: expected string, got &value.valueUnstructured{Value:1}'],
    [{ k: 'x' }, '.k: expected list, got &{x}'],
    [{ k: [{ name: 'a', v: 'x' }] }, '.k[name="a"].v: expected numeric (int or float), got string'],
    [{ ports: [{ port: 'x' }] }, '.ports[port="x",protocol="TCP"].port: expected numeric (int or float), got string'],
    [{ m: { 'a.b/c': 'b' } }, '.m.a.b/c: expected numeric (int or float), got string'],
    [{ q: [1] }, '.q: expected any scalar, got &{[1]}'],
    [{ any: 'x' }, '.any: expected map, got &{x}'],
  ])('%j', (value, ...problems) => {
    expect(typeProblems(value, schema)).toEqual(problems)
  })
})

describe('lists whose items cannot be told apart', () => {
  test.each<readonly [unknown, string]>([
    [{ set: ['a', 'b', 'a'] }, '.set: duplicate entries for key [="a"]'],
    [{ set: [null] }, ".set: element 0: associative list without keys has an element that's an explicit null"],
    [{ set: [{}] }, ".set: element 0: associative list without keys has an element that's a map type"],
    [{ k: [{ name: 'a' }, { name: 'a' }] }, '.k: duplicate entries for key [name="a"]'],
    [{ ports: [{ port: 1 }, { port: 1, protocol: 'TCP' }] }, '.ports: duplicate entries for key [port=1,protocol="TCP"]'],
    [{ k: ['x', { name: 1 }] }, '.k: element 0: associative list with keys may not have non-map elements'],
    [{ k: [null] }, '.k: element 0: associative list with keys may not have a null element'],
    [
      { k: [{ v: 1 }] },
      `.k: element 0: associative list with keys has an element that omits all key fields ["name"] (and doesn't have default values for any key fields)`,
    ],
  ])('%j', (value, problem) => {
    expect(typeProblems(value, schema)).toEqual([problem])
  })
})

test.each<readonly [unknown]>([
  [{ n: 1.5, s: 'x', b: false, l: [], set: ['a', 'b'], k: [{ name: 'a' }, { name: 'b' }], m: { a: 1 } }],
  [{ n: null, s: null, l: null, k: null, m: { a: null } }],
  [{ p: true, q: '500m', any: { x: [1, { y: 2 }] }, t: 5 }],
  [{ p: [1], unknown: { x: 1 } }],
  [{ ports: [{ port: 1 }, { port: 1, protocol: 'UDP' }, {}] }],
])('nothing is wrong with %j', (value) => {
  expect(typeProblems(value, schema)).toEqual([])
})
