import { describe, expect, test } from 'vitest'
import { Warnings } from './warnings.ts'

function told(...texts: readonly string[]): readonly string[] {
  const warnings = new Warnings()
  for (const text of texts) warnings.add(text)
  return warnings.texts
}

test('a warning is told once, an empty one never', () => {
  expect(told('spec.image: old', 'spec.image: old', '', '  ')).toEqual(['spec.image: old'])
})

test.each([
  ['line breaks and tabs', 'one\r\n\ttwo', 'one two'],
  ['control characters of the upper half, which Go knows as well', 'one\u0085two\u009f', 'one two'],
  ['letters of other scripts, as they are', 'größer als 日本語 🚀', 'größer als 日本語 🚀'],
  ['quotes and backslashes, which the server escapes', 'say "no" to C:\\', 'say "no" to C:\\'],
  ['half a character', 'half \ud83d here', 'half \ufffd here'],
])('%s are fit for a header', (_, text, line) => {
  expect(told(text)).toEqual([line])
})

describe('the API server cuts after 256 characters and 4,096 in all', () => {
  test.each([
    ['of one unit', 'x'],
    ['of two units', '🚀'],
  ])('so we do, and never in the middle of one: characters %s', (_, character) => {
    expect(told(character.repeat(256))).toEqual([character.repeat(256)])
    expect(told(character.repeat(257))).toEqual([`${character.repeat(253)}...`])
  })

  test('whole warnings are left out, and shorter ones still told', () => {
    const long = Array.from({ length: 17 }, (_, index) => `${String.fromCodePoint(0x1f600 + index)}`.repeat(250))
    expect(told(...long, 'short')).toEqual([...long.slice(0, 16), 'short'])
  })
})
