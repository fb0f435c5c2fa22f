import { Command, Option } from 'commander'
import { addExaminedSettings, defineDev, defineDoctor, defineInit } from './commands/developer-commands.ts'
import { defineEnvtest } from './commands/envtest/commands.ts'
import type { ExplainCodeFlags } from './commands/explain.ts'
import { addOutputOptions } from './commands/generated-output.ts'
import { examplesText } from './commands/help-examples.ts'
import type { ManifestOptions } from './commands/manifests.ts'
import { OPERATOR_NAMES } from './commands/operators.ts'
import type { TopFlags } from './commands/top.ts'
import { report } from './program/report.ts'
import type { Terminal } from './terminal.ts'
import { VERSION } from './version.ts'

/** Runs one command to its end and returns the exit code: 0 fine, 1 failed, 2 wrong usage. Never throws. */
export async function runCommandLine(args: readonly string[], terminal: Terminal): Promise<number> {
  try {
    const program = await createProgram(args[0] === 'help' ? args[1] : args[0], terminal)
    await program.parseAsync(args as string[], { from: 'user' })
    return 0
  } catch (error) {
    return report(error, terminal)
  }
}

/** All commands with their flags. `asked`: the one that is going to run, or be described; `all` loads whatever commands need for their flags. */
export async function createProgram(asked: string | undefined, terminal: Terminal): Promise<Command> {
  const isAsked = (name: string) => asked === name || asked === 'all'
  const program = new Command('kubewright')
    .description('The operator runtime for TypeScript, with its operators')
    .version(VERSION)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.stdout.write(text),
      writeErr: (text) => terminal.stderr.write(text),
      outputError: (text, write) =>
        write(
          `${text
            .replace(/^error: /, 'kubewright: ')
            .replace(/missing required argument '(\w+)'/, (words, name: string) => `${words}${aboutArgument(program, asked, name)}`)
            .replace(/\n\(/, ' (')
            .trimEnd()} (KW-USAGE)\n`,
        ),
    })
    .showHelpAfterError('see kubewright --help, or kubewright COMMAND --help')

  const output = () => new Option('--output <FORMAT>', 'text, or json for programs').choices(['text', 'json']).default('text')
  const operatorsText = `one or more of ${OPERATOR_NAMES.join(', ')}, or all`

  program
    .command('up')
    .description('the embedded API server with all operators on example objects, in one process')
    .option('--port <PORT>', 'the API server’s port; 0 takes a free one', '0')
    .option('--data-dir <DIR>', 'where the cluster’s objects outlive this program; default: in memory only')
    .option('--write-kubeconfig <FILE>', 'where the kubeconfig is written; default in the user’s cache folder')
    .option('--no-examples', 'start with an empty cluster')
    .option('--dashboard-bind-address <ADDRESS>', 'where the dashboard is served; 0 for off', '127.0.0.1:0')
    .option('--dashboard-actions-token-file <FILE>', 'a file with a token that allows actions on the dashboard; off when not given')
    .option('--only <OPERATORS>', 'these operators only, with commas')
    .addOption(output())
    .action(async (options: Record<string, unknown>) => (await import('./commands/up.ts')).up(options, terminal))

  const apiserver = program.command('apiserver').description('the embedded Kubernetes API server alone')
  if (isAsked('apiserver')) (await import('./commands/apiserver-options.ts')).addApiserverOptions(apiserver)
  apiserver
    .addOption(output())
    .action(async (options: Record<string, unknown>) => (await import('./commands/apiserver.ts')).apiserver(options, terminal))

  defineEnvtest(program, output, terminal)

  program
    .command('top')
    .description('the overview of a running program’s dashboard in a terminal')
    .argument('<URL>', 'where the dashboard is served, such as http://127.0.0.1:8090')
    .option('--token-file <FILE>', 'the token that it asks for')
    .addOption(output())
    .action(async (url: string, options: TopFlags) => (await import('./commands/top.ts')).top(url, options, terminal))

  // The operators bring flags of their own, so this command is only complete when it is the one that is asked for.
  const run = program.command('run').description('run operators against a cluster').argument('<OPERATOR...>', operatorsText)
  if (isAsked('run')) await (await import('./commands/run.ts')).defineRun(run, terminal)

  const manifests = program
    .command('manifests')
    .description('the YAML that operators need in a cluster, generated from their definitions')
    .argument('[OPERATOR...]', operatorsText, ['all'])
    .addOption(new Option('--only <PART>', 'one part of it').choices(['crds', 'rbac', 'deployment', 'webhooks']))
    .option('--namespace <NS>', 'where the operators run', 'kubewright-system')
    .option('--watch-namespace <NS>', 'the namespaces they work in, with commas: Roles there, and no rights elsewhere; all when not given')
    .option('--image <IMAGE>', 'what the Deployments run', `kubewright:${VERSION}`)
  addOutputOptions(manifests, 'write it into this file').action(async (names: string[], options: ManifestOptions) =>
    (await import('./commands/manifests.ts')).manifests(names, options, terminal),
  )

  defineInit(program.command('init'), terminal)
  defineDev(program.command('dev'), output, terminal)
  const doctor = program.command('doctor')
  defineDoctor(doctor, operatorsText, output, terminal)
  if (isAsked('doctor')) await addExaminedSettings(doctor)

  program
    .command('explain')
    .description('what an error’s code, or the reason of a condition or event, means, and what mends it; without one: all there are')
    .argument('[CODE]', 'such as KW-FORBIDDEN, TooBroad, or gc/TooBroad for that of one operator')
    .addOption(output())
    .action(async (code: string | undefined, options: ExplainCodeFlags) =>
      (await import('./commands/explain.ts')).explainCode(code, options, terminal),
    )

  const generate = program.command('generate').description('what follows from definitions, or a definition that follows from a CRD')
  if (isAsked('generate')) (await import('./commands/generate.ts')).defineGenerate(generate, terminal)

  const gc = program.command('gc').description('garbage collection by hand: try policies out, explain, restore, stop and resume')
  if (isAsked('gc')) (await import('./commands/gc.ts')).defineGc(gc, terminal)

  const vaultSync = program.command('vault-sync').description('Secrets into Vault: what the operator needs there')
  if (isAsked('vault-sync')) (await import('./commands/vault-sync.ts')).defineVaultSync(vaultSync, terminal)

  program
    .command('import')
    .description('make manifests of other programs into manifests of ours; prints YAML, and on standard error what it could not convert')
    .argument('<FILE...>', 'files or folders, or - for standard input')
    .action(async (files: string[]) => (await import('./commands/import.ts')).importManifests(files, terminal))

  const fake = program.command('fake').description('an in-process server alone, over HTTP')
  if (isAsked('fake')) (await import('./commands/fake.ts')).defineFake(fake, terminal)

  for (const each of program.commands) each.addHelpText('after', examplesText(each.name()))
  return program
}

/** What an argument is, for the one who has left it out. */
function aboutArgument(program: Command, command: string | undefined, name: string): string {
  const argument = program.commands.find((each) => each.name() === command)?.registeredArguments.find((each) => each.name() === name)
  return argument === undefined || argument.description === '' ? '' : `: ${argument.description}`
}
