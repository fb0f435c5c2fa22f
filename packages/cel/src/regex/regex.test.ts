import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { codesOf, compileRegex } from './regex.ts'
import { RegexError } from './syntax.ts'

describe('RE2', () => {
  test.each([
    ['^a.c$', 'abc', true],
    ['^a.c$', 'a\nc', false],
    ['(?s)^a.c$', 'a\nc', true],
    ['(?m)^b$', 'a\nb\nc', true],
    ['^b$', 'a\nb', false],
    ['(?i)straße', 'STRAßE', true],
    ['(?i:a)b', 'Ab', true],
    ['(?i:a)b', 'AB', false],
    ['(?i)[a-c]+$', 'ABC', true],
    ['\\bfoo\\b', 'a foo b', true],
    ['\\Bfoo', 'a foo', false],
    ['[[:digit:]]{2}', 'a12', true],
    ['[^[:space:]]', ' ', false],
    ['\\p{Lu}', 'é', false],
    ['\\P{Lu}', 'é', true],
    ['\\x{1F431}', '🐱', true],
    ['^.$', '🐱', true],
    ['\\s', '\v', false],
    ['a{2,3}$', 'aaaa', true],
    ['^a{2,3}$', 'aaaa', false],
    ['a{,2}', 'a{,2}', true],
    ['^(?:a|ab)(?:c|bcd)$', 'abcd', true],
    ['\\Qa.b\\E', 'a.b', true],
    ['[]a]', ']', true],
    ['[a\\-z]', '-', true],
    ['\\z', '', true],
    ['()*a', 'a', true],
    ['(a*)*b', 'aab', true],
  ])('%s on %j: %s', (pattern, text, expected) => {
    expect(compileRegex(pattern).test(text)).toBe(expected)
  })

  test.each([
    '(',
    ')',
    '[a',
    'a**',
    '*a',
    '\\8',
    '(?=a)',
    '(?<=a)',
    '\\1',
    'a{1001}',
    'a{2,1}',
    '[z-a]',
    '\\',
    '[[:nope:]]',
    '\\p{Nope}',
    '(?P<a-b>x)',
  ])('%s is no pattern', (pattern) => {
    expect(() => compileRegex(pattern)).toThrow('error parsing regexp')
  })

  test('repeats of repeats are refused before they take the memory', () => {
    expect(() => compileRegex('(((a{1000}){1000}){1000})')).toThrow('expression too large')
  })

  test('a pattern that makes a backtracking machine hang takes linear time', () => {
    // 2^5000 ways, all of which a backtracking machine would try.
    expect(compileRegex('^(a|a)*$').test(`${'a'.repeat(5000)}b`)).toBe(false)
    expect(compileRegex('^(a?){50}a{50}$').test('a'.repeat(50))).toBe(true)
  })
})

describe('a pattern of a schema matches what it matches in Go', () => {
  test.each<readonly [pattern: string, matching: readonly string[], other: readonly string[]]>([
    ['^[a-z]+$', ['abc'], ['', 'A', 'abc\n']],
    ['\\Aabc\\z', ['abc'], ['xabc', 'abc\n']],
    ['(?i)abc', ['ABC', 'xAbC'], ['ab']],
    ['^(?i:abc)d$', ['ABCd'], ['ABCD']],
    ['a(?i)b|c', ['aB', 'C'], ['Ab']],
    ['^(?i)a|b$', ['Ax', 'xB', 'B'], ['xA']],
    ['^(?:x|(?i)y|z)$', ['x', 'Y', 'Z'], ['X']],
    ['^(a(?i)b)c$', ['aBc'], ['aBC', 'ABc']],
    ['(?m)^b$', ['a\nb\nc'], ['a b c']],
    ['(?s)^a.b$', ['a\nb', 'axb'], ['ab']],
    ['^a.b$', ['axb', 'a\rb', 'a😀b', 'a\u2028b'], ['a\nb']],
    ['^(?P<year>\\d{4})$', ['2026'], ['26', '20261']],
    ['^(?<year>\\d{4})$', ['2026'], ['26']],
    ['^[[:alpha:]_]+$', ['Ab_'], ['a1']],
    ['^[^[:space:]]+$', ['ab'], ['a b', '']],
    ['^[[:^digit:]]$', ['a'], ['1']],
    ['^\\pL+$', ['äß'], ['12']],
    ['^\\p{Greek}+$', ['αβ'], ['ab']],
    ['^\\P{L}$', ['1'], ['a']],
    ['^[\\p{Lu}\\d]+$', ['A1'], ['a']],
    ['^\\Qa.b*\\E$', ['a.b*'], ['axb']],
    ['^\\w\\s$', ['a '], ['é ', 'a\u00a0', 'a\v']],
    ['^[\\w.-]+$', ['a-b.c'], ['a b']],
    ['^[\\w-.]+$', ['a-b.c'], ['a b']],
    ['^[a-c-e]+$', ['a-e', 'b'], ['d']],
    ['^[]a]+$', [']a'], ['b']],
    ['^[^]a]+$', ['b'], [']', 'a']],
    ['^[+-]?\\d+$', ['+1', '-1', '1'], ['*1']],
    ['^[&&!!]+$', ['&', '!'], ['a']],
    ['^[(){}|/]+$', ['(){}|/'], ['a']],
    ['^a{,2}$', ['a{,2}'], ['aa']],
    ['^x{2}$', ['xx'], ['x{2}', 'x']],
    ['^}$', ['}'], ['{']],
    ['^]$', [']'], ['[']],
    ['^\\x41\\x{1F600}$', ['A😀'], ['A']],
    ['^\\101$', ['A'], ['B']],
    ['^\\a\\-\\_$', ['\x07-_'], ['a-_']],
    ['^a+?b$', ['aab'], ['b']],
    ['^(?i:a)[b]$', ['Ab'], ['AB']],
    ['^\\b*a\\z+$', ['a'], ['b']],
    ['^[\\S]$', ['\u00a0', 'a', '\v'], [' ', '\t']],
    ['', ['', 'anything'], []],
  ])('%s', (pattern, matching, other) => {
    const compiled = compileRegex(pattern)
    for (const text of matching) expect(compiled.test(text), JSON.stringify(text)).toBe(true)
    for (const text of other) expect(compiled.test(text), JSON.stringify(text)).toBe(false)
  })
})

describe('what is no pattern is refused in the words of Go', () => {
  test.each([
    ['(', 'error parsing regexp: missing closing ): `(`'],
    ['a)', 'error parsing regexp: unexpected ): `a)`'],
    ['(?=a)', 'error parsing regexp: invalid or unsupported Perl syntax: `(?=`'],
    ['(?<!a)', 'error parsing regexp: invalid or unsupported Perl syntax: `(?<`'],
    ['(a)\\1', 'error parsing regexp: invalid escape sequence: `\\1`'],
    ['[a', 'error parsing regexp: missing closing ]: `[a`'],
    ['[[:nope:]]', 'error parsing regexp: invalid character class range: `[:nope:]`'],
    ['[\\b]', 'error parsing regexp: invalid escape sequence: `\\b`'],
    ['a{1001}', 'error parsing regexp: invalid repeat count: `{1001}`'],
    ['*', 'error parsing regexp'],
    ['\\y', 'error parsing regexp: invalid escape sequence: `\\y`'],
  ])('%s', (pattern, message) => {
    expect(() => compileRegex(pattern)).toThrow(RegexError)
    expect(() => compileRegex(pattern)).toThrow(message)
  })
})

describe('finding', () => {
  test.each([
    ['a+', 'baab', 0, [1, 3]],
    ['a+?', 'baab', 0, [1, 2]],
    ['a|ab', 'ab', 0, [0, 1]],
    ['ab|a', 'ab', 0, [0, 2]],
    ['a*', 'baa', 0, [0, 0]],
    ['b', 'abab', 2, [3, 4]],
    ['^a', 'aa', 1, undefined],
    ['x', 'abc', 0, undefined],
    ['(?U)a+', 'aaa', 0, [0, 1]],
  ])('%s in %j from %d', (pattern, text, from, expected) => {
    expect(compileRegex(pattern).find(codesOf(text), from)).toEqual(expected)
  })

  const atom = fc.constantFrom('a', 'b', '.', '[ab]', '[^a]', '(?:ab)', '(?:a|b)', '(?:|a)')
  const piece = fc.tuple(atom, fc.constantFrom('', '*', '+', '?', '*?', '+?', '??', '{2}', '{1,2}')).map((parts) => parts.join(''))
  const pattern = fc
    .array(
      fc.array(piece, { minLength: 1, maxLength: 4 }).map((pieces) => pieces.join('')),
      { minLength: 1, maxLength: 3 },
    )
    .map((choices) => choices.join('|'))

  test('what is found is what JavaScript finds, where both know the syntax', () => {
    fc.assert(
      fc.property(pattern, fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 8 }), (source, text) => {
        const match = new RegExp(source, 'u').exec(text)
        const found = compileRegex(source).find(codesOf(text), 0)
        // A loop over what may be empty is left at once by JavaScript, and goes on in RE2: then only whether something is found can be compared.
        if (/\(\?:\|a\)[*+?{]/.test(source)) expect(found !== undefined).toBe(match !== null)
        else expect(found).toEqual(match === null ? undefined : [match.index, match.index + match[0].length])
      }),
      { numRuns: 2000 },
    )
  })
})
