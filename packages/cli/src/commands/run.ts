import { type Command, Option } from 'commander'
import type { OperatorDefinition } from '../operator.ts'
import { runInCluster } from '../program/run-in-cluster.ts'
import { aliasFlags, withoutAliases } from '../settings/aliases.ts'
import { type Configuration, configurationFrom, type GivenFlags } from '../settings/configuration.ts'
import { environmentName, flagName, prefixedKey } from '../settings/names.ts'
import { addOptions } from '../settings/options.ts'
import { settingsWith } from '../settings/program.ts'
import type { Terminal } from '../terminal.ts'
import { UsageError } from '../usage-error.ts'
import { loadOperators, OPERATOR_NAMES, selectOperators } from './operators.ts'

/** Adds the flags of the program and of every operator. */
export async function defineRun(command: Command, terminal: Terminal): Promise<void> {
  const all = await loadOperators(OPERATOR_NAMES)
  addOptions(command, settingsWith(all))
  for (const flag of aliasFlags(all).keys()) command.addOption(new Option(`--${flag} <VALUE>`).hideHelp())
  command.option('--config <FILE>', `a YAML or JSON file of settings (${environmentName('config')})`)
  command.action((names: string[], given: GivenFlags) => run(names, given, all, terminal))
}

async function run(names: readonly string[], given: GivenFlags, all: readonly OperatorDefinition[], terminal: Terminal): Promise<void> {
  const { known, unknown } = selectOperators(names)
  if (unknown.length > 0) throw new UsageError(`unknown operator "${unknown[0]}": one of ${OPERATOR_NAMES.join(', ')}, or all`)
  const operators = all.filter((operator) => known.includes(operator.name))
  for (const other of all) if (!operators.includes(other)) refuseFlagsOf(other, given)
  await runInCluster(
    { name: known.join('-'), operators, controllers: [], webhooks: [], conversions: [] },
    configurationOf(given, operators, all, terminal),
    terminal,
  )
}

function configurationOf(
  given: GivenFlags,
  operators: readonly OperatorDefinition[],
  all: readonly OperatorDefinition[],
  terminal: Terminal,
): Configuration {
  try {
    const { flags, environment } = withoutAliases({ flags: given, environment: terminal.environment }, operators, all)
    return configurationFrom(settingsWith(operators), flags, environment)
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error })
  }
}

function refuseFlagsOf(operator: OperatorDefinition, given: GivenFlags): void {
  const key = Object.keys(operator.config.shape).find((field) => given[prefixedKey(operator.name, field)] !== undefined)
  if (key === undefined) return
  throw new UsageError(`--${flagName(prefixedKey(operator.name, key))} was given, but ${operator.name} is not among the operators to run`)
}
