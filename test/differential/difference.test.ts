import { expect, test } from 'vitest'
import { differences } from './difference.ts'

test.each([
  ['the same', { a: [1, { b: null }] }, { a: [1, { b: null }] }, []],
  ['the same in another order of fields', { a: 1, b: 2 }, { b: 2, a: 1 }, []],
  ['another value', { a: { b: 1 } }, { a: { b: 2 } }, [{ field: 'a.b', ours: 1, theirs: 2 }]],
  ['another type', { a: [] }, { a: {} }, [{ field: 'a', ours: [], theirs: {} }]],
  ['null is something', { a: null }, {}, [{ field: 'a', ours: null, theirs: undefined }]],
  ['one item more', [1], [1, 2], [{ field: '[1]', ours: undefined, theirs: 2 }]],
  [
    'the order of a list',
    ['a', 'b'],
    ['b', 'a'],
    [
      { field: '[0]', ours: 'a', theirs: 'b' },
      { field: '[1]', ours: 'b', theirs: 'a' },
    ],
  ],
])('%s', (_, ours, theirs, found) => {
  expect(differences(ours, theirs)).toEqual(found)
})
