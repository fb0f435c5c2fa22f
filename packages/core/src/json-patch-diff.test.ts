import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { applyJsonPatch } from './json-patch.ts'
import { diffJsonPatch } from './json-patch-diff.ts'

describe('diffJsonPatch', () => {
  test.each([
    ['nothing', { a: [1] }, { a: [1] }, []],
    ['a new member', {}, { a: 1 }, [{ op: 'add', path: '/a', value: 1 }]],
    ['a member that went', { a: 1 }, {}, [{ op: 'remove', path: '/a' }]],
    ['a changed member, deep down', { a: { b: 1, c: 2 } }, { a: { b: 1, c: 3 } }, [{ op: 'replace', path: '/a/c', value: 3 }]],
    ['a list, as a whole', { a: [1, 2] }, { a: [1, 2, 3] }, [{ op: 'replace', path: '/a', value: [1, 2, 3] }]],
    ['another type', { a: {} }, { a: [] }, [{ op: 'replace', path: '/a', value: [] }]],
    ['null is a value', { a: 1 }, { a: null }, [{ op: 'replace', path: '/a', value: null }]],
    ['the document', [1], { a: 1 }, [{ op: 'replace', path: '', value: { a: 1 } }]],
    [
      'what is undefined counts as absent',
      { a: 1, b: undefined },
      { a: undefined, b: undefined, c: undefined },
      [{ op: 'remove', path: '/a' }],
    ],
    ['names are escaped', {}, { 'a/b~': 1 }, [{ op: 'add', path: '/a~1b~0', value: 1 }]],
    [
      'in the order of names, whatever the order of members',
      { z: 1, m: 1 },
      { b: 2, a: 2, z: 2 },
      [
        { op: 'add', path: '/a', value: 2 },
        { op: 'add', path: '/b', value: 2 },
        { op: 'remove', path: '/m' },
        { op: 'replace', path: '/z', value: 2 },
      ],
    ],
  ])('%s', (_what, from, to, patch) => {
    expect(diffJsonPatch(from, to)).toEqual(patch)
  })

  test('applied to the one, the difference makes the other', () => {
    const json = fc.jsonValue({ maxDepth: 4 })
    fc.assert(
      fc.property(json, json, (from, to) => {
        const patch = diffJsonPatch(from, to)
        // As JSON, where -0 is 0.
        expect(JSON.stringify(sorted(applyJsonPatch(from, patch)))).toBe(JSON.stringify(sorted(to)))
        expect(diffJsonPatch(to, to)).toEqual([])
      }),
    )
  })
})

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.entries(value)
    .map(([key, child]): [string, unknown] => [key, sorted(child)])
    .sort(([a], [b]) => (a < b ? -1 : 1))
}
