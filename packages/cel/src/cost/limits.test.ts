import { expect, test } from 'vitest'
import { costProblem, RULE_LIMIT } from './limits.ts'

test.each([
  [1.2345678 * RULE_LIMIT, '1.234568x'],
  [1.49 * RULE_LIMIT, '1.490000x'],
  [1.5 * RULE_LIMIT, '1.5x'],
  [99.96 * RULE_LIMIT, '100.0x'],
  [101 * RULE_LIMIT, 'more than 100x'],
])('a cost of %d is told as %s', (cost, factor) => {
  expect(costProblem('estimated rule cost', cost, RULE_LIMIT)).toBe(
    `estimated rule cost exceeds budget by factor of ${factor} (try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)`,
  )
})
