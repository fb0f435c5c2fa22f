import { expect, test } from 'vitest'
import { EQUIVALENTS } from './equivalents.ts'
import { printed, short, verdictOf } from './survivors.ts'

const [listed] = EQUIVALENTS
const mutant = (id: number, over: object = {}) => ({ id, file: 'a.ts', line: id, original: 'a < b', replacement: 'a > b', ...over })
const findings = (killed: Record<number, string>, unsound: string[] = []) => ({ killed, covered: [], loaded: [], unsound })
const ten = Array.from({ length: 10 }, (_, id) => mutant(id))
const killed = (count: number) => Object.fromEntries(ten.slice(0, count).map(({ id }) => [id, 'a test']))

test('nine of ten are enough, eight are not, and the living are named', () => {
  expect(verdictOf({ mutants: ten, findings: findings(killed(9)) })).toMatchObject({ killed: 9, score: 0.9, problems: [] })
  const verdict = verdictOf({ mutants: ten, findings: findings(killed(8)) })
  expect(verdict.problems).toEqual(['the tests find 80.0 % of the mutants: less than 90.0 %'])
  expect(printed('core', verdict)).toContain('alive: a.ts:9 a < b  →  a > b\n')
})

test('one that does what the program does counts neither way, and one that is killed after all is a mistake in the list', () => {
  const { file, original, replacement } = listed!
  const others = EQUIVALENTS.filter((each) => each.file === file).map((each, at) => mutant(20 + at, each))
  const alive = verdictOf({ mutants: others, findings: findings({}) })
  expect(alive).toMatchObject({ alive: [], equivalent: others })
  const dead = verdictOf({ mutants: others, findings: findings({ 20: 'a test' }) })
  expect(dead.problems).toEqual([
    `${file}: "${short(original)}" → "${short(replacement)}" is listed as equivalent, and is not there or was killed`,
  ])
})

test('a test that does not pass twice is a problem of its own', () => {
  expect(verdictOf({ mutants: ten, findings: findings(killed(10), ['a test: no']) }).problems).toEqual(['does not pass twice: a test: no'])
})
