import { CelEvaluationError } from '../errors.ts'
import { Timestamp } from './value.ts'

const NANOS_PER_MS = 1_000_000n
const NANOS_PER_SECOND = 1_000_000_000n
/** 0001-01-01T00:00:00Z to 9999-12-31T23:59:59.999999999Z, as protobuf bounds it. */
const FIRST = -62_135_596_800n * NANOS_PER_SECOND
const LAST = 253_402_300_800n * NANOS_PER_SECOND - 1n

const RFC3339 = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.(\d+))?(?:(Z)|([+-])(\d{2}):(\d{2}))$/

/** @throws CelEvaluationError outside the years 1 to 9999. */
export function timestampOf(nanos: bigint, zoneMinutes = 0): Timestamp {
  if (nanos < FIRST || nanos > LAST) throw new CelEvaluationError('timestamp overflow')
  return new Timestamp(nanos, zoneMinutes)
}

/** RFC 3339, in capitals. `undefined` for any other text. */
export function parseTimestamp(text: string): Timestamp | undefined {
  const match = RFC3339.exec(text)
  if (match === null) return undefined
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [number, number, number, number, number, number]
  const midnight = utc(year, month, day)
  if (midnight === undefined || hour > 23 || minute > 59 || second > 59) return undefined
  const fraction = BigInt((match[7] ?? '').slice(0, 9).padEnd(9, '0'))
  const zoneMinutes = match[8] === undefined ? (match[9] === '-' ? -1 : 1) * (Number(match[10]) * 60 + Number(match[11])) : 0
  if (Number(match[10] ?? 0) > 23 || Number(match[11] ?? 0) > 59) return undefined
  const seconds = BigInt(midnight / 1000 + hour * 3600 + (minute - zoneMinutes) * 60 + second)
  const nanos = seconds * NANOS_PER_SECOND + fraction
  return nanos < FIRST || nanos > LAST ? undefined : new Timestamp(nanos, zoneMinutes)
}

/** `2006-01-02`, at midnight UTC: the format `date` of schemas. */
export function parseDate(text: string): Timestamp | undefined {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text)
  if (match === null) return undefined
  const midnight = utc(Number(match[1]), Number(match[2]), Number(match[3]))
  return midnight === undefined ? undefined : new Timestamp(BigInt(midnight) * NANOS_PER_MS)
}

function utc(year: number, month: number, day: number): number | undefined {
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? date.getTime() : undefined
}

export function printTimestamp({ nanos, zoneMinutes }: Timestamp): string {
  const ms = floorDivide(nanos, NANOS_PER_MS)
  const whole = new Date(Number(ms) + zoneMinutes * 60_000).toISOString().slice(0, 19)
  const fraction = (nanos - floorDivide(nanos, NANOS_PER_SECOND) * NANOS_PER_SECOND).toString().padStart(9, '0').replace(/0+$/, '')
  return `${whole}${fraction === '' ? '' : `.${fraction}`}${printZone(zoneMinutes)}`
}

function printZone(minutes: number): string {
  if (minutes === 0) return 'Z'
  const two = (part: number): string => String(part).padStart(2, '0')
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(Math.abs(minutes) / 60))}:${two(Math.abs(minutes) % 60)}`
}

/** The wall clock of a zone at an instant, in the UTC fields of a Date. @throws CelEvaluationError for a zone that nobody knows. */
export function wallClock({ nanos }: Timestamp, zone: string): Date {
  const ms = Number(floorDivide(nanos, NANOS_PER_MS))
  const fixed = /^([+-]?)(\d{2}):(\d{2})$/.exec(zone)
  if (fixed !== null) return new Date(ms + (fixed[1] === '-' ? -1 : 1) * (Number(fixed[2]) * 60 + Number(fixed[3])) * 60_000)
  return zone === '' || zone === 'UTC' ? new Date(ms) : new Date(ms + offsetOf(zone, ms))
}

function offsetOf(zone: string, ms: number): number {
  let format: Intl.DateTimeFormat
  try {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      era: 'short',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
  } catch (error) {
    if (error instanceof RangeError) throw new CelEvaluationError(`unknown time zone ${zone}`)
    throw error
  }
  const part = Object.fromEntries(format.formatToParts(ms).map(({ type, value }) => [type, value]))
  const local = new Date(0)
  const year = part['era'] === 'BC' ? 1 - Number(part['year']) : Number(part['year'])
  local.setUTCFullYear(year, Number(part['month']) - 1, Number(part['day']))
  local.setUTCHours(Number(part['hour']), Number(part['minute']), Number(part['second']))
  return local.getTime() - Math.floor(ms / 1000) * 1000
}

export function floorDivide(a: bigint, b: bigint): bigint {
  const quotient = a / b
  return a % b < 0n ? quotient - 1n : quotient
}
