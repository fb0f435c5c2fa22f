import { describe, expect, test } from 'vitest'
import { isCelError } from '../errors.ts'
import type { Expr } from './ast.ts'
import { KUBERNETES_MACROS } from './macros.ts'
import { parseExpression } from './parser.ts'

/** The tree with everything in brackets. */
function shape(expr: Expr): string {
  switch (expr.is) {
    case 'literal':
      return typeof expr.literal.value === 'string'
        ? JSON.stringify(expr.literal.value)
        : `${expr.literal.value}${expr.literal.of === 'uint' ? 'u' : ''}`
    case 'ident':
      return expr.name
    case 'select':
      return expr.test ? `has(${shape(expr.operand)}.${expr.field})` : `${shape(expr.operand)}.${expr.field}`
    case 'call':
      return `${expr.target === undefined ? '' : `${shape(expr.target)}.`}${expr.function}(${expr.args.map(shape).join(', ')})`
    case 'list':
      return `[${expr.elements.map(({ value, optional }) => (optional ? '?' : '') + shape(value)).join(', ')}]`
    case 'map':
      return `{${expr.entries.map(({ key, value, optional }) => `${optional ? '?' : ''}${shape(key)}: ${shape(value)}`).join(', ')}}`
    case 'struct':
      return `${expr.type}{${expr.fields.map(({ name, value }) => `${name}: ${shape(value)}`).join(', ')}}`
    case 'fold':
      return `fold(${[expr.variable, ...(expr.second === undefined ? [] : [expr.second])].join(', ')} of ${shape(expr.range)}: ${shape(expr.step)})`
  }
}

const parse = (text: string): Expr => parseExpression(text, KUBERNETES_MACROS)

describe('precedence', () => {
  test.each([
    ['1 + 2 * 3', '_+_(1, _*_(2, 3))'],
    ['1 - 2 - 3', '_-_(_-_(1, 2), 3)'],
    ['a || b && c', '_||_(a, _&&_(b, c))'],
    ['a == b && c != d', '_&&_(_==_(a, b), _!=_(c, d))'],
    ['a ? b : c ? d : e', '_?_:_(a, b, _?_:_(c, d, e))'],
    ['!a.b', '!_(a.b)'],
    ['-a.b()', '-_(a.b())'],
    ['!!a', 'a'],
    ['!!!a', '!_(a)'],
    ['-1', '-1'],
    ['- 1', '-1'],
    ['--1', '-_(-1)'],
    ['1 -1', '_-_(1, 1)'],
    ['a in b == c', '_==_(@in(a, b), c)'],
    ['a < b == c', '_==_(_<_(a, b), c)'],
    ['a.b[c].d(e)', '_[_](a.b, c).d(e)'],
    ['a.?b[?0]', '_[?_](_?._(a, "b"), 0)'],
    ['(a)', 'a'],
    ['.a.b', '.a.b'],
    ['[1, ?a, 2,]', '[1, ?a, 2]'],
    ['{?"a": b, "c": d,}', '{?"a": b, "c": d}'],
    ['a.b.C{d: 1}', 'a.b.C{d: 1}'],
    ['5u', '5u'],
    ['0xFFu', '255u'],
    ['0x10U', '16u'],
  ])('%s', (text, expected) => {
    expect(shape(parse(text))).toBe(expected)
  })

  test('chains of && are balanced, so that their length is no depth', () => {
    expect(shape(parse('a && b && c && d'))).toBe('_&&_(_&&_(a, b), _&&_(c, d))')
    expect(() => parse(new Array(14_000).fill('true').join('&&'))).not.toThrow()
  })
})

describe('macros', () => {
  test.each([
    ['has(a.b.c)', 'has(a.b.c)'],
    ['l.all(x, x)', 'fold(x of l: _&&_(@result, x))'],
    ['l.exists(i, v, v)', 'fold(i, v of l: _||_(@result, v))'],
    ['l.map(x, p, t)', 'fold(x of l: _?_:_(p, _+_(@result, [t]), @result))'],
    ['l.filter(x, p)', 'fold(x of l: _?_:_(p, _+_(@result, [x]), @result))'],
    ['all(x, y)', 'all(x, y)'],
    ['l.all(x)', 'l.all(x)'],
  ])('%s', (text, expected) => {
    expect(shape(parse(text))).toBe(expected)
  })

  test.each([
    ['has(a)', 'invalid argument to has() macro', 4],
    ['l.all(a.b, true)', 'argument must be a simple name', 7],
    ['l.map(a.b, true)', 'argument is not an identifier', 7],
    ['l.all(x, x, true)', 'duplicate variable name: x', 9],
    ['l.all(__result__, true)', 'iteration variable overwrites accumulator variable', 6],
  ])('%s is refused', (text, problem, offset) => {
    try {
      parse(text)
      expect.unreachable()
    } catch (error) {
      if (!isCelError(error)) throw error
      expect(error.issues).toEqual([{ position: { offset, line: 1, column: offset + 1 }, message: problem }])
    }
  })
})

describe('texts', () => {
  test.each([
    [String.raw`"a\tb"`, 'a\tb'],
    [String.raw`'\x41\u00e9\U0001F431\101'`, 'Aé🐱A'],
    [String.raw`r"\d"`, String.raw`\d`],
    [`"""a "quoted"\nline"""`, 'a "quoted"\nline'],
    [`'''it's'''`, "it's"],
    ["'a\\`b'", 'a`b'],
  ])('%s', (text, expected) => {
    const expr = parse(text)
    expect(expr.is === 'literal' && expr.literal.value).toBe(expected)
  })

  test('bytes take octets as they are, and texts as UTF-8', () => {
    const expr = parse(String.raw`b"é\xff\000"`)
    expect(expr.is === 'literal' && expr.literal.value).toEqual(Uint8Array.of(0xc3, 0xa9, 0xff, 0))
  })

  test.each([String.raw`"\ud800"`, String.raw`"\U00110000"`, String.raw`b"\u0041"`])('%s is refused', (text) => {
    expect(() => parse(text)).toThrow(/invalid/)
  })
})

// The words are those of kube-apiserver 1.36, which was asked.
describe('limits', () => {
  const nested = (count: number): string => `${'('.repeat(count)}true${')'.repeat(count)}`
  test.each([
    ['brackets', nested(300), 'ERROR: <input>:-1:0: expression recursion limit exceeded: 250'],
    ['a chain of sums', new Array(300).fill('1').join(' + '), 'ERROR: <input>:-1:0: max recursion depth exceeded'],
    ['a chain of fields', `a${'.b'.repeat(300)}`, 'ERROR: <input>:-1:0: max recursion depth exceeded'],
    ['the length', `"${'a'.repeat(100_001)}"`, 'ERROR: <input>:-1:0: expression code point size exceeds limit: size: 100003, limit 100000'],
  ])('%s has one', (_, text, problem) => {
    expect(() => parse(text)).toThrow(problem)
  })

  test.each([nested(200), new Array(240).fill('1').join(' + '), `${'!'.repeat(400)}true`, `${'['.repeat(240)}${']'.repeat(240)}`])(
    'what is below them parses',
    (text) => {
      expect(() => parse(text)).not.toThrow()
    },
  )
})
