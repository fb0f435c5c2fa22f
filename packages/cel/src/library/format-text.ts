import { CelEvaluationError } from '../errors.ts'
import { typeName } from '../types/type.ts'
import { printDuration } from '../values/duration.ts'
import { typeOfValue } from '../values/kind.ts'
import { printDouble, quoted } from '../values/text.ts'
import { printTimestamp } from '../values/timestamp.ts'
import { CelList, CelMap, type CelValue, Double, Duration, isInt, Timestamp, TypeValue, Uint } from '../values/value.ts'

const CLAUSE = /%(?:%|(?:\.(\d*))?(.?))/gsu
const DEFAULT_PRECISION = 6
/** What JavaScript can print; Go has no such bound, and nobody such a need. */
const MOST_DIGITS = 100

/** `"%s is %.2f".format([name, share])`. @throws CelEvaluationError for a clause that its argument does not fit. */
export function formatText(text: string, list: CelList): string {
  let next = 0
  return text.replace(CLAUSE, (clause: string, precision: string | undefined, letter: string | undefined) => {
    if (clause === '%%') return '%'
    if (next >= list.size) throw new CelEvaluationError(`index ${next} out of range`)
    if (letter === undefined || letter === '') throw new CelEvaluationError('unexpected end of string')
    return formatClause(letter, precision === undefined ? undefined : Number(precision), list.at(next++))
  })
}

function formatClause(letter: string, precision: number | undefined, value: CelValue): string {
  if ((precision ?? 0) > MOST_DIGITS) throw during(`precision ${precision} exceeds ${MOST_DIGITS}`)
  switch (letter) {
    case 's':
      return printValue(value)
    case 'd':
      if (isInt(value)) return String(value)
      if (value instanceof Uint) return String(value.value)
      throw during(`decimal clause can only be used on integers, was given ${nameOf(value)}`)
    case 'f':
      return printFixed(numberOf(value, 'fixed-point'), precision ?? DEFAULT_PRECISION)
    case 'e':
      // cel-go takes the precision for a width, which six digits always exceed.
      return printScientific(numberOf(value, 'scientific'), DEFAULT_PRECISION)
    case 'b':
      if (typeof value === 'boolean') return value ? '1' : '0'
      return integerOf(value, 2, 'only integers and bools can be formatted as binary')
    case 'o':
      return integerOf(value, 8, 'octal clause can only be used on integers')
    case 'x':
    case 'X': {
      const hex = printHex(value)
      return letter === 'X' ? hex.toUpperCase() : hex
    }
    default:
      throw new CelEvaluationError(`could not parse formatting clause: unrecognized formatting clause "${letter}"`)
  }
}

function during(reason: string): CelEvaluationError {
  return new CelEvaluationError(`error during formatting: ${reason}`)
}

function nameOf(value: CelValue): string {
  return typeName(typeOfValue(value))
}

function integerOf(value: CelValue, radix: number, rule: string): string {
  if (isInt(value)) return value.toString(radix)
  if (value instanceof Uint) return value.value.toString(radix)
  throw during(`${rule}, was given ${nameOf(value)}`)
}

function printHex(value: CelValue): string {
  const bytes = typeof value === 'string' ? new TextEncoder().encode(value) : value
  if (bytes instanceof Uint8Array) return Buffer.from(bytes).toString('hex')
  return integerOf(value, 16, 'only integers, byte buffers, and strings can be formatted as hex')
}

function numberOf(value: CelValue, clause: string): number {
  if (value instanceof Double) return value.value
  if (value === 'NaN' || value === 'Infinity' || value === '-Infinity') return Number(value)
  throw during(`${clause} clause can only be used on doubles, was given ${nameOf(value)}`)
}

/** As Go's text/message prints for English: digits in groups, and a true infinity sign. */
function printFixed(value: number, precision: number): string {
  if (!Number.isFinite(value)) return printSpecial(value)
  const [whole, fraction] = toFixedEven(value, precision).split('.') as [string, string?]
  return whole.replace(/\B(?=(\d{3})+$)/g, ',') + (fraction === undefined ? '' : `.${fraction}`)
}

/** JavaScript rounds a number that lies exactly between two up, Go to the even one. */
function toFixedEven(value: number, precision: number): string {
  // From here on JavaScript writes an exponent, and no double has a fraction.
  if (Math.abs(value) >= 1e21) return `${BigInt(value)}${precision === 0 ? '' : `.${'0'.repeat(precision)}`}`
  const rounded = value.toFixed(precision)
  const exact = value.toFixed(MOST_DIGITS)
  const point = exact.indexOf('.')
  const isTie = precision < MOST_DIGITS && /^50*$/.test(exact.slice(point + 1 + precision))
  return isTie && Number(rounded.at(-1)) % 2 === 1 ? exact.slice(0, point + (precision === 0 ? 0 : 1 + precision)) : rounded
}

const SUPERSCRIPT = '⁰¹²³⁴⁵⁶⁷⁸⁹'

function printScientific(value: number, precision: number): string {
  if (!Number.isFinite(value)) return printSpecial(value)
  const [digits, exponent] = value.toExponential(precision).split('e') as [string, string]
  const power = String(Math.abs(Number(exponent))).padStart(2, '0')
  const raised = Array.from(power, (digit) => SUPERSCRIPT[Number(digit)]).join('')
  return `${digits}×10${Number(exponent) < 0 ? '⁻' : ''}${raised}`
}

function printSpecial(value: number): string {
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '∞' : '-∞'
}

/** A value as `%s` prints it. Texts inside of lists and maps are quoted. */
export function printValue(value: CelValue): string {
  if (typeof value === 'string') return value
  if (value === null) return 'null'
  if (typeof value === 'boolean' || isInt(value)) return String(value)
  if (value instanceof Uint) return String(value.value)
  if (value instanceof Double) return printDouble(value.value)
  if (value instanceof Timestamp) return printTimestamp(value)
  if (value instanceof Duration) return printDuration(value)
  if (value instanceof TypeValue) return typeName(value.type)
  if (value instanceof Uint8Array) return new TextDecoder().decode(value)
  if (value instanceof CelList) return `[${[...value].map(printElement).join(', ')}]`
  if (value instanceof CelMap) {
    const entries = value.keys().map((key) => {
      if (key instanceof Double) throw during('no formatting function for map key of type double')
      return `${printElement(key)}:${printElement(value.get(key)!)}`
    })
    return `{${entries.sort().join(', ')}}`
  }
  throw during(
    `string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps, was given ${nameOf(value)}`,
  )
}

function printElement(value: CelValue): string {
  if (typeof value === 'string') return quoted(value)
  if (value instanceof Uint8Array) return `b${quoted(printValue(value))}`
  if (value instanceof TypeValue) return `type(${typeName(value.type)})`
  if (value instanceof Double)
    return Number.isFinite(value.value) ? value.value.toFixed(DEFAULT_PRECISION) : quoted(printDouble(value.value))
  if (value instanceof Timestamp) return `timestamp(${quoted(printTimestamp(value))})`
  if (value instanceof Duration) return `duration(${quoted(printDuration(value))})`
  return printValue(value)
}
