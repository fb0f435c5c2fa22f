import { describe, expect, test } from 'vitest'
import { compilePattern, PatternError } from './pattern.ts'

// The answers are those of Go's regexp.
describe('a RE2 pattern matches in JavaScript what it matches in Go', () => {
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
    const compiled = compilePattern(pattern)
    for (const text of matching) expect(compiled.test(text), JSON.stringify(text)).toBe(true)
    for (const text of other) expect(compiled.test(text), JSON.stringify(text)).toBe(false)
  })
})

describe('what is no RE2 pattern is refused', () => {
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
    ['(?U)a+', 'flag U'],
  ])('%s', (pattern, message) => {
    expect(() => compilePattern(pattern)).toThrow(PatternError)
    expect(() => compilePattern(pattern)).toThrow(message)
  })
})
