import type { JsonPatchOperation } from '@kubewright/core'
import { expect, test } from 'vitest'
import { patchProblem } from './patch-problem.ts'

const document = { data: { a: '1' }, list: ['x'] }

test.each<[JsonPatchOperation, string]>([
  [{ op: 'add', path: '/absent/b', value: 1 }, 'add operation does not apply: doc is missing path: "/absent/b": missing value'],
  [
    { op: 'add', path: '/list/7', value: 1 },
    "error in add for path: '/list/7': Unable to access invalid index: 7: invalid index referenced",
  ],
  [
    { op: 'add', path: '/list/x', value: 1 },
    "error in add for path: '/list/x': value was not a proper array index: 'x': strconv.Atoi: parsing \"x\": invalid syntax",
  ],
  [{ op: 'remove', path: '/absent/b' }, 'remove operation does not apply: doc is missing path: "/absent/b": missing value'],
  [{ op: 'remove', path: '/data/~1b' }, "error in remove for path: '/data/~1b': Unable to remove nonexistent key: /b: missing value"],
  [{ op: 'replace', path: '/data/b', value: 1 }, 'replace operation does not apply: doc is missing key: /data/b: missing value'],
  [{ op: 'replace', path: '/absent/b', value: 1 }, 'replace operation does not apply: doc is missing path: /absent/b: missing value'],
  [{ op: 'move', from: '/data/b', path: '/data/c' }, "error in move for path: 'b': Unable to remove nonexistent key: b: missing value"],
  [{ op: 'move', from: '/absent/b', path: '/data/c' }, 'move operation does not apply: doc is missing from path: /absent/b: missing value'],
  [{ op: 'copy', from: '/absent/b', path: '/data/c' }, 'copy operation does not apply: doc is missing from path: /absent/b: missing value'],
])('%j', (operation, expected) => {
  expect(patchProblem(operation, document)).toBe(expected)
})
