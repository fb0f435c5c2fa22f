import { expect, test } from 'vitest'
import { validatePodSpec } from './pod-validation.ts'

const told = (nodeAffinity: object) =>
  validatePodSpec({ containers: [{ name: 'a', image: 'a' }], affinity: { nodeAffinity } }, 'spec').map(
    ({ field, message }) => `${field}: ${message}`,
  )

const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution'
const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution'
const NO_TERMS = [`spec.affinity.nodeAffinity.${REQUIRED}.nodeSelectorTerms: Required value: must have at least one node selector term`]

test.each<[string, object, readonly string[]]>([
  ['no affinity', {}, []],
  ['no terms', { [REQUIRED]: {} }, NO_TERMS],
  ['an empty list of terms', { [REQUIRED]: { nodeSelectorTerms: [] } }, NO_TERMS],
  ['one empty term', { [REQUIRED]: { nodeSelectorTerms: [{}] } }, []],
  ['weights in the range', { [PREFERRED]: [1, 100].map((weight) => ({ weight, preference: {} })) }, []],
  [
    'weights out of it',
    { [PREFERRED]: [{ weight: 101 }, {}] },
    [101, 0].map(
      (weight, at) => `spec.affinity.nodeAffinity.${PREFERRED}[${at}].weight: Invalid value: ${weight}: must be in the range 1-100`,
    ),
  ],
])('a node affinity with %s is answered as by a real server', (_, affinity, messages) => {
  expect(told(affinity)).toEqual(messages)
})
