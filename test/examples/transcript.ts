/** One command of a README, with what it says. */
export interface Step {
  readonly command: string
  readonly background: boolean
  /** What is printed: `…` stands for anything, and columns may be wider. `undefined`: nothing is said about it, and it must succeed. */
  readonly output: RegExp | undefined
}

/** The commands of all `console` blocks, in their order. @throws Error when there is none */
export function stepsOf(readme: string): readonly Step[] {
  const blocks = [...readme.matchAll(/^```console\n([\s\S]*?)^```$/gm)].map((match) => match[1]!)
  const steps = blocks.flatMap((block) => block.split(/^\$ /m).slice(1).map(stepOf))
  if (steps.length === 0) throw new Error('the README has no commands: put them into a block of the language "console", each behind "$ "')
  return steps
}

function stepOf(text: string): Step {
  const [command = '', rest = ''] = split(text)
  const background = command.endsWith(' &')
  const output = rest.trim()
  return {
    command: background ? command.slice(0, -2) : command,
    background,
    output: output === '' ? undefined : new RegExp(background ? patternOf(output) : `^${patternOf(output)}$`),
  }
}

/** A command goes on behind a backslash at the end of its line. */
function split(text: string): readonly string[] {
  const end = text.search(/(?<!\\)\n/)
  return end === -1 ? [text] : [text.slice(0, end), text.slice(end + 1)]
}

function patternOf(output: string): string {
  return output
    .split('\n')
    .map((line) => patternOfLine(line.trimEnd()))
    .join(' *\\n')
}

function patternOfLine(line: string): string {
  return line
    .split(/(…| {2,})/)
    .map((part) => (part === '…' ? '[^\\n]*?' : part.startsWith('  ') ? ' {2,}' : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')))
    .join('')
}
