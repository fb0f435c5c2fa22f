import { expect, test } from 'vitest'
import { matchedRule, type SuccessPolicy } from './success-policy.ts'

const rules = (...all: NonNullable<SuccessPolicy['rules']>): SuccessPolicy => ({ rules: all })

test.each<[string, SuccessPolicy | undefined, readonly number[], number | undefined]>([
  ['there is none', undefined, [0, 1], undefined],
  ['nothing is done', rules({ succeededCount: 0 }), [], undefined],
  ['too few are done', rules({ succeededCount: 2 }), [0], undefined],
  ['enough are done', rules({ succeededCount: 2 }), [0, 3], 0],
  ['not all of the named are done', rules({ succeededIndexes: '0-2' }), [0, 2, 3], undefined],
  ['all of the named are done', rules({ succeededIndexes: '0-1,3' }), [0, 1, 3], 0],
  ['enough of the named are done', rules({ succeededIndexes: '0-5', succeededCount: 2 }), [1, 5, 9], 0],
  ['enough are done, but others', rules({ succeededIndexes: '0-1', succeededCount: 1 }), [7], undefined],
  ['the second rule is met', rules({ succeededIndexes: '9' }, { succeededCount: 1 }), [0], 1],
])('a policy for success where %s', (_name, policy, succeeded, expected) => {
  expect(matchedRule(policy, succeeded)).toBe(expected)
})
