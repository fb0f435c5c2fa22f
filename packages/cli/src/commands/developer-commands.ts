// The flags of the commands for who writes operators. What they do is loaded when it is asked for.
import { type Command, Option } from 'commander'
import { z } from 'zod'
import type { GivenFlags } from '../settings/configuration.ts'
import { prefixedKey } from '../settings/names.ts'
import { addOptions } from '../settings/options.ts'
import type { Terminal } from '../terminal.ts'
import type { DevFlags } from './dev.ts'
import type { DoctorFlags } from './doctor.ts'
import type { InitFlags } from './init.ts'
import { EXAMINING, loadSettings } from './operators.ts'

export function defineInit(command: Command, terminal: Terminal): void {
  command
    .description('make an operator of your own: kind, controller, webhook, test, image, chart and CI file')
    .argument('<DIR>', 'a new folder')
    .option('--kind <KIND>', 'what users write; default: after the folder')
    .option('--group <GROUP>', 'the API group of the kind; default: KIND.example.dev')
    .option('--name <NAME>', 'of the package, the image and the chart; default: the folder’s')
    .option('--packages <DIR>', 'take the library from npm’s archives in this folder; default: from where this kubewright came')
    .option('--no-install', 'do not run npm install')
    .action(async (folder: string, options: InitFlags) => (await import('./init.ts')).init(folder, options, terminal))
}

export function defineDev(command: Command, output: () => Option, terminal: Terminal): void {
  command
    .description('run a program of your own on the embedded API server, and again after each change')
    .argument('[FILE]', 'the program; default: "main" of package.json, or src/main.ts')
    .argument('[FLAG...]', 'after --: flags of the program')
    .option('--kubeconfig <FILE>', 'run it on a cluster of this file instead')
    .option('--context <NAME>', 'run it on the cluster of this context instead')
    .option('--port <PORT>', 'the embedded API server’s; default: a free one')
    .option('--write-kubeconfig <FILE>', 'for the embedded API server; default: .kubewright/kubeconfig in the project')
    .option('--webhook-url <URL>', 'where the named cluster reaches the program’s webhooks, such as a tunnel to this machine')
    .option('--webhook-port <PORT>', 'where they listen here; default: a free one, or 9443 for a named cluster')
    .option('--no-install-crds', 'leave the CRDs in the cluster as they are')
    .option('--no-type-check', 'do not run the project’s compiler after changes')
    .addOption(output())
    .action(async (file: string | undefined, flags: string[], options: DevFlags) =>
      (await import('./dev.ts')).dev(file, flags, options, terminal),
    )
}

export function defineDoctor(command: Command, operatorsText: string, output: () => Option, terminal: Terminal): void {
  command
    .description('look at a cluster: what is wrong, and how to mend it; changes nothing, and exits with 1 when something is wrong')
    .argument('[OPERATOR...]', `${operatorsText}; default: those that are installed`)
    .option('--module <FILE>', 'a program of your own')
    .option('--kubeconfig <FILE>', 'of the cluster')
    .option('--context <NAME>', 'of the kubeconfig')
    .option('--namespace <NS>', 'where the programs run', 'kubewright-system')
    .addOption(new Option('--watch-namespace <NS>', 'the namespaces they work in, with commas; all when not given'))
    .option('--config <FILE>', 'the settings that the operators run with: what they need outside of the cluster is looked at too')
    .addOption(output())
    .action(async (names: string[], options: DoctorFlags & GivenFlags) => (await import('./doctor.ts')).doctor(names, options, terminal))
}

/** The flags of operators that look at something outside of the cluster: the same as of `run`. */
export async function addExaminedSettings(command: Command): Promise<void> {
  for (const operator of await loadSettings(EXAMINING))
    for (const [key, field] of Object.entries(operator.config.shape))
      addOptions(command, z.object({ [prefixedKey(operator.name, key)]: field as z.ZodType }))
}
