import fc from 'fast-check'
import { expect, test } from 'vitest'
import { matchesGlob } from './glob.ts'

test.each([
  ['', '', true],
  ['*', '', true],
  ['*', 'anything', true],
  ['team-*', 'team-a', true],
  ['team-*', 'team', false],
  ['a*c', 'abbc', true],
  ['a*c', 'abcd', false],
  ['a**b', 'ab', true],
  ['*a*a', 'aa', true],
  ['*a*a', 'a', false],
  ['a.c', 'abc', false],
  ['[a]', 'a', false],
  ['(a', '(a', true],
])('%j and %j: %s', (pattern, text, expected) => {
  expect(matchesGlob(pattern, text)).toBe(expected)
})

test('is what a regular expression says, where that one comes to an end', () => {
  const piece = (characters: string, maxLength: number) => fc.string({ unit: fc.constantFrom(...characters), maxLength })
  fc.assert(
    fc.property(piece('ab*', 8), piece('ab', 10), (pattern, text) => {
      expect(matchesGlob(pattern, text)).toBe(new RegExp(`^${pattern.replaceAll('*', '.*')}$`).test(text))
    }),
  )
})

test('many stars do not make it hang, as they did when this was a regular expression', () => {
  expect(matchesGlob(`${'a*'.repeat(1_000)}b`, 'a'.repeat(5_000))).toBe(false)
})
