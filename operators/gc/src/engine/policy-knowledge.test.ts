import { expect, test } from 'vitest'
import { catchUp, type PolicyKnowledge } from './policy-knowledge.ts'

/** Looks every 60 ms; `o`: the watches are open. */
const looks = (seen: string, from: PolicyKnowledge = { is: 'outdated' }) =>
  [...seen].reduce<PolicyKnowledge>((knowledge, look, at) => catchUp(knowledge, look === 'o', at * 60), from).is

test.each([
  ['', 'outdated'],
  ['--', 'outdated'],
  ['-o', 'catching up'],
  ['-oo', 'catching up'],
  ['-ooo', 'current'],
  ['-oo-o', 'catching up'],
  ['-oo-ooo', 'current'],
])('after an outage, with watches that were "%s", the policies are %s', (seen, expected) => {
  expect(looks(seen)).toBe(expected)
})

test('a watch that breaks without an outage changes nothing', () => {
  expect(looks('----', { is: 'current' })).toBe('current')
})
