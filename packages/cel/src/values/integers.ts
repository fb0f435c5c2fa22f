import { CelEvaluationError } from '../errors.ts'
import { type CelInt, Uint } from './value.ts'

const INT_MIN = -(2n ** 63n)
const INT_MAX = 2n ** 63n - 1n
const UINT_MAX = 2n ** 64n - 1n

/** The int of this value, as numbers are kept: see {@link CelInt}. @throws CelEvaluationError beyond 64 bits. */
export function toInt(value: bigint): CelInt {
  if (value < INT_MIN || value > INT_MAX) throw new CelEvaluationError('integer overflow')
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}

export function toUint(value: bigint): Uint {
  if (value < 0n || value > UINT_MAX) throw new CelEvaluationError('unsigned integer overflow')
  return new Uint(value)
}

/** Whether the sum, or whatever was computed of two ints as numbers, is exact: else it is computed again, as bigints. */
export function addInts(a: CelInt, b: CelInt): CelInt {
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b
    if (Number.isSafeInteger(sum)) return sum
  }
  return toInt(BigInt(a) + BigInt(b))
}

export function subtractInts(a: CelInt, b: CelInt): CelInt {
  if (typeof a === 'number' && typeof b === 'number') {
    const difference = a - b
    if (Number.isSafeInteger(difference)) return difference
  }
  return toInt(BigInt(a) - BigInt(b))
}

export function multiplyInts(a: CelInt, b: CelInt): CelInt {
  if (typeof a === 'number' && typeof b === 'number') {
    const product = a * b
    // 0 times a negative number is -0 in JavaScript.
    if (Number.isSafeInteger(product)) return product + 0
  }
  return toInt(BigInt(a) * BigInt(b))
}

export function divideInts(a: CelInt, b: CelInt): CelInt {
  if (Number(b) === 0) throw new CelEvaluationError('division by zero')
  return typeof a === 'number' && typeof b === 'number' ? Math.trunc(a / b) + 0 : toInt(BigInt(a) / BigInt(b))
}

export function moduloInts(a: CelInt, b: CelInt): CelInt {
  if (Number(b) === 0) throw new CelEvaluationError('modulus by zero')
  return typeof a === 'number' && typeof b === 'number' ? (a % b) + 0 : toInt(BigInt(a) % BigInt(b))
}

export function negateInt(a: CelInt): CelInt {
  return typeof a === 'number' ? 0 - a : toInt(-a)
}

/** The int of a double, towards zero. @throws CelEvaluationError when it has none. */
export function doubleToInt(value: number): CelInt {
  // Go's conversion is exact strictly between the ends; cel-go refuses the ends themselves.
  if (!(value > -(2 ** 63) && value < 2 ** 63)) throw new CelEvaluationError('integer overflow')
  return toInt(BigInt(Math.trunc(value)))
}

export function doubleToUint(value: number): Uint {
  if (!(value >= 0 && value < 2 ** 64)) throw new CelEvaluationError('unsigned integer overflow')
  return toUint(BigInt(Math.trunc(value)))
}
