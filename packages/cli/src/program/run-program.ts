import { basename } from 'node:path'
import type { ControllerDefinition } from '@kubewright/runtime'
import type { ConversionDefinition, WebhookDefinition } from '@kubewright/webhook'
import { Command } from 'commander'
import type { OperatorDefinition } from '../operator.ts'
import { configurationFrom, type GivenFlags } from '../settings/configuration.ts'
import { environmentName } from '../settings/names.ts'
import { addOptions } from '../settings/options.ts'
import { settingsWith } from '../settings/program.ts'
import { processTerminal } from './process-terminal.ts'
import { report } from './report.ts'
import { runInCluster } from './run-in-cluster.ts'

/** Whatever a program may consist of. */
type ProgramPart = ControllerDefinition | OperatorDefinition | WebhookDefinition | ConversionDefinition

/** A user's own program: its flags are those of `kubewright run`. */
export async function runProgram(definitions: readonly ProgramPart[]): Promise<void> {
  const terminal = processTerminal()
  const operators = definitions.filter((definition): definition is OperatorDefinition => 'setup' in definition)
  const controllers = definitions.filter((definition): definition is ControllerDefinition => 'owns' in definition)
  const webhooks = definitions.filter((definition): definition is WebhookDefinition => 'hooks' in definition)
  const conversions = definitions.filter((definition): definition is ConversionDefinition => 'converters' in definition)
  const name = operators[0]?.name ?? controllers[0]?.name ?? webhooks[0]?.name ?? 'program'
  const schema = settingsWith(operators)
  const command = addOptions(new Command(basename(process.argv[1] ?? name)), schema)
    .option('--config <FILE>', `a YAML or JSON file of settings (${environmentName('config')})`)
    .exitOverride()
  try {
    command.parse(process.argv)
    const configuration = configurationFrom(schema, command.opts<GivenFlags>(), process.env)
    await runInCluster({ name, operators, controllers, webhooks, conversions }, configuration, terminal)
  } catch (error) {
    process.exitCode = report(error, terminal)
  }
}
