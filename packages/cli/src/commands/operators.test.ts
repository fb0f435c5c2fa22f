import { expect, test } from 'vitest'
import { EXAMINING, loadOperators, loadSettings, OPERATOR_NAMES } from './operators.ts'

test('the flags of those operators are flags of doctor that look at something outside of the cluster', async () => {
  const operators = await loadOperators(OPERATOR_NAMES)
  expect(operators.filter(({ examine }) => examine !== undefined).map(({ name }) => name)).toEqual(EXAMINING)
}, 60_000)

test('the settings that are loaded for an operator’s flags are the operator’s own', async () => {
  const operators = await loadOperators(OPERATOR_NAMES)
  const settings = await loadSettings(OPERATOR_NAMES)
  expect(settings.map(({ name }) => name)).toEqual(OPERATOR_NAMES)
  for (const [index, { name, config, aliases }] of settings.entries()) {
    expect(config, name).toBe(operators[index]!.config)
    expect(aliases, name).toBe(operators[index]!.aliases)
  }
}, 60_000)
