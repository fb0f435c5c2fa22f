import { describe, expect, test } from 'vitest'
import { type CelBudgetError, isCelBudgetError, isCelError, isCelEvaluationError } from './errors.ts'
import { type CompileOptions, compileCel, parseCel } from './program.ts'
import { BOOL, DYN, INT, listOf, mapOf, objectType, STRING } from './types/type.ts'
import { fromCel } from './values/json.ts'

function value(text: string, bindings: Readonly<Record<string, unknown>> = {}, options: CompileOptions = {}): unknown {
  return fromCel(compileCel(text, options).evaluate(bindings).value)
}

function refusal(act: () => unknown): string {
  try {
    act()
  } catch (error) {
    return (error as Error).message
  }
  throw new Error('nothing was thrown')
}

describe('compiling', () => {
  test('a program knows its type and the variables that it reads', () => {
    const program = compileCel('a.exists(x, x > b)', { variables: { a: listOf(INT), b: INT, c: INT } })
    expect(program.type).toEqual(BOOL)
    expect([...program.uses].sort()).toEqual(['a', 'b'])
  })

  test('a variable that a macro hides is not used', () => {
    expect([...compileCel('[1].all(x, x > 0)', { variables: { y: INT } }).uses]).toEqual([])
  })

  test('a result of another type is refused', () => {
    expect(refusal(() => compileCel('1 + 1', { result: BOOL }))).toContain('must give bool, and gives int')
  })

  test('errors carry their positions, by line and column, in code points', () => {
    const error = (() => {
      try {
        compileCel('"🐱" == "x" &&\n  missing > 1')
      } catch (thrown) {
        return thrown
      }
      return undefined
    })()
    if (!isCelError(error)) throw new Error('not refused')
    expect(error.position).toEqual({ offset: 16, line: 2, column: 3 })
    expect(error.issues).toHaveLength(1)
  })

  test('all issues are reported, in the order of the text', () => {
    expect(refusal(() => compileCel('b > 1 && a > 1')).match(/undeclared reference to '(\w)'/g)).toHaveLength(2)
  })

  test('extensions that no API server turns on are refused, unless they are asked for', () => {
    for (const text of ['cel.bind(x, 1, x + 1)', 'math.greatest(1, 2)', 'base64.encode(b"a")', '"ab".reverse()']) {
      expect(() => compileCel(text)).toThrow(/undeclared reference|no matching overload/)
      expect(() => compileCel(text, { libraries: 'extended' })).not.toThrow()
    }
  })

  test('a macro may be parsed without being checked', () => {
    expect(parseCel('a.all(x, x)').is).toBe('fold')
  })
})

describe('evaluating', () => {
  test.each<[string, Record<string, unknown>, unknown]>([
    ['a + 1', { a: 41 }, 42],
    ['names.map(n, n + "!")', { names: ['a', 'b'] }, ['a!', 'b!']],
    ['labels.app', { labels: { app: 'x' } }, 'x'],
    ['has(labels.app)', { labels: {} }, false],
    ['labels["constructor"]', { labels: { constructor: 'mine' } }, 'mine'],
    ['"constructor" in labels', { labels: {} }, false],
    ['"__proto__" in labels', { labels: {} }, false],
    ['any.list[1].deep', { any: { list: [1, { deep: true }] } }, true],
    ['any == {"a": [1.0, 2.5]}', { any: { a: [1, 2.5] } }, true],
  ])('%s', (text, bindings, expected) => {
    const variables = { a: INT, names: listOf(STRING), labels: mapOf(STRING, STRING), any: DYN }
    expect(value(text, bindings, { variables })).toEqual(expected)
  })

  test('JSON that was not changed comes back as itself', () => {
    const json = { deep: [{ a: 1 }] }
    expect(value('any.deep', { any: json }, { variables: { any: DYN } })).toBe(json.deep)
  })

  test('a variable without a value fails where it is read, and only there', () => {
    const variables = { a: INT }
    expect(refusal(() => value('a > 1', {}, { variables }))).toBe('no such attribute(s): a')
    expect(value('true || a > 1', {}, { variables })).toBe(true)
    expect(value('a > 1 || true', {}, { variables })).toBe(true)
  })

  test('a value of another type than declared is an error, and says which was expected', () => {
    expect(refusal(() => value('a', { a: 'x' }, { variables: { a: INT } }))).toBe('invalid data, expected a int value')
  })

  test('objects show only what is declared', () => {
    const request = objectType('Request', { name: STRING })
    expect(refusal(() => compileCel('request.other', { variables: { request } }))).toContain("undefined field 'other'")
    expect(value('request.name', { request: { name: 'n', other: 1 } }, { variables: { request } })).toBe('n')
  })

  test('one program evaluates many times, and keeps nothing in between', () => {
    const program = compileCel('a.filter(x, x > limit)', { variables: { a: listOf(INT), limit: INT } })
    const first = program.evaluate({ a: [1, 2, 3], limit: 1 }).value
    const second = program.evaluate({ a: [5, 6], limit: 5 }).value
    expect([fromCel(first), fromCel(second)]).toEqual([[2, 3], [6]])
  })

  test('a list that was gathered is not changed by gathering on', () => {
    expect(value('[[1]].map(l, [l + [2], l + [3], l])')).toEqual([[[1, 2], [1, 3], [1]]])
  })

  test.each([
    ['[1, 2].map(x, x / 0)', 'division by zero'],
    ['[0, 1].all(x, 1 / x == 1)', 'division by zero'],
    ['[0, 1].exists_one(x, 1 / x == 1)', 'division by zero'],
  ])('a failure in %s is the result of the whole', (text, problem) => {
    expect(refusal(() => value(text))).toBe(problem)
  })

  test('a quantifier absorbs a failure that cannot matter', () => {
    expect(value('[0, 1].exists(x, 1 / x == 1)')).toBe(true)
    expect(value('[0, 1].all(x, 1 / x > 1)')).toBe(false)
  })
})

describe('extensions', () => {
  test.each<[string, unknown]>([
    ['cel.bind(x, 21, x + x)', 42],
    ['cel.bind(x, 1, cel.bind(y, x + 1, x + y))', 3],
    ['math.greatest(1, 2.5, 2u)', 2.5],
    ['math.least([3, 1, 2])', 1],
    ['math.round(-2.5)', -3],
    ['math.bitShiftLeft(1, 63)', -9223372036854775808n],
    ['math.bitShiftRight(-1, 60)', 15],
    ['math.bitShiftLeft(1, 4000000000)', 0],
    ['math.bitNot(0)', -1],
    ['math.abs(-5)', 5],
    ['math.sqrt(16)', 4],
    ['math.isNaN(double("NaN"))', true],
    ['base64.encode(b"hello")', 'aGVsbG8='],
    ['string(base64.decode("aGVsbG8"))', 'hello'],
    ['"🐱ab".reverse()', 'ba🐱'],
  ])('%s', (text, expected) => {
    expect(value(text, {}, { libraries: 'extended' })).toEqual(expected)
  })

  test.each([
    ['math.abs(-9223372036854775808)', 'integer overflow'],
    ['math.bitShiftLeft(1, -1)', 'math.bitShiftLeft() negative offset: -1'],
    ['base64.decode("a*")', 'illegal base64 data'],
  ])('%s fails', (text, problem) => {
    expect(refusal(() => value(text, {}, { libraries: 'extended' }))).toBe(problem)
  })
})

describe('costs at run time', () => {
  test.each([
    ['a == "x"', 2],
    ['a.b', 2],
    ['[a, a]', 12],
    ['["x"]', 0],
    ['{"k": a}', 31],
    ['true && a == "x"', 2],
    ['false && a == "x"', 0],
    ['true ? "x" : a', 0],
  ])('%s costs %d', (text, expected) => {
    expect(compileCel(text, { variables: { a: DYN } }).evaluate({ a: { b: 1 } }).cost).toBe(expected)
  })

  test('an evaluation never costs more than its estimate', () => {
    const variables = { l: { ...listOf({ kind: 'string', maxElements: 12 } as const), maxElements: 3 } }
    for (const text of [
      'l.all(x, x.matches("a+b"))',
      'l.map(x, x + x).join(",")',
      'l.exists_one(x, x in l)',
      'l.sort() == l',
      'l.distinct().size()',
    ]) {
      const program = compileCel(text, { variables })
      expect(program.evaluate({ l: ['aaa', 'aab', 'b'] }).cost).toBeLessThanOrEqual(program.estimateCost().max)
    }
  })

  test('what exceeds the budget is given up, and no operator absorbs that', () => {
    const numbers = Array.from({ length: 1000 }, (_, index) => index)
    const program = compileCel('l.all(x, l.all(y, l.all(z, x + y + z >= 0))) || true', { variables: { l: listOf(INT) } })
    const error = (() => {
      try {
        program.evaluate({ l: numbers })
      } catch (thrown) {
        return thrown
      }
      return undefined
    })()
    expect(isCelBudgetError(error)).toBe(true)
    expect(isCelEvaluationError(error)).toBe(false)
    expect((error as CelBudgetError).cost).toBeGreaterThan(1_000_000)
    expect((error as CelBudgetError).cost).toBeLessThan(1_000_100)
  })

  test('the budget is the caller’s', () => {
    const program = compileCel('a + a', { variables: { a: INT } })
    expect(program.evaluate({ a: 1 }, { budget: 3 }).value).toBe(2)
    expect(() => program.evaluate({ a: 1 }, { budget: 2 })).toThrow('actual cost limit exceeded')
  })
})
