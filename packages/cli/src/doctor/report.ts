import type { Output } from '../terminal.ts'
import type { Examination } from './examination.ts'
import type { Finding, Outcome } from './finding.ts'

export const problemsOf = ({ checks }: Examination): readonly Finding[] =>
  checks.flatMap(({ outcome }) => (outcome.is === 'wrong' ? outcome.findings : []))

/** For programs: each check with its outcome, and how many problems there are. */
export function jsonReport(examination: Examination): string {
  const { server, programs, checks } = examination
  const flat = checks.map(({ check, outcome: { is, ...rest } }) => ({ check, outcome: is, ...rest }))
  return `${JSON.stringify({ server, programs, checks: flat, problems: problemsOf(examination).length }, undefined, 2)}\n`
}

/** For people. Colours on a terminal only. */
export function textReport({ checks }: Examination, output: Output): string {
  const paint = (code: number, text: string) => (output.isTTY === true ? `\u001b[${code}m${text}\u001b[0m` : text)
  const width = Math.max(...checks.map(({ check }) => check.length))
  const lines = checks.flatMap(({ check, outcome }) => {
    const title = check.padEnd(width)
    return [`${title}  ${paint(COLOURS[outcome.is], WORDS[outcome.is])}${noteOf(outcome)}`, ...findingLines(outcome, paint)]
  })
  return `${lines.join('\n')}\n`
}

const WORDS = { fine: 'ok', wrong: 'wrong', skipped: 'skipped' } as const
const COLOURS = { fine: 32, wrong: 31, skipped: 33 } as const

function noteOf(outcome: Outcome): string {
  if (outcome.is === 'wrong') return ''
  return `  ${outcome.is === 'fine' ? outcome.note : outcome.why}`
}

function findingLines(outcome: Outcome, paint: (code: number, text: string) => string): readonly string[] {
  if (outcome.is !== 'wrong') return []
  return outcome.findings.flatMap(({ level, object, problem, mend }) => [
    `  ${paint(level === 'error' ? 31 : 33, level)}  ${object}: ${problem}`,
    `    mend: ${mend}`,
  ])
}
