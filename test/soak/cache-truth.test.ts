import { expect, test } from 'vitest'
import { compared } from './cache-truth.ts'

const kind = { group: '', version: 'v1', kind: 'ConfigMap' }

test.each([
  ['the same: nothing', ['a/x@1', 'a/y@2'], ['a/y@2', 'a/x@1'], []],
  ['the cache has missed a creation', [], ['a/x@1'], ['the cache has no ConfigMap a/x@1']],
  ['the cache has missed a deletion', ['a/x@1'], [], ['the cache has ConfigMap a/x@1, the server has not']],
  [
    'the cache has missed a change',
    ['a/x@1'],
    ['a/x@2'],
    ['the cache has no ConfigMap a/x@2', 'the cache has ConfigMap a/x@1, the server has not'],
  ],
])('%s', (_, objects, server, found) => expect(compared({ kind, objects }, server)).toEqual(found))
