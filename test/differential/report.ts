import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Comparison } from './comparison.ts'

const show = (value: unknown): string => (value === undefined ? 'nothing' : JSON.stringify(value))

/** A line for each difference. */
export const reportOf = (compared: readonly Comparison[]): readonly string[] =>
  compared.flatMap(({ request, differences }) =>
    differences.map(({ field, ours, theirs }) => `${request}: ${field}: ours ${show(ours)}, theirs ${show(theirs)}`),
  )

/** All differences as tab-separated lines, a file for each scenario, into the folder that $KUBEWRIGHT_DIFFERENCES names: for who works on them. */
export function writeReport(compared: readonly Comparison[]): void {
  const folder = process.env['KUBEWRIGHT_DIFFERENCES']
  if (!folder) return
  mkdirSync(folder, { recursive: true })
  for (const [scenario, all] of Map.groupBy(compared, ({ request }) => request.slice(0, request.indexOf('/')))) {
    const lines = all.flatMap(({ request, differences }) =>
      differences.map(({ field, ours, theirs }) => `${request}\t${field}\t${show(ours)}\t${show(theirs)}\n`),
    )
    writeFileSync(join(folder, `${scenario}.tsv`), lines.join(''))
  }
}
