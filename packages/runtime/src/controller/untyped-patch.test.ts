import { ApiError } from '@kubewright/core'
import { expect, test } from 'vitest'
import { isTerminal } from './errors.ts'
import { asUntyped } from './untyped-patch.ts'

const refusal = (problems: string, code = 500) =>
  new ApiError({ code, message: `failed to create typed patch object (shop/a; apps/v1, Kind=Deployment): ${problems}` })

const what = 'Deployment.apps/v1 "shop/a"'

test.each([
  ['one field', '.data: expected map, got &{hunter2}', '.data: expected map'],
  [
    'several fields',
    'errors:\n  .spec.replicas: expected numeric (int or float), got string\n  .foo: field not declared in schema',
    '.spec.replicas: expected numeric (int or float); .foo: field not declared in schema',
  ],
  [
    'a value of several lines',
    'errors:\n  .data.x: expected map, got &{hunter2\n.hunter3: hunter4\n  hunter5}\n  .data.y: expected string, got &value.valueUnstructured{Value:1}',
    '.data.x: expected map; .data.y: expected string',
  ],
  [
    'a value that cannot be read',
    'json: cannot unmarshal number into Go struct field ConfigMap.data of type string',
    'json: cannot unmarshal number into Go struct field ConfigMap.data of type string',
  ],
])('%s: named, without the value, and over for good', (_, problems, told) => {
  const error = asUntyped(refusal(problems), what)
  expect(isTerminal(error)).toBe(true)
  expect(error?.message).toBe(`apply ${what}: the kind does not allow ${told}. Correct these fields`)
  expect(error?.cause).toBeUndefined()
})

test('trouble of the server is none of it', () => {
  expect(asUntyped(new ApiError({ code: 500, message: 'etcdserver: request timed out' }), what)).toBeUndefined()
  expect(asUntyped(refusal('.data: expected map', 503), what)).toBeUndefined()
  expect(asUntyped(new Error('failed to create typed patch object (a): x'), what)).toBeUndefined()
})
