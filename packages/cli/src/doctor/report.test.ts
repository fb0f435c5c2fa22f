import { expect, test } from 'vitest'
import type { Examination } from './examination.ts'
import { jsonReport, problemsOf, textReport } from './report.ts'

const examination: Examination = {
  reached: true,
  server: 'https://x',
  programs: ['shop'],
  checks: [
    { check: 'clock', outcome: { is: 'fine', note: 'as the server’s' } },
    {
      check: 'kinds',
      outcome: { is: 'wrong', findings: [{ level: 'error', object: 'crd/x', problem: 'it is not there', mend: 'apply it' }] },
    },
    { check: 'rights', outcome: { is: 'skipped', why: 'you may not look' } },
  ],
}
const output = (isTTY: boolean) => ({ isTTY, write: () => true })

test('each check in a line, with what is wrong and its mend below', () => {
  expect(textReport(examination, output(false))).toBe(`clock   ok  as the server’s
kinds   wrong
  error  crd/x: it is not there
    mend: apply it
rights  skipped  you may not look
`)
})

test('colours are for terminals', () => {
  expect(textReport(examination, output(false))).not.toContain('\u001b')
  expect(textReport(examination, output(true))).toContain('\u001b[31mwrong\u001b[0m')
})

test('for programs: outcomes, findings, and how many problems there are', () => {
  expect(JSON.parse(jsonReport(examination))).toEqual({
    server: 'https://x',
    programs: ['shop'],
    problems: 1,
    checks: [
      { check: 'clock', outcome: 'fine', note: 'as the server’s' },
      { check: 'kinds', outcome: 'wrong', findings: problemsOf(examination) },
      { check: 'rights', outcome: 'skipped', why: 'you may not look' },
    ],
  })
})
