import { EQUIVALENTS } from './equivalents.ts'
import type { Mutant } from './instrumented.ts'
import type { Trial } from './trial.ts'

/** The least part of its mutants that a core's tests have to find. */
export const LEAST_SCORE = 0.9

export interface Verdict {
  readonly tried: number
  readonly killed: number
  /** Alive, and no test could tell them from the program: each with its reason in the list. */
  readonly equivalent: readonly Mutant[]
  readonly alive: readonly Mutant[]
  /** Of the mutants that a test could find, the part that one does find. */
  readonly score: number
  readonly problems: readonly string[]
}

export function verdictOf({ mutants, findings }: Trial): Verdict {
  const living = mutants.filter(({ id }) => findings.killed[id] === undefined)
  const equivalent = living.filter((mutant) => EQUIVALENTS.some((listed) => isSame(listed, mutant)))
  const alive = living.filter((mutant) => !equivalent.includes(mutant))
  const killed = mutants.length - living.length
  const score = killed / (killed + alive.length)
  const files = new Set(mutants.map(({ file }) => file))
  const stale = EQUIVALENTS.filter((listed) => files.has(listed.file) && !equivalent.some((mutant) => isSame(listed, mutant)))
  return {
    tried: mutants.length,
    killed,
    equivalent,
    alive,
    score,
    problems: [
      ...(score < LEAST_SCORE ? [`the tests find ${percent(score)} of the mutants: less than ${percent(LEAST_SCORE)}`] : []),
      ...stale.map(
        ({ file, original, replacement }) =>
          `${file}: "${short(original)}" → "${short(replacement)}" is listed as equivalent, and is not there or was killed`,
      ),
      ...findings.unsound.map((test) => `does not pass twice: ${test}`),
    ],
  }
}

const isSame = (listed: Pick<Mutant, 'file' | 'original' | 'replacement'>, mutant: Mutant) =>
  listed.file === mutant.file && listed.original === short(mutant.original) && listed.replacement === short(mutant.replacement)

export function printed(core: string, { tried, killed, equivalent, alive, score, problems }: Verdict): string {
  const lines = alive.map(
    ({ file, line, original, replacement }) => `alive: ${file}:${line} ${short(original)}  →  ${short(replacement) || 'nothing'}`,
  )
  const sum = `mutation: ${core}: ${killed} of ${tried} killed, ${equivalent.length} equivalent, ${alive.length} alive: ${percent(score)}`
  return `${[...lines, ...problems.map((problem) => `mutation: ${core}: ${problem}`), sum].join('\n')}\n`
}

const percent = (part: number) => `${(Math.floor(part * 1000) / 10).toFixed(1)} %`

/** On one line, as far as one recognises it. */
export function short(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim()
  return line.length > 100 ? `${line.slice(0, 100)}…` : line
}
