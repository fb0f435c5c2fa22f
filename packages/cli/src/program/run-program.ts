import { basename } from 'node:path'
import type { ControllerDefinition } from '@kubewright/runtime'
import { Command } from 'commander'
import type { OperatorDefinition } from '../operator.ts'
import { configurationFrom, type GivenFlags } from '../settings/configuration.ts'
import { environmentName } from '../settings/names.ts'
import { addOptions } from '../settings/options.ts'
import { settingsWith } from '../settings/program.ts'
import { processTerminal } from './process-terminal.ts'
import { report } from './report.ts'
import { runInCluster } from './run-in-cluster.ts'

/** A user's own program: its flags are those of `kubewright run`. */
export async function runProgram(definitions: readonly (ControllerDefinition | OperatorDefinition)[]): Promise<void> {
  const terminal = processTerminal()
  const isOperator = (definition: ControllerDefinition | OperatorDefinition): definition is OperatorDefinition => 'setup' in definition
  const operators = definitions.filter(isOperator)
  const controllers = definitions.filter((definition) => !isOperator(definition)) as ControllerDefinition[]
  const name = operators[0]?.name ?? controllers[0]?.name ?? 'program'
  const schema = settingsWith(operators)
  const command = addOptions(new Command(basename(process.argv[1] ?? name)), schema)
    .option('--config <FILE>', `a YAML or JSON file of settings (${environmentName('config')})`)
    .exitOverride()
  try {
    command.parse(process.argv)
    const configuration = configurationFrom(schema, command.opts<GivenFlags>(), process.env)
    await runInCluster({ name, operators, controllers }, configuration, terminal)
  } catch (error) {
    process.exitCode = report(error, terminal)
  }
}
