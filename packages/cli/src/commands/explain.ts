import { type Entry, errorEntries, operatorEntries, runtimeEntries } from '../explained/catalogue.ts'
import { closest } from '../suggestion.ts'
import type { OutputFormat, Terminal } from '../terminal.ts'
import { UsageError } from '../usage-error.ts'
import { loadOperators, OPERATOR_NAMES, selectOperators } from './operators.ts'

export interface ExplainCodeFlags {
  readonly output: OutputFormat
}

/** Prints what is behind a code that an error was printed with, or a reason of a condition or event. @throws UsageError for one that there is not */
export async function explainCode(asked: string | undefined, { output }: ExplainCodeFlags, terminal: Terminal): Promise<void> {
  const entries = await entriesFor(asked)
  terminal.stdout.write(
    output === 'json' ? `${JSON.stringify(entries, null, 2)}\n` : asked === undefined ? listOf(entries) : textOf(entries),
  )
}

async function entriesFor(asked: string | undefined): Promise<readonly Entry[]> {
  if (asked === undefined) return [...errorEntries, ...runtimeEntries, ...(await reasonsOf(OPERATOR_NAMES))]
  const [operator, name] = splitAt(asked)
  if (operator !== undefined) return found(await reasonsOf(selectOperators([operator], 'explain')), name, asked)
  const errors = errorEntries.filter(({ code, of }) => isNamed(code, name) || isNamed(of, name))
  if (errors.length > 0) return errors
  return found([...errorEntries, ...runtimeEntries, ...(await reasonsOf(OPERATOR_NAMES))], name, asked)
}

/** `gc/TooBroad`: the reason of one operator. */
function splitAt(asked: string): readonly [operator: string | undefined, name: string] {
  const [first = '', second] = asked.split('/')
  return second === undefined ? [undefined, first] : [first, second]
}

async function reasonsOf(operators: readonly string[]): Promise<readonly Entry[]> {
  return (await loadOperators(operators)).flatMap(operatorEntries)
}

function found(entries: readonly Entry[], name: string, asked: string): readonly Entry[] {
  const named = entries.filter(({ code }) => isNamed(code, name))
  if (named.length > 0) return named
  const like = namesLike(name, [...new Set(entries.map(({ code }) => code))])
  const hint = like.length > 0 ? `did you mean ${like.join(', ')}?` : '"kubewright explain" lists all there are'
  throw new UsageError(`explain: there is no code and no reason "${asked}": ${hint}`)
}

/** A part of a name, or one with a slip in it. */
function namesLike(asked: string, codes: readonly string[]): readonly string[] {
  if (plain(asked) === '') return []
  const having = codes.filter((code) => plain(code).includes(plain(asked))).slice(0, 5)
  return having.length > 0 ? having : [closest(asked, codes) ?? []].flat()
}

const plain = (name: string): string => name.toLowerCase().replaceAll(/[^a-z]/g, '')
const isNamed = (code: string, name: string): boolean => plain(code) === plain(name)

function textOf(entries: readonly Entry[]): string {
  return entries
    .map(
      ({ code, of, cause, mend = 'nothing: it is as it should be, or mends itself' }) =>
        `${code} (${of})\n  cause: ${cause}\n  mend:  ${mend}\n`,
    )
    .join('\n')
}

function listOf(entries: readonly Entry[]): string {
  const groups = Map.groupBy(entries, ({ code, of }) => (code.startsWith('KW-') ? 'Errors' : `Reasons of ${of}`))
  return [...groups].map(([title, group]) => `${title}:\n${group.map(({ code, cause }) => `  ${code}: ${cause}\n`).join('')}`).join('\n')
}
