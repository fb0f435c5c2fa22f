import { expect, test } from 'vitest'
import { config } from '../config.ts'
import { revisionOf } from '../desired/revision.ts'
import { sample } from '../fake/application.ts'
import { policyProblemsOf } from './problems.ts'

const strict = config.parse({ allowedRegistries: ['ghcr.io'] })
const running = sample().spec

test.each<[string, Parameters<typeof sample>[0], readonly string[]]>([
  ['runs already', {}, []],
  ['runs already, in another number', { replicas: 9 }, []],
  ['runs already, and will be replaced in another way', { strategy: 'Recreate' }, []],
  ['makes other pods of the same image', { env: [{ name: 'A', value: 'b' }] }, ['spec.image']],
  ['is another forbidden image', { image: 'quay.io/acme/app:1' }, ['spec.image']],
  ['is an allowed image', { image: 'ghcr.io/acme/app:1' }, []],
])('a policy that became stricter, and what %s', (_, spec, fields) => {
  expect(policyProblemsOf(sample(spec).spec, strict, revisionOf(running).hash).map(({ field }) => field)).toEqual(fields)
})

test('what has never been deployed is judged, whatever it is', () => {
  expect(policyProblemsOf(running, strict, undefined)).toHaveLength(1)
})
