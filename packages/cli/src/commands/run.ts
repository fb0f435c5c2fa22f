import { type Command, Option } from 'commander'
import { aliasFlags, withoutAliases } from '../settings/aliases.ts'
import { type Configuration, configurationFrom, type GivenFlags } from '../settings/configuration.ts'
import { environmentName, flagName, prefixedKey } from '../settings/names.ts'
import { addOptions } from '../settings/options.ts'
import { type OperatorSettings, settingsWith } from '../settings/program.ts'
import type { Terminal } from '../terminal.ts'
import { UsageError } from '../usage-error.ts'
import { loadOperators, loadSettings, OPERATOR_NAMES, selectOperators } from './operators.ts'

/** Adds the flags of the program and of every operator; the operators themselves are loaded when it is known which are to run. */
export async function defineRun(command: Command, terminal: Terminal): Promise<void> {
  const all = await loadSettings(OPERATOR_NAMES)
  addOptions(command, settingsWith(all))
  for (const flag of aliasFlags(all).keys()) command.addOption(new Option(`--${flag} <VALUE>`).hideHelp())
  command.option('--config <FILE>', `a YAML or JSON file of settings (${environmentName('config')})`)
  command.action((names: string[], given: GivenFlags) => run(names, given, all, terminal))
}

async function run(names: readonly string[], given: GivenFlags, all: readonly OperatorSettings[], terminal: Terminal): Promise<void> {
  const known = selectOperators(names)
  const asked = all.filter((operator) => known.includes(operator.name))
  for (const other of all) if (!asked.includes(other)) refuseFlagsOf(other, given)
  const configuration = await configurationOf(given, asked, all, terminal)
  const operators = await loadOperators(asked.map(({ name }) => name))
  const { runInCluster } = await import('../program/run-in-cluster.ts')
  await runInCluster({ name: known.join('-'), operators, controllers: [], webhooks: [], conversions: [] }, configuration, terminal)
}

async function configurationOf(
  given: GivenFlags,
  operators: readonly OperatorSettings[],
  all: readonly OperatorSettings[],
  terminal: Terminal,
): Promise<Configuration> {
  try {
    const { flags, environment } = withoutAliases({ flags: given, environment: terminal.environment }, operators, all)
    return await configurationFrom(settingsWith(operators), flags, environment)
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error, code: 'KW-SETTINGS' })
  }
}

function refuseFlagsOf(operator: OperatorSettings, given: GivenFlags): void {
  const key = Object.keys(operator.config.shape).find((field) => given[prefixedKey(operator.name, field)] !== undefined)
  if (key === undefined) return
  throw new UsageError(`--${flagName(prefixedKey(operator.name, key))} was given, but ${operator.name} is not among the operators to run`)
}
