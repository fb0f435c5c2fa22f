import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { addInts, divideInts, doubleToInt, moduloInts, multiplyInts, negateInt, subtractInts, toInt } from './integers.ts'
import type { CelInt } from './value.ts'

const MIN = -(2n ** 63n)
const MAX = 2n ** 63n - 1n
/** All sizes alike: the borders are where the two ways of keeping a number meet. */
const int = fc.oneof(
  fc.bigInt({ min: MIN, max: MAX }),
  fc.bigInt({ min: -100n, max: 100n }),
  fc.bigInt({ min: -5n, max: 5n }).map((offset) => 2n ** 53n + offset),
  fc.bigInt({ min: 0n, max: 5n }).map((offset) => MIN + offset),
  fc.bigInt({ min: 0n, max: 5n }).map((offset) => MAX - offset),
)

const outcome = (act: () => CelInt): CelInt | string => {
  try {
    return act()
  } catch (error) {
    return (error as Error).message
  }
}

describe('64-bit ints', () => {
  const operations: readonly (readonly [string, (a: CelInt, b: CelInt) => CelInt, (a: bigint, b: bigint) => bigint])[] = [
    ['sum', addInts, (a, b) => a + b],
    ['difference', subtractInts, (a, b) => a - b],
    ['product', multiplyInts, (a, b) => a * b],
  ]
  test.each(operations)('a %s is that of unbounded ints, or an overflow', (_, fast, exact) => {
    fc.assert(
      fc.property(int, int, (a, b) => {
        const result = exact(a, b)
        const expected = result < MIN || result > MAX ? 'integer overflow' : toInt(result)
        expect(outcome(() => fast(toInt(a), toInt(b)))).toStrictEqual(expected)
      }),
    )
  })

  test('quotient times divisor plus rest is the dividend', () => {
    fc.assert(
      fc.property(int, int, (a, b) => {
        fc.pre(b !== 0n && !(a === MIN && b === -1n))
        const quotient = divideInts(toInt(a), toInt(b))
        const rest = moduloInts(toInt(a), toInt(b))
        expect(BigInt(quotient) * b + BigInt(rest)).toBe(a)
        expect(Object.is(quotient, -0) || Object.is(rest, -0)).toBe(false)
      }),
    )
  })

  test.each([
    ['the least one has no negative', () => negateInt(toInt(MIN)), 'integer overflow'],
    ['nor a quotient by -1', () => divideInts(toInt(MIN), -1), 'integer overflow'],
    ['by zero nothing is divided', () => divideInts(1, 0), 'division by zero'],
    ['a double is cut', () => doubleToInt(-3.99), -3],
    ['a double beyond them has none', () => doubleToInt(2 ** 63), 'integer overflow'],
    ['nor has NaN', () => doubleToInt(Number.NaN), 'integer overflow'],
  ])('%s', (_, act, expected) => {
    expect(outcome(act)).toBe(expected)
  })
})
