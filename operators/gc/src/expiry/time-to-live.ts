import { parseDuration, parseTime } from 'kubewright'
import { uncertainty } from './stamp.ts'

/** What a value in an object says about how long the object may live. */
export type TimeToLive =
  | { readonly is: 'after'; readonly milliseconds: number }
  | { readonly is: 'until'; readonly at: number }
  | { readonly is: 'never' }
  | { readonly is: 'invalid'; readonly problem: string }

const SECOND = 1000
const DAY = 86_400 * SECOND

/** Beyond this an object counts as kept: no policy means it, and sums stay far from where dates end (zen-gc's overflowed into the past and deleted at once). */
export const LONGEST = 36_525 * DAY

const DAYS_AND_WEEKS = /^(?:(\d+)w)?(?:(\d+)d)?(.*)$/
const ISO_DURATION = /^P(?!$)(?:(\d+)W)?(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/
const DATE = /^\d{4}-\d\d-\d\d$/

/**
 * Reads `3600`, `"3600"` (seconds), `1h30m`, `7d`, `2w`, `1d12h`, ISO 8601 `P1DT2H`, an RFC 3339 time, a date (its end, UTC), `never` or
 * `forever`. Zero and less are invalid: an object that is due from its first moment is a mistake in writing, not a wish.
 */
export function parseTimeToLive(value: unknown): TimeToLive {
  if (typeof value === 'number') return after(value * SECOND, String(value))
  if (typeof value !== 'string')
    return invalid(`${Array.isArray(value) ? 'a list' : typeof value === 'object' ? 'an object' : `a ${typeof value}`} is no time to live`)
  const text = value.trim()
  if (/^(never|forever)$/i.test(text)) return { is: 'never' }
  if (/^\d+$/.test(text)) return after(Number(text) * SECOND, text)
  if (text.startsWith('P')) return isoDuration(text)
  if (DATE.test(text)) {
    const start = parseTime(`${text}T00:00:00Z`)
    return start === undefined ? invalid(`"${text}" is no date of the calendar`) : { is: 'until', at: start + DAY }
  }
  if (/^\d{4}-/.test(text)) {
    const at = parseTime(text)
    return at === undefined
      ? invalid(`"${shorten(text)}" is no RFC 3339 time: write it like 2026-01-31T12:00:00Z, with a zone`)
      : { is: 'until', at: at + uncertainty(text) }
  }
  return wordedDuration(text)
}

/** Milliseconds of a duration in any of these notations, more than zero; or what is wrong with it. */
export function parseSpan(value: unknown): number | string {
  const parsed = parseTimeToLive(value)
  if (parsed.is === 'after') return parsed.milliseconds
  return parsed.is === 'invalid' ? parsed.problem : `"${String(value)}" is no duration: write seconds, or like 90s, 1h30m, 7d, P1DT2H`
}

function wordedDuration(text: string): TimeToLive {
  const [, weeks, days, rest] = DAYS_AND_WEEKS.exec(text) as unknown as [string, string | undefined, string | undefined, string]
  const whole = Number(weeks ?? 0) * 7 * DAY + Number(days ?? 0) * DAY
  if (rest === '' && (weeks !== undefined || days !== undefined)) return after(whole, text)
  try {
    return after(whole + parseDuration(rest), text)
  } catch {
    return invalid(`"${shorten(text)}" is no duration: write seconds, or like 90s, 1h30m, 7d, P1DT2H`)
  }
}

function isoDuration(text: string): TimeToLive {
  const match = ISO_DURATION.exec(text)
  // Years and months have no fixed length, so they are not read.
  if (match === null)
    return invalid(`"${shorten(text)}" is no ISO 8601 duration of weeks, days, hours, minutes and seconds, such as P1DT2H`)
  const [weeks, days, hours, minutes, seconds] = match.slice(1).map((part) => Number(part ?? 0)) as [number, number, number, number, number]
  return after((weeks * 7 + days) * DAY + ((hours * 60 + minutes) * 60 + seconds) * SECOND, text)
}

function after(milliseconds: number, text: string): TimeToLive {
  if (!(milliseconds > 0)) return invalid(`"${shorten(text)}" is not more than zero`)
  return milliseconds > LONGEST ? { is: 'never' } : { is: 'after', milliseconds }
}

const invalid = (problem: string): TimeToLive => ({ is: 'invalid', problem })

/** A value stands in a message only as far as one recognises it. */
const shorten = (text: string) => (text.length > 40 ? `${text.slice(0, 40)}…` : text)
