import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { evaluateJsonPath } from './jsonpath.ts'
import { isJsonPathError } from './jsonpath-error.ts'
import { parseJsonPath } from './jsonpath-grammar.ts'

const job = {
  metadata: { name: 'j', annotations: { 'example.com/owner': 'me', 'a.b': 'dotted' } },
  spec: { ports: [80, 443, 8080], nested: [[1, 2], [3]] },
  status: {
    conditions: [
      { type: 'Suspended', status: 'False', weight: 1 },
      { type: 'Complete', status: 'True', lastTransitionTime: '2026-01-02T03:04:05Z', weight: 5, final: true },
      { status: 'True' },
    ],
  },
}
const find = (path: string, value: unknown = job) => evaluateJsonPath(parseJsonPath(path), value)

describe('a path finds', () => {
  test.each([
    ['.metadata.name', ['j']],
    ['metadata.name', ['j']],
    ['$.metadata.name', ['j']],
    ['@.metadata.name', ['j']],
    ['{.metadata.name}', ['j']],
    ['{ $.metadata.name }', ['j']],
    [' .metadata.name ', ['j']],
    ['$', [job]],
    ['.', [job]],
    ['.metadata.annotations.example\\.com/owner', ['me']],
    ["['metadata']['annotations']['example.com/owner']", ['me']],
    ['.metadata["annotations"]["example.com/owner"]', ['me']],
    ["$.metadata.annotations['a.b']", ['dotted']],
    ["$.metadata.annotations['a\\.b']", ['dotted']],
    ['.spec.ports[0]', [80]],
    ['.["metadata"].name', ['j']],
    ['.spec.ports[-1]', [8080]],
    ['.spec.ports[-3]', [80]],
    ['.spec.ports[3]', []],
    ['.spec.ports[-4]', []],
    ['.spec.ports[0:2]', [80, 443]],
    ['.spec.ports[1:]', [443, 8080]],
    ['.spec.ports[:-1]', [80, 443]],
    ['.spec.ports[-2:]', [443, 8080]],
    ['.spec.ports[::2]', [80, 8080]],
    ['.spec.ports[0:99]', [80, 443, 8080]],
    ['.spec.ports[2:1]', []],
    ['.spec.ports[*]', [80, 443, 8080]],
    ['.spec.ports[0,2]', [80, 8080]],
    ["['metadata', 'spec'].name", ['j']],
    ['.spec.nested[*][0]', [1, 3]],
    ['.metadata.annotations.*', ['me', 'dotted']],
    ['.status.conditions[*].type', ['Suspended', 'Complete']],
    ['..type', ['Suspended', 'Complete']],
    ['$..name', ['j']],
    ['.spec..[0]', [80, [1, 2], 1, 3]],
    ['.status.conditions[?(@.type=="Complete")].lastTransitionTime', ['2026-01-02T03:04:05Z']],
    ["{.status.conditions[?(@.type=='Complete')].status}", ['True']],
    ['.status.conditions[?( @.weight > 1 )].type', ['Complete']],
    ['.status.conditions[?(@.weight>=1)].type', ['Suspended', 'Complete']],
    ['.status.conditions[?(@.weight<5)].type', ['Suspended']],
    ['.status.conditions[?(@.weight<=1.0)].type', ['Suspended']],
    ['.status.conditions[?(@.final==true)].type', ['Complete']],
    ['.status.conditions[?(@.type)].type', ['Suspended', 'Complete']],
    ['.status.conditions[?("Complete"==@.type)].weight', [5]],
    ['.status.conditions[?(@.type < "D")].type', ['Complete']],
    ['.spec.ports[?(@>100)]', [443, 8080]],
    ['.spec.nested[?(@[0]==3)]', [[3]]],
    // A value that is missing compares with nothing, not even as unequal: so does kubectl.
    ['.status.conditions[?(@.type!="Complete")].status', ['False']],
    ['.status.conditions[?(@.weight=="5")].type', []],
    ['.status.conditions[?(@.weight>"1")].type', []],
    // Nothing there is no error.
    ['.status.missing.deeper[0]', []],
    ['.metadata.name.length', []],
    ['.metadata.name[0]', []],
    ['.metadata[?(@.name)]', []],
    ['.constructor', []],
  ])('%s', (path, expected) => expect(find(path)).toEqual(expected))

  test('null and undefined hold nothing', () => {
    expect(find('.a.b', { a: null })).toEqual([])
    expect(find('.a', null)).toEqual([])
    expect(find('.a', { a: null })).toEqual([null])
  })

  test('a parsed path is used again and again', () => {
    const path = parseJsonPath('.spec.ports[?(@>100)]')
    expect(evaluateJsonPath(path, job)).toEqual(evaluateJsonPath(path, job))
    expect(path.text).toBe('.spec.ports[?(@>100)]')
  })
})

describe('a path is refused, with the position', () => {
  test.each([
    ['', 0, 'it is empty'],
    ['  ', 2, 'it is empty'],
    ['{}', 1, 'it is empty'],
    ['.a.[0]', 3, 'a name or "*" must follow "."'],
    ['.a.', 3, 'a name or "*" must follow "."'],
    ['.a..', 4, 'a name or "*" must follow ".."'],
    ['.a b', 3, 'expected ".", "[" or the end, found "b"'],
    ['.a]', 2, 'found "]"'],
    ['(a)', 0, 'a path cannot start with "("'],
    ['{.a', 3, 'expected "}", found the end'],
    ['{.a}{.b}', 4, 'nothing may follow the "}"'],
    ['{range .items[*]}', 0, 'templates are not supported'],
    ['.a[', 3, 'expected a number, a slice, "*", "?" or a name in quotes'],
    ['.a[]', 3, 'expected a number'],
    ['.a[b]', 3, 'expected a number'],
    ['.a[0', 4, 'expected "]", found the end'],
    ['.a[0,]', 5, 'expected a number'],
    ["['a", 1, 'has no partner'],
    ['.a[0:2:0]', 3, 'the step of a slice must be 1 or more'],
    ['.a[0:2:-1]', 3, 'the step of a slice must be 1 or more'],
    ['.a[?(@.b=="c"]', 13, 'expected ")", found "]"'],
    ['.a[?(@.b==)]', 10, 'expected a path such as @.name'],
    ['.a[?(@.b=="c" && @.d)]', 14, '&& and || are not supported'],
    ['.a[?(true)]', 5, 'a filter needs a path'],
    ['.a[?@.b]', 4, 'expected "("'],
    ['.a[?(@.b=c)]', 8, 'expected ")"'],
  ])('%j', (path, position, problem) => {
    expect(() => parseJsonPath(path)).toThrow(expect.objectContaining({ name: 'JsonPathError', position }))
    expect(() => parseJsonPath(path)).toThrow(`JSONPath "${path}" is malformed at position ${position}: `)
    expect(() => parseJsonPath(path)).toThrow(problem)
  })
})

test('any name is found when it is quoted or escaped', () => {
  const name = fc.string({ unit: fc.constantFrom('a', '.', '/', '[', ']', "'", '"', '\\', ' ', '{', '}', '*', 'é', '\n'), minLength: 1 })
  fc.assert(
    fc.property(name, (key) => {
      const value = { outer: { [key]: 1 } }
      expect(find(`.outer['${key.replaceAll(/['\\]/g, '\\$&')}']`, value)).toEqual([1])
      expect(find(`.outer.${[...key].map((char) => `\\${char}`).join('')}`, value)).toEqual([1])
    }),
  )
})

test('any text either parses or is refused with a JsonPathError, and what parses never throws', () => {
  const piece = fc.constantFrom(
    '.',
    '..',
    'a',
    '[',
    ']',
    '0',
    '-1',
    ':',
    '*',
    '?(',
    ')',
    '@',
    '==',
    '"',
    "'",
    '\\',
    '$',
    '{',
    '}',
    ' ',
    ',',
    'true',
  )
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join('')),
      (text) => {
        try {
          evaluateJsonPath(parseJsonPath(text), job)
        } catch (error) {
          expect(isJsonPathError(error)).toBe(true)
        }
      },
    ),
  )
})
