import { expect, test } from 'vitest'
import { budgetOf, type Limits, NO_LIMIT } from './limits.ts'

const none: Limits = { perRun: undefined, percent: undefined, anomalyFactor: undefined, initial: undefined, run: 3_600_000 }

// S6: rounded down, so that a small set is never "a little" wiped out; 0 means none.
test.each([
  [0, 10, 0],
  [1, 10, 0],
  [3, 10, 0],
  [10, 10, 1],
  [19, 10, 1],
  [1_000, 10, 100],
  [1_000, 0, 0],
  [0, 100, 0],
  [7, 100, 7],
])('S6: of %i objects %i percent are %i', (scope, percent, deletions) => {
  expect(budgetOf({ ...none, percent }, scope, [])).toEqual({ deletions, by: 'maxPercent' })
})

test.each<[string, Partial<Limits>, number | undefined, readonly number[], object]>([
  ['no limit', {}, undefined, [5], NO_LIMIT],
  ['S6: a count of 0', { perRun: 0 }, undefined, [], { deletions: 0, by: 'maxDeletionsPerRun' }],
  ['the smaller of two', { perRun: 5, percent: 10 }, 1_000, [], { deletions: 5, by: 'maxDeletionsPerRun' }],
  ['of equal ones that which stops', { perRun: 10, percent: 10 }, 100, [], { deletions: 10, by: 'maxPercent' }],
  ['a scope that is not known', { percent: 50 }, undefined, [], { deletions: 0, by: 'maxPercent' }],
  ['an anomaly without history', { anomalyFactor: 10 }, undefined, [3], NO_LIMIT],
  ['ten times what is usual', { anomalyFactor: 10 }, undefined, [3, 5], { deletions: 40, by: 'anomalyFactor' }],
  ['a handful is no anomaly', { anomalyFactor: 2 }, undefined, [1, 1, 1], { deletions: 20, by: 'anomalyFactor' }],
])('a budget with %s', (_, limits, scope, before, budget) => {
  expect(budgetOf({ ...none, ...limits }, scope, before)).toEqual(budget)
})
