import { expect, test } from 'vitest'
import { parseTokenFile } from './token-file.ts'

test('a line gives a token its user, and every user is authenticated', () => {
  const users = parseTokenFile('# comment\n\nabc,ann,1\nxyz, bob ,2,"ops,system:masters"\n')
  expect([...users]).toEqual([
    ['abc', { name: 'ann', uid: '1', groups: ['system:authenticated'] }],
    ['xyz', { name: 'bob', uid: '2', groups: ['ops', 'system:masters', 'system:authenticated'] }],
  ])
})

test.each([
  ['one,two', /line 1: write token,user,uid/],
  [',ann,1', /line 1: write token,user,uid/],
  ['abc,ann,1\nabc,bob,2', /line 2: this token stands in an earlier line/],
])('%j is refused with its line', (text, message) => {
  expect(() => parseTokenFile(text)).toThrow(message)
})

test('a refusal does not show the token', () => {
  expect(() => parseTokenFile('very-secret,ann')).toThrow(/^(?!.*very-secret)/)
})
