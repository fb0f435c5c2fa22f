// Writes docs/commands.md: every command with its arguments, flags and examples, as the program itself knows them.
//   node scripts/generate/commands.ts [--check]
import { createProgram } from '../../packages/cli/src/command-line.ts'
import { EXAMPLES } from '../../packages/cli/src/commands/help-examples.ts'
import type { Terminal } from '../../packages/cli/src/terminal.ts'
import { runGenerator } from './output.ts'

type Command = Awaited<ReturnType<typeof createProgram>>

const nowhere = { write: () => true }
const { signal } = new AbortController()
const terminal: Terminal = { stdout: nowhere, stderr: nowhere, environment: {}, signal, insistence: signal }

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('<', '&lt;')

function tableOf(head: string, rows: readonly (readonly [string, string])[]): readonly string[] {
  if (rows.length === 0) return []
  return [`| ${head} | |`, '| --- | --- |', ...rows.map(([name, about]) => `| \`${name.replaceAll('|', '\\|')}\` | ${cell(about)} |`), '']
}

/** What is the default and not said in the description yet. */
function defaultOf(value: unknown): string {
  return typeof value === 'string' && value !== '' ? `; default ${value}` : ''
}

function sectionOf(command: Command, path: string, depth: number): readonly string[] {
  const name = `${path} ${command.name()}`
  const examples = depth === 2 ? (EXAMPLES[command.name()] ?? []) : []
  return [
    `${'#'.repeat(depth)} ${name}`,
    '',
    `${command.description().charAt(0).toUpperCase()}${command.description().slice(1)}.`,
    '',
    ...(command.commands.length > 0 ? [] : ['```', `${name} ${command.usage()}`, '```', '']),
    ...tableOf(
      'argument',
      command.registeredArguments.map((argument) => [argument.name(), argument.description]),
    ),
    ...tableOf(
      'flag',
      command.options
        .filter(({ hidden }) => !hidden)
        .map((option) => [option.flags, `${option.description}${defaultOf(option.defaultValue)}`] as const),
    ),
    ...(examples.length > 0 ? ['```', ...examples, '```', ''] : []),
    ...command.commands.flatMap((each) => sectionOf(each, name, depth + 1)),
  ]
}

const program = await createProgram('all', terminal)
const lines = [
  '# Commands',
  '',
  'Written by `node scripts/generate/commands.ts` from the program’s own definitions; do not edit.',
  '',
  'Exit code 0: fine; 1: failed; 2: wrong usage. Errors are told on standard error, with what mends them. `--output json` is for programs. Colours are',
  'for terminals alone. SIGINT and SIGTERM end a command cleanly.',
  '',
  ...program
    .createHelp()
    .visibleCommands(program)
    .filter((command) => command.name() !== 'help')
    .flatMap((command) => sectionOf(command, 'kubewright', 2)),
]

runGenerator(() => new Map([['docs/commands.md', `${lines.join('\n').trimEnd()}\n`]]))
