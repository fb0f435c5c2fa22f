import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** One measurement as it is kept in bench/results/. */
export interface Result {
  readonly name: string
  readonly title: string
  readonly machine: { readonly node: string; readonly cpu: string | undefined; readonly cores: number; readonly date: string }
  readonly columns: readonly string[]
  readonly rows: readonly (readonly string[])[]
  readonly raw: unknown
}

const HEAD = `# Benchmarks

Written by \`npm run bench\` from the raw numbers in \`bench/results/\`; run it to measure again. The machines are shared and noisy: trust ratios
within one run, not single times. [Performance](performance.md) says what was tried to make it faster, and how the races are run.
`

/** Writes docs/benchmarks.md anew from everything that has been measured. */
export function writePage(results: string, page: string): void {
  if (!existsSync(results)) return
  const files = readdirSync(results).filter((file) => file.endsWith('.json'))
  const sections = files.sort().map((file) => section(JSON.parse(readFileSync(join(results, file), 'utf8')) as Result))
  writeFileSync(page, [HEAD, ...sections].join('\n'))
}

function section({ name, title, machine, columns, rows }: Result): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  const { node, cpu, cores, date } = machine
  return `## ${name}

${title}. Node ${node}, ${cores} cores (${cpu ?? 'unknown'}), ${date.slice(0, 10)}. Again: \`npm run bench -- ${name}\`.

${[line(columns), line(columns.map(() => '---')), ...rows.map(line)].join('\n')}
`
}
