const RFC_3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d\d):(\d\d))$/
const DAYS_IN_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/**
 * Milliseconds since the epoch of a strict RFC 3339 time, or `undefined` when it is none. `Date.parse` is no substitute: it takes `2026`,
 * moves 30 February to March, and reads a time without a zone in the machine's own. What is finer than a millisecond is cut off, so the result
 * is never later than the text; a leap second (`:60`) is the second after it.
 */
export function parseTime(text: string): number | undefined {
  const match = RFC_3339.exec(text)
  if (match === null) return undefined
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [number, number, number, number, number, number]
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return undefined
  if (hour > 23 || minute > 59 || second > 60) return undefined
  const offset = offsetMinutes(match[8], match[9], match[10])
  if (offset === undefined) return undefined
  const milliseconds = Number((match[7] ?? '').slice(0, 3).padEnd(3, '0'))
  // Date.UTC takes the years 0 to 99 for 1900 to 1999; setUTCFullYear takes them for what they are.
  const date = new Date(Date.UTC(2000, 0, 1, hour, minute, second, milliseconds))
  const days = new Date(Date.UTC(2000, 0, 1)).setUTCFullYear(year, month - 1, day)
  return days + (date.getTime() - Date.UTC(2000, 0, 1)) - offset * 60_000
}

/** RFC 3339 in whole seconds, UTC, cut off: how Kubernetes writes `metav1.Time`. @throws RangeError outside the years 0 to 9999. */
export function formatTime(ms: number): string {
  return `${iso(ms).slice(0, 19)}Z`
}

/** RFC 3339 with six decimals, UTC: how Kubernetes writes `metav1.MicroTime`, in Leases and Events. @throws RangeError outside the years 0 to 9999. */
export function formatMicroTime(ms: number): string {
  // A clock may give fractions of a millisecond, which Date drops.
  const whole = Math.floor(ms)
  const micros = Math.min(999, Math.round((ms - whole) * 1000))
  return `${iso(whole).slice(0, 23)}${String(micros).padStart(3, '0')}Z`
}

function iso(ms: number): string {
  const date = new Date(ms)
  const year = date.getUTCFullYear()
  if (!(year >= 0 && year <= 9999))
    throw new RangeError(`${ms} ms since the epoch cannot be written as an RFC 3339 time: its years are 0 to 9999`)
  return date.toISOString()
}

function daysIn(year: number, month: number): number {
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  return month === 2 && leap ? 29 : DAYS_IN_MONTH[month - 1]!
}

/** Minutes east of UTC; 0 for `Z`. */
function offsetMinutes(sign: string | undefined, hours: string | undefined, minutes: string | undefined): number | undefined {
  if (sign === undefined) return 0
  const h = Number(hours)
  const m = Number(minutes)
  if (h > 23 || m > 59) return undefined
  return (sign === '-' ? -1 : 1) * (h * 60 + m)
}
