import { basename } from 'node:path'
import { Command } from 'commander'
import { configurationFrom, type GivenFlags } from '../settings/configuration.ts'
import { environmentName } from '../settings/names.ts'
import { addOptions } from '../settings/options.ts'
import { settingsWith } from '../settings/program.ts'
import { type Starting, starting } from './milestones.ts'
import { processTerminal } from './process-terminal.ts'
import { isCalled, type ProgramPart, partsOf } from './program-parts.ts'
import { report } from './report.ts'
import { type Parts, runInCluster } from './run-in-cluster.ts'

/** A user's own program: its flags are those of `kubewright run`. */
export async function runProgram(definitions: readonly ProgramPart[]): Promise<void> {
  const terminal = processTerminal()
  const parts = partsOf(definitions)
  const schema = settingsWith(parts.operators)
  const command = addOptions(new Command(basename(process.argv[1] ?? parts.name)), schema)
    .option('--config <FILE>', `a YAML or JSON file of settings (${environmentName('config')})`)
    .exitOverride()
  try {
    command.parse([...process.argv, ...flagsFor(parts)])
    const configuration = await configurationFrom(schema, command.opts<GivenFlags>(), process.env)
    await runInCluster(parts, configuration, terminal)
  } catch (error) {
    process.exitCode = report(error, terminal)
  }
}

/** What whoever has started the process adds, when it knows what the program is. */
function flagsFor(parts: Parts): readonly string[] {
  const flags: string[] = []
  starting.publish({ program: parts.name, isCalled: isCalled(parts), flags } satisfies Starting)
  return flags
}
