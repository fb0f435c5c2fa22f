import { CelEvaluationError } from '../errors.ts'
import { compileRegex } from '../regex/regex.ts'
import { RegexError } from '../regex/syntax.ts'
import { lengthOf } from '../values/text.ts'
import { wallClock } from '../values/timestamp.ts'
import type { CelList, CelMap, CelValue, Duration, Timestamp } from '../values/value.ts'
import { conversions } from './conversions.ts'
import { operators } from './operators.ts'
import { type Evaluate, type Overload, overload } from './overload.ts'

/** The functions that every CEL has. */
export function standardLibrary(): Overload[] {
  return [...operators(), ...conversions(), ...sizes(), ...texts(), ...clocks(), ...durations()]
}

function sizes(): Overload[] {
  const measures: readonly (readonly [string, (value: never) => number])[] = [
    ['string', (value: string) => lengthOf(value)],
    ['bytes', (value: Uint8Array) => value.length],
    ['list(A)', (value: CelList) => value.size],
    ['map(A, B)', (value: CelMap) => value.size],
  ]
  return measures.flatMap(([type, measure]) => [overload(`size(${type}): int`, measure), overload(`${type}.size(): int`, measure)])
}

function texts(): Overload[] {
  return [
    overload('string.contains(string): bool', (text: string, part: string) => text.includes(part)),
    overload('string.startsWith(string): bool', (text: string, part: string) => text.startsWith(part)),
    overload('string.endsWith(string): bool', (text: string, part: string) => text.endsWith(part)),
    overload('matches(string, string): bool', matches, prepareMatches),
    overload('string.matches(string): bool', matches, prepareMatches),
  ]
}

function matches(text: string, pattern: string): CelValue {
  return regexOf(pattern, (reason) => reason).test(text)
}

function prepareMatches([, pattern]: readonly (CelValue | undefined)[]): Evaluate | undefined {
  if (typeof pattern !== 'string') return undefined
  const regex = regexOf(pattern, (reason) => reason)
  return (text) => regex.test(text as string)
}

/** @throws CelEvaluationError for a malformed pattern, with `explain`'s words. */
export function regexOf(pattern: string, explain: (reason: string) => string): ReturnType<typeof compileRegex> {
  try {
    return compileRegex(pattern)
  } catch (error) {
    if (error instanceof RegexError) throw new CelEvaluationError(explain(error.message))
    throw error
  }
}

const FIELDS: readonly (readonly [string, (date: Date) => number])[] = [
  ['getFullYear', (date) => date.getUTCFullYear()],
  ['getMonth', (date) => date.getUTCMonth()],
  ['getDayOfYear', dayOfYear],
  ['getDayOfMonth', (date) => date.getUTCDate() - 1],
  ['getDate', (date) => date.getUTCDate()],
  ['getDayOfWeek', (date) => date.getUTCDay()],
  ['getHours', (date) => date.getUTCHours()],
  ['getMinutes', (date) => date.getUTCMinutes()],
  ['getSeconds', (date) => date.getUTCSeconds()],
  ['getMilliseconds', (date) => date.getUTCMilliseconds()],
]

function dayOfYear(date: Date): number {
  const newYear = new Date(0)
  newYear.setUTCFullYear(date.getUTCFullYear(), 0, 1)
  return Math.floor((date.getTime() - newYear.getTime()) / 86_400_000)
}

function clocks(): Overload[] {
  return FIELDS.flatMap(([name, field]) => [
    overload(`timestamp.${name}(): int`, (time: Timestamp) => field(wallClock(time, 'UTC'))),
    overload(`timestamp.${name}(string): int`, (time: Timestamp, zone: string) => field(wallClock(time, zone))),
  ])
}

function durations(): Overload[] {
  const units: readonly (readonly [string, bigint])[] = [
    ['getHours', 3_600_000_000_000n],
    ['getMinutes', 60_000_000_000n],
    ['getSeconds', 1_000_000_000n],
    ['getMilliseconds', 1_000_000n],
  ]
  return units.map(([name, unit]) => overload(`duration.${name}(): int`, (duration: Duration) => Number(duration.nanos / unit)))
}
