import { CelEvaluationError, noSuchOverload } from '../errors.ts'
import { type CelInt, type CelValue, Double, Duration, Timestamp, Uint } from './value.ts'

export type Numeric = CelInt | Uint | Double
export const isNumeric = (value: CelValue): value is Numeric =>
  typeof value === 'number' || value instanceof Double || typeof value === 'bigint' || value instanceof Uint

/** Negative, zero or positive; NaN when one of them is NaN, which comes before and after nothing. */
export function compareNumbers(a: Numeric, b: Numeric): number {
  let left = a instanceof Double || a instanceof Uint ? a.value : a
  let right = b instanceof Double || b instanceof Uint ? b.value : b
  // cel-go compares with a double as doubles, which rounds large ints.
  if (a instanceof Double) right = Number(right)
  if (b instanceof Double) left = Number(left)
  return left < right ? -1 : left > right ? 1 : left <= right ? 0 : Number.NaN
}

/** @throws CelEvaluationError for values that have no order between them. */
export function compare(a: CelValue, b: CelValue): number {
  if (isNumeric(a) && isNumeric(b)) {
    const order = compareNumbers(a, b)
    if (Number.isNaN(order)) throw new CelEvaluationError('NaN values cannot be ordered')
    return order
  }
  if (typeof a === 'string' && typeof b === 'string') return compareTexts(a, b)
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b)
  if ((a instanceof Timestamp && b instanceof Timestamp) || (a instanceof Duration && b instanceof Duration)) {
    return a.nanos < b.nanos ? -1 : a.nanos > b.nanos ? 1 : 0
  }
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Math.sign(Buffer.compare(a, b))
  throw noSuchOverload()
}

/** By code points, as Go orders UTF-8: JavaScript's own order by code units puts U+FFFD after an emoji. */
function compareTexts(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let index = 0; index < length; index++) {
    const left = a.charCodeAt(index)
    const right = b.charCodeAt(index)
    if (left !== right) return rank(left) - rank(right)
  }
  return a.length - b.length
}

/** Surrogates stand for code points above all others. */
function rank(unit: number): number {
  return unit >= 0xe000 ? unit - 0x800 : unit >= 0xd800 ? unit + 0x2000 : unit
}
