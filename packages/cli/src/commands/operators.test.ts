import { expect, test } from 'vitest'
import { EXAMINING, loadOperators, OPERATOR_NAMES } from './operators.ts'

test('the flags of those operators are flags of doctor that look at something outside of the cluster', async () => {
  const operators = await loadOperators(OPERATOR_NAMES)
  expect(operators.filter(({ examine }) => examine !== undefined).map(({ name }) => name)).toEqual(EXAMINING)
}, 60_000)
