import { CelEvaluationError } from '../errors.ts'
import { durationOf, parseDurationNanos, printDuration } from '../values/duration.ts'
import { doubleToInt, doubleToUint, toInt, toUint } from '../values/integers.ts'
import { typeOfValue } from '../values/kind.ts'
import { printDouble } from '../values/text.ts'
import { floorDivide, parseTimestamp, printTimestamp, timestampOf } from '../values/timestamp.ts'
import { type CelInt, type CelValue, Double, type Duration, type Timestamp, TypeValue, type Uint } from '../values/value.ts'
import { type Overload, overload } from './overload.ts'

const SECOND = 1_000_000_000n

/** `int(…)`, `string(…)` and the others. */
export function conversions(): Overload[] {
  return [
    ...numbers(),
    ...texts(),
    ...times(),
    overload('dyn(A): dyn', same),
    overload('type(A): type(A)', (a: CelValue) => new TypeValue(typeOfValue(a))),
  ]
}

const same = (value: CelValue): CelValue => value

function numbers(): Overload[] {
  return [
    overload('bool(bool): bool', same),
    overload('bool(string): bool', parseBool),
    overload('int(int): int', same),
    overload('int(double): int', (a: Double) => doubleToInt(a.value)),
    overload('int(duration): int', (a: Duration) => toInt(a.nanos)),
    overload('int(string): int', parseInt64),
    overload('int(timestamp): int', (a: Timestamp) => toInt(floorDivide(a.nanos, SECOND))),
    overload('int(uint): int', (a: Uint) => toInt(a.value)),
    overload('uint(uint): uint', same),
    overload('uint(double): uint', (a: Double) => doubleToUint(a.value)),
    overload('uint(int): uint', (a: CelInt) => toUint(BigInt(a))),
    overload('uint(string): uint', parseUint64),
    overload('double(double): double', same),
    overload('double(int): double', (a: CelInt) => new Double(Number(a))),
    overload('double(string): double', parseDouble),
    overload('double(uint): double', (a: Uint) => new Double(Number(a.value))),
  ]
}

function texts(): Overload[] {
  return [
    overload('string(string): string', same),
    overload('string(bool): string', (a: boolean) => String(a)),
    overload('string(bytes): string', decodeUtf8),
    overload('string(double): string', (a: Double) => printDouble(a.value)),
    overload('string(duration): string', printDuration),
    overload('string(int): string', (a: CelInt) => String(a)),
    overload('string(timestamp): string', printTimestamp),
    overload('string(uint): string', (a: Uint) => String(a.value)),
    overload('bytes(bytes): bytes', same),
    overload('bytes(string): bytes', (a: string) => new TextEncoder().encode(a)),
  ]
}

function times(): Overload[] {
  return [
    overload('timestamp(timestamp): timestamp', same),
    overload('timestamp(string): timestamp', readTimestamp),
    overload('timestamp(int): timestamp', (a: CelInt) => timestampOf(BigInt(a) * SECOND)),
    overload('duration(duration): duration', same),
    overload('duration(string): duration', readDuration),
    // Declared, and not implemented in the version of cel-go that kube-apiserver has.
    overload('duration(int): duration', () => {
      throw failed('int', 'google.protobuf.Duration')
    }),
  ]
}

function failed(from: string, to: string): CelEvaluationError {
  return new CelEvaluationError(`type conversion error from '${from}' to '${to}'`)
}

function parseBool(text: string): boolean {
  if (/^(1|t|T|true|TRUE|True)$/.test(text)) return true
  if (/^(0|f|F|false|FALSE|False)$/.test(text)) return false
  throw failed('string', 'bool')
}

function parseInt64(text: string): CelInt {
  if (!/^[+-]?[0-9]+$/.test(text)) throw failed('string', 'int')
  const value = BigInt(text.replace('+', ''))
  if (BigInt.asIntN(64, value) !== value) throw failed('string', 'int')
  return toInt(value)
}

function parseUint64(text: string): Uint {
  if (!/^[0-9]+$/.test(text) || BigInt.asUintN(64, BigInt(text)) !== BigInt(text)) throw failed('string', 'uint')
  return toUint(BigInt(text))
}

function parseDouble(text: string): Double {
  if (/^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/.test(text)) {
    const value = Number(text)
    if (Number.isFinite(value)) return new Double(value)
  }
  const special = /^([+-]?)(inf|infinity|nan)$/i.exec(text)
  if (special === null || (special[2]!.toLowerCase() === 'nan' && special[1] !== '')) throw failed('string', 'double')
  if (special[2]!.toLowerCase() === 'nan') return new Double(Number.NaN)
  return new Double(special[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY)
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (error) {
    if (error instanceof TypeError) throw new CelEvaluationError('invalid UTF-8 in bytes, cannot convert to string')
    throw error
  }
}

function readTimestamp(text: string): Timestamp {
  const timestamp = parseTimestamp(text)
  if (timestamp === undefined) throw failed('string', 'google.protobuf.Timestamp')
  return timestamp
}

function readDuration(text: string): Duration {
  const nanos = parseDurationNanos(text)
  if (nanos === undefined) throw failed('string', 'google.protobuf.Duration')
  return durationOf(nanos)
}
