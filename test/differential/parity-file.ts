import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import type { Comparison } from './comparison.ts'
import type { Difference } from './difference.ts'

/** A divergence that is known and explained, of `docs/apiserver/parity.yaml`. */
export interface ParityRow {
  readonly id: string
  readonly area: string
  /** Requests of the suite, `scenario/id`; `*` stands for anything. */
  readonly request: string
  /** Places in the answer; `*` stands for anything. @default all */
  readonly field?: string
  /** What stands there; a text with `*` in it is a pattern, `null` is nothing. @default anything */
  readonly ours?: unknown
  readonly theirs?: unknown
  readonly why: string
}

const PATH = new URL('../../docs/apiserver/parity.yaml', import.meta.url)

/** @throws Error naming the row that lacks something */
export function readParityFile(text: string = readFileSync(PATH, 'utf8')): readonly ParityRow[] {
  const { divergences = [] } = parse(text) as { readonly divergences?: readonly Partial<ParityRow>[] }
  const ids = new Set<string>()
  return divergences.map((row) => {
    const missing = (['id', 'area', 'request', 'why'] as const).find((field) => !row[field])
    if (missing !== undefined) throw new Error(`parity.yaml: the divergence ${JSON.stringify(row)} has no ${missing}`)
    if (ids.has(row.id!)) throw new Error(`parity.yaml: there are two divergences called ${row.id}`)
    ids.add(row.id!)
    return row as ParityRow
  })
}

export interface Verdict {
  readonly identical: number
  /** Requests whose every difference is explained. */
  readonly explained: number
  /** Requests with differences that no row explains, and those differences alone. */
  readonly unexplained: readonly Comparison[]
  /** Rows that explained nothing: what they tell of is gone. */
  readonly idle: readonly ParityRow[]
}

export function judge(compared: readonly Comparison[], rows: readonly ParityRow[]): Verdict {
  const rules = rows.map((row) => ({ row, request: patternOf(row.request), field: patternOf(row.field ?? '*') }))
  const used = new Set<ParityRow>()
  const explains = (request: string, difference: Difference): boolean => {
    const found = rules.filter(
      ({ row, ...rule }) =>
        rule.request.test(request) &&
        rule.field.test(difference.field) &&
        isExpected(row, 'ours', difference.ours) &&
        isExpected(row, 'theirs', difference.theirs),
    )
    for (const { row } of found) used.add(row)
    return found.length > 0
  }
  const differing = compared.filter(({ differences }) => differences.length > 0)
  const unexplained = differing
    .map((each) => ({ ...each, differences: each.differences.filter((difference) => !explains(each.request, difference)) }))
    .filter(({ differences }) => differences.length > 0)
  return {
    identical: compared.length - differing.length,
    explained: differing.length - unexplained.length,
    unexplained,
    idle: rows.filter((row) => !used.has(row)),
  }
}

function isExpected(row: ParityRow, side: 'ours' | 'theirs', found: unknown): boolean {
  if (!(side in row)) return true
  const expected = row[side]
  if (expected === null) return found === undefined || found === null
  if (typeof expected === 'string' && typeof found === 'string') return patternOf(expected).test(found)
  return JSON.stringify(expected) === JSON.stringify(found)
}

const patternOf = (text: string): RegExp =>
  new RegExp(
    `^${text
      .split('*')
      .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
      .join('[^]*')}$`,
  )
