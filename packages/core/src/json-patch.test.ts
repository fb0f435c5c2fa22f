import { describe, expect, test } from 'vitest'
import { deepFreeze } from './freeze.ts'
import { applyJsonPatch, isJsonPatchError, type JsonPatchError, type JsonPatchOperation } from './json-patch.ts'

function errorOf(document: unknown, patch: unknown): JsonPatchError {
  try {
    applyJsonPatch(document, patch as readonly JsonPatchOperation[])
  } catch (error) {
    if (isJsonPatchError(error)) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

describe('a JSON patch applies', () => {
  test.each<[string, unknown, readonly JsonPatchOperation[], unknown]>([
    ['no operation', { a: 1 }, [], { a: 1 }],
    ['add a member', { a: 1 }, [{ op: 'add', path: '/b', value: 2 }], { a: 1, b: 2 }],
    ['add over a member', { a: 1 }, [{ op: 'add', path: '/a', value: 2 }], { a: 2 }],
    ['add null', {}, [{ op: 'add', path: '/a', value: null }], { a: null }],
    ['add the empty name', {}, [{ op: 'add', path: '/', value: 1 }], { '': 1 }],
    ['add the document', { a: 1 }, [{ op: 'add', path: '', value: [1] }], [1]],
    ['add into a list', [1, 3], [{ op: 'add', path: '/1', value: 2 }], [1, 2, 3]],
    ['add at the end by index', [1], [{ op: 'add', path: '/1', value: 2 }], [1, 2]],
    ['add at the end by -', [1], [{ op: 'add', path: '/-', value: [2] }], [1, [2]]],
    ['add a member named by digits', { a: {} }, [{ op: 'add', path: '/a/0', value: 1 }], { a: { 0: 1 } }],
    ['remove a member', { a: 1, b: 2 }, [{ op: 'remove', path: '/a' }], { b: 2 }],
    ['remove an item', [1, 2, 3], [{ op: 'remove', path: '/1' }], [1, 3]],
    ['replace a member', { a: { b: 1 } }, [{ op: 'replace', path: '/a/b', value: 2 }], { a: { b: 2 } }],
    ['replace an item', [1, 2], [{ op: 'replace', path: '/0', value: 9 }], [9, 2]],
    ['replace a null', { a: null }, [{ op: 'replace', path: '/a', value: 1 }], { a: 1 }],
    ['replace the document', { a: 1 }, [{ op: 'replace', path: '', value: 'x' }], 'x'],
    ['move a member', { a: 1 }, [{ op: 'move', from: '/a', path: '/b' }], { b: 1 }],
    ['move an item to the front', [1, 2, 3], [{ op: 'move', from: '/2', path: '/0' }], [3, 1, 2]],
    ['move to the same place', { a: 1 }, [{ op: 'move', from: '/a', path: '/a' }], { a: 1 }],
    ['move out of a parent that goes', { a: { b: 1 } }, [{ op: 'move', from: '/a/b', path: '/a' }], { a: 1 }],
    ['move beside a name with the same beginning', { a: 1, ab: {} }, [{ op: 'move', from: '/a', path: '/ab/c' }], { ab: { c: 1 } }],
    ['copy', { a: { b: 1 } }, [{ op: 'copy', from: '/a', path: '/c' }], { a: { b: 1 }, c: { b: 1 } }],
    ['copy into itself', { a: { b: 1 } }, [{ op: 'copy', from: '/a', path: '/a/c' }], { a: { b: 1, c: { b: 1 } } }],
    [
      'test whatever the order of keys',
      { a: { x: 1, y: [2] } },
      [{ op: 'test', path: '/a', value: { y: [2], x: 1 } }],
      { a: { x: 1, y: [2] } },
    ],
    ['test the document', null, [{ op: 'test', path: '', value: null }], null],
    [
      'escaped names',
      { 'a/b': 1, 'c~d': 2 },
      [
        { op: 'remove', path: '/a~1b' },
        { op: 'test', path: '/c~0d', value: 2 },
      ],
      { 'c~d': 2 },
    ],
    [
      'one on the result of the other',
      {},
      [
        { op: 'add', path: '/a', value: {} },
        { op: 'add', path: '/a/b', value: [] },
        { op: 'add', path: '/a/b/-', value: 1 },
      ],
      { a: { b: [1] } },
    ],
  ])('%s', (_what, document, patch, expected) => {
    deepFreeze(document)
    deepFreeze(patch)
    expect(applyJsonPatch(document, patch)).toEqual(expected)
  })
})

describe('a JSON patch does not fit', () => {
  test.each<[string, unknown, JsonPatchOperation, string]>([
    ['remove what is missing', {}, { op: 'remove', path: '/a' }, '"/a" does not exist'],
    ['remove the document', {}, { op: 'remove', path: '' }, 'whole document'],
    ['remove beyond the end', [1], { op: 'remove', path: '/1' }, 'the list is shorter'],
    ['remove at -', [1], { op: 'remove', path: '/-' }, '"-" is no index'],
    ['replace what is missing', {}, { op: 'replace', path: '/a', value: 1 }, '"/a" does not exist'],
    ['replace beyond the end', [1], { op: 'replace', path: '/1', value: 1 }, 'the list is shorter'],
    ['add where there is no parent', {}, { op: 'add', path: '/a/b', value: 1 }, '"/a" does not exist'],
    ['add into a scalar', { a: 1 }, { op: 'add', path: '/a/b', value: 1 }, '"/a" is neither an object nor a list'],
    ['add into null', { a: null }, { op: 'add', path: '/a/b', value: 1 }, '"/a" is neither an object nor a list'],
    ['add into text', 'text', { op: 'add', path: '/0', value: 1 }, '"" is neither an object nor a list'],
    ['add beyond the end', [1], { op: 'add', path: '/2', value: 1 }, 'the list is shorter'],
    ['an index with a leading zero', [1, 2], { op: 'replace', path: '/01', value: 1 }, '"01" is no index'],
    ['a negative index', [1, 2], { op: 'replace', path: '/-1', value: 1 }, '"-1" is no index'],
    ['an index that is no number', [1], { op: 'add', path: '/a', value: 1 }, '"a" is no index'],
    ['an index in another notation', [1, 2], { op: 'remove', path: '/1e0' }, '"1e0" is no index'],
    ['the length of a list', [1], { op: 'remove', path: '/length' }, '"length" is no index'],
    ['move what is missing', {}, { op: 'move', from: '/a', path: '/b' }, '"/a" does not exist'],
    ['move into itself', { a: { b: {} } }, { op: 'move', from: '/a', path: '/a/b/c' }, 'cannot move into itself'],
    ['move the document', { a: 1 }, { op: 'move', from: '', path: '/a' }, 'cannot move into itself'],
    ['copy what is missing', {}, { op: 'copy', from: '/a', path: '/b' }, '"/a" does not exist'],
    ['test what is missing', {}, { op: 'test', path: '/a', value: null }, '"/a" does not exist'],
    ['test another value', { a: 1 }, { op: 'test', path: '/a', value: '1' }, 'another one'],
    ['what every object inherits', {}, { op: 'replace', path: '/constructor', value: 1 }, '"/constructor" does not exist'],
    ['the prototype of an object', {}, { op: 'add', path: '/__proto__/polluted', value: 1 }, '"/__proto__" does not exist'],
  ])('%s', (_what, document, operation, problem) => {
    const error = errorOf(deepFreeze(document), [operation])
    expect(error).toMatchObject({ kind: 'failed', operation: 0 })
    expect(error.message).toContain(problem)
    expect(error.message).toContain(`operation 0 (${operation.op} `)
  })

  test('the error names the operation, and nothing of the document has changed', () => {
    const document = { a: 1 }
    const error = errorOf(document, [
      { op: 'replace', path: '/a', value: 2 },
      { op: 'test', path: '/a', value: 1 },
    ])
    expect(error.operation).toBe(1)
    expect(document).toEqual({ a: 1 })
  })

  test('no value gets into the error: it may be a Secret’s', () => {
    const error = errorOf({ password: 'hunter2' }, [{ op: 'test', path: '/password', value: 'hunter3' }])
    expect(error.message).not.toMatch(/hunter/)
  })
})

describe('what is no JSON patch is refused as malformed, whatever the document', () => {
  test.each([
    ['no list', {}, 'a JSON patch is a list of operations'],
    ['an operation that is null', [null], 'it is no object'],
    ['an operation that is a list', [[]], 'it is no object'],
    ['no op', [{ path: '/a' }], '"op" must be'],
    ['an unknown op', [{ op: 'merge', path: '/a' }], '"op" must be'],
    ['an op that every object inherits', [{ op: 'toString', path: '/a' }], '"op" must be'],
    ['no path', [{ op: 'remove' }], '"path" must be a JSON pointer'],
    ['a path that is no text', [{ op: 'remove', path: ['a'] }], '"path" must be a JSON pointer'],
    ['a path that is no pointer', [{ op: 'remove', path: 'a' }], 'start with "/"'],
    ['no from', [{ op: 'move', path: '/a' }], '"from" must be a JSON pointer'],
    ['no value', [{ op: 'add', path: '/a' }], '"add" needs a "value"'],
  ])('%s', (_what, patch, problem) => {
    const error = errorOf({ a: 1 }, patch)
    expect(error.kind).toBe('malformed')
    expect(error.message).toContain(problem)
  })

  test('even behind an operation that does not fit', () => {
    expect(errorOf({}, [{ op: 'remove', path: '/a' }, { op: 'nonsense' }])).toMatchObject({ kind: 'malformed', operation: 1 })
  })
})

test('the result shares with the document what the patch did not touch', () => {
  const document = { touched: { a: 1 }, untouched: { b: 2 }, list: [{ c: 3 }, { d: 4 }] }
  const result = applyJsonPatch(document, [
    { op: 'replace', path: '/touched/a', value: 2 },
    { op: 'add', path: '/list/0', value: 0 },
  ]) as { touched: unknown; untouched: unknown; list: unknown[] }
  expect(result.touched).not.toBe(document.touched)
  expect(result.untouched).toBe(document.untouched)
  expect(result.list[1]).toBe(document.list[0])
})

test('__proto__ is a member like any other, and no prototype changes', () => {
  const document: unknown = JSON.parse('{"__proto__": {"a": 1}}')
  const result = applyJsonPatch(document, [
    { op: 'replace', path: '/__proto__/a', value: 2 },
    { op: 'copy', from: '/__proto__', path: '/b' },
    { op: 'add', path: '/b/__proto__', value: { polluted: true } },
  ])
  expect(JSON.stringify(result)).toBe('{"__proto__":{"a":2},"b":{"a":2,"__proto__":{"polluted":true}}}')
  expect(Object.getPrototypeOf(result)).toBe(Object.prototype)
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
})
