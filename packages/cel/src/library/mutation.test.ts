import { describe, expect, test } from 'vitest'
import { isCelError } from '../errors.ts'
import { compileCel } from '../program.ts'
import { DYN, printType } from '../types/type.ts'
import { fromCel } from '../values/json.ts'
import { typeNameProblems } from '../values/made-object.ts'

const compile = (text: string) => compileCel(text, { variables: { object: DYN }, libraries: 'mutation' })
const object = { spec: { replicas: 3 }, metadata: { labels: { a: 'b' } } }
const made = (text: string) => compile(text).evaluate({ object }).value

function refusal(text: string): string {
  try {
    compile(text)
  } catch (error) {
    if (isCelError(error)) return error.issues.map(({ message, position }) => `${position.column}: ${message}`).join('\n')
    throw error
  }
  throw new Error('nothing was refused')
}

describe('an expression that changes objects', () => {
  test.each<[string, string, string, unknown]>([
    ['an object, part by part', 'Object{spec: Object.spec{replicas: object.spec.replicas + 1}}', 'Object', { spec: { replicas: 4 } }],
    ['an object with an unknown field', 'Object{anything: [1, 2]}', 'Object', { anything: [1, 2] }],
    [
      'a map where the keys are free',
      "Object{metadata: Object.metadata{labels: {'x': 'y'}}}",
      'Object',
      { metadata: { labels: { x: 'y' } } },
    ],
    ['a field only where there is a value', 'Object{?a: object.?spec.?replicas, ?b: object.?absent}', 'Object', { a: 3 }],
    [
      'operations of a JSON patch',
      '[JSONPatch{op: "add", path: "/a", value: Object.a{b: 1}}]',
      'list(JSONPatch)',
      [{ op: 'add', path: '/a', value: { b: 1 } }],
    ],
    ['no operations in one of two cases', 'false ? [JSONPatch{op: "remove", path: "/a"}] : []', 'list(JSONPatch)', []],
    ['a key for a path', "jsonpatch.escapeKey('k8s.io/my~label')", 'string', 'k8s.io~1my~0label'],
  ])('makes %s', (_, text, type, expected) => {
    expect(printType(compile(text).type)).toBe(type)
    expect(fromCel(made(text))).toEqual(expected)
  })

  test('reads what it made', () => {
    expect(made('Object{a: 1}.a')).toBe(1)
    expect(made('has(Object{a: 1}.b)')).toBe(false)
  })

  test.each([
    ['a field of another type', 'JSONPatch{op: 1}', "13: expected type of field 'op' is 'string' but provided type is 'int'"],
    ['a field that the type has not', 'JSONPatch{what: 1}', "15: undefined field 'what'"],
    ['a type that there is not', 'Other{a: 1}', "6: undeclared reference to 'Other' (in container '')"],
    ['an optional field without an optional', 'Object{?a: 1}', "12: expected type 'optional_type(int)' but found 'int'"],
  ])('is refused for %s', (_, text, expected) => {
    expect(refusal(text)).toBe(expected)
  })

  test('costs what kube-apiserver takes for each object', () => {
    expect(compile('Object{spec: Object.spec{replicas: 1}}').evaluate({ object }).cost).toBe(80)
    expect(compile('Object{spec: Object.spec{replicas: 1}}').estimateCost()).toEqual({ min: 80, max: 80 })
  })

  test('is not understood where nothing is to be changed', () => {
    expect(() => compileCel('Object{a: 1}')).toThrow(/undeclared reference to 'Object'/)
    expect(() => compileCel("jsonpatch.escapeKey('a')")).toThrow(/undeclared reference/)
  })
})

test('a type name that does not spell the way to the object is found, in lists and maps too', () => {
  expect(typeNameProblems(made('Object{spec: Object.spec{a: Object.spec.a{}}}'), 'Object')).toEqual([])
  expect(typeNameProblems(made('Object{spec: Object.spec{a: [Object.spec.b{}]}}'), 'Object')).toEqual([
    'unexpected type name "Object.spec.b", expected "Object.spec.a", which matches field name path from root Object type',
  ])
})
