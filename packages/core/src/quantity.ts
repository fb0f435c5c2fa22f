/** In which notation a quantity was written, and is printed. */
export type QuantityFormat = 'DecimalSI' | 'BinarySI' | 'DecimalExponent'

/** An amount of a resource, exact. */
export interface Quantity {
  /** In billionths: what is finer rounds up, away from zero, so that whoever asks for something gets something. */
  readonly nanos: bigint
  readonly format: QuantityFormat
}

const NANO = 1_000_000_000n
/** Go holds binary quantities in 64 bits and caps what is more. */
const LARGEST_BINARY = (2n ** 63n - 1n) * NANO
/** 1e1000 would be fine, but an exponent off the wire must not decide how much memory a number takes. */
const LARGEST_EXPONENT = 1000

const DECIMAL_SUFFIXES = new Map([
  ['n', -9],
  ['u', -6],
  ['m', -3],
  ['', 0],
  ['k', 3],
  ['M', 6],
  ['G', 9],
  ['T', 12],
  ['P', 15],
  ['E', 18],
])
const BINARY_SUFFIXES = ['Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei']

/**
 * Parses `100m`, `1.5`, `2Gi`, `1e3`: a decimal number and one of n u m k M G T P E, Ki Mi Gi Ti Pi Ei, or an exponent.
 * @throws Error in apimachinery's words.
 */
export function parseQuantity(text: string): Quantity {
  const match = /^([+-]?)([0-9]*)(?:\.([0-9]*))?([eEinumkKMGTP]*[-+]?[0-9]*)$/.exec(text)
  if (match === null || text === '') {
    throw malformed(text, "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'")
  }
  const [, sign, whole = '', fraction = '', suffix = ''] = match
  if (whole === '' && fraction === '') throw malformed(text, 'unable to parse numeric part of quantity')
  const unscaled = BigInt(whole + fraction)
  const { format, magnitude } = scale(text, unscaled, fraction.length, suffix)
  return { nanos: sign === '-' ? -magnitude : magnitude, format }
}

/**
 * The canonical form: no digit lost, no fraction, the largest suffix that allows it. Binary quantities below 1Ki, and such with fractions,
 * are printed with decimal suffixes.
 */
export function printQuantity({ nanos, format }: Quantity): string {
  if (nanos === 0n) return '0'
  const units = nanos / NANO
  const isBinary = format === 'BinarySI' && nanos % NANO === 0n && (units >= 1024n || units <= -1024n)
  return isBinary ? printBinary(units) : printDecimal(nanos, format === 'DecimalExponent')
}

/** Negative when `a` is less, 0 when both are the same amount in whatever notation, positive when `a` is more. @throws Error for text that is no quantity. */
export function compareQuantities(a: Quantity | string, b: Quantity | string): number {
  const left = typeof a === 'string' ? parseQuantity(a) : a
  const right = typeof b === 'string' ? parseQuantity(b) : b
  return left.nanos === right.nanos ? 0 : left.nanos < right.nanos ? -1 : 1
}

/** The nearest JavaScript number: for display and for ratios, not for sums that must be right. */
export function quantityToNumber({ nanos }: Quantity): number {
  return Number(nanos / NANO) + Number(nanos % NANO) / 1e9
}

function scale(text: string, unscaled: bigint, places: number, suffix: string): { format: QuantityFormat; magnitude: bigint } {
  const binary = BINARY_SUFFIXES.indexOf(suffix) + 1
  if (binary > 0) {
    const magnitude = divideUp(unscaled * 1024n ** BigInt(binary) * NANO, 10n ** BigInt(places))
    const capped = magnitude > LARGEST_BINARY ? LARGEST_BINARY : magnitude
    return { format: capped < NANO && capped > 0n ? 'DecimalSI' : 'BinarySI', magnitude: capped }
  }
  const decimal = DECIMAL_SUFFIXES.get(suffix)
  const exponent = decimal ?? exponentOf(text, suffix)
  if (Math.abs(exponent) > LARGEST_EXPONENT) throw malformed(text, `its exponent is beyond ${LARGEST_EXPONENT}`)
  const shift = exponent + 9 - places
  const magnitude = shift >= 0 ? unscaled * 10n ** BigInt(shift) : divideUp(unscaled, 10n ** BigInt(-shift))
  return { format: decimal === undefined ? 'DecimalExponent' : 'DecimalSI', magnitude }
}

function exponentOf(text: string, suffix: string): number {
  const match = /^[eE]([+-]?[0-9]+)$/.exec(suffix)
  if (match === null) throw malformed(text, "unable to parse quantity's suffix")
  return Number(match[1])
}

function divideUp(dividend: bigint, divisor: bigint): bigint {
  return (dividend + divisor - 1n) / divisor
}

function printBinary(units: bigint): string {
  let value = units
  let power = 0
  while (value % 1024n === 0n && power < BINARY_SUFFIXES.length) {
    value /= 1024n
    power++
  }
  return `${value}${power === 0 ? '' : BINARY_SUFFIXES[power - 1]}`
}

function printDecimal(nanos: bigint, asExponent: boolean): string {
  let value = nanos
  let exponent = -9
  // Beyond E there is no suffix: the number grows instead.
  while (value % 1000n === 0n && (asExponent || exponent < 18)) {
    value /= 1000n
    exponent += 3
  }
  if (asExponent) return `${value}${exponent === 0 ? '' : `e${exponent}`}`
  const suffix = [...DECIMAL_SUFFIXES].find(([, power]) => power === exponent)![0]
  return `${value}${suffix}`
}

function malformed(text: string, problem: string): Error {
  return new Error(`quantity "${text}" is malformed: ${problem}`)
}
