const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']
const MACROS: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
}
const MINUTE = 60_000
/** Whoever asks for the 30th of February is told so within this many minutes: five years. */
const LONGEST_SEARCH = 5 * 366 * 24 * 60

/** When a CronJob is due. */
export interface Schedule {
  /** The first time after `after`; both in wall-clock milliseconds. Undefined: there is none within five years. */
  next(after: number): number | undefined
}

/** Five fields, or a macro, as CronJobs have them. Undefined: the text is none. @param timeZone IANA name. @default UTC */
export function parseSchedule(text: string, timeZone = 'UTC'): Schedule | undefined {
  const fields = (MACROS[text.trim()] ?? text.trim()).split(/\s+/)
  const clock = wallClock(timeZone)
  if (fields.length !== 5 || clock === undefined) return undefined
  const [minutes, hours, days, months, weekdays] = [
    field(fields[0]!, 0, 59),
    field(fields[1]!, 0, 23),
    field(fields[2]!, 1, 31),
    field(fields[3]!, 1, 12, MONTHS, 1),
    field(fields[4]!, 0, 7, DAYS),
  ]
  if (!minutes || !hours || !days || !months || !weekdays) return undefined
  if (weekdays.has(7)) weekdays.add(0)
  const [anyDay, anyWeekday] = [/^[*?]/.test(fields[2]!), /^[*?]/.test(fields[4]!)]
  // Of a day of the month and one of the week that are both given either is enough.
  const isDay = (day: number, weekday: number) =>
    anyDay || anyWeekday ? days.has(day) && weekdays.has(weekday) : days.has(day) || weekdays.has(weekday)
  return {
    next(after) {
      let at = Math.floor(after / MINUTE) * MINUTE + MINUTE
      for (let steps = 0; steps < LONGEST_SEARCH; steps++) {
        const { minute, hour, day, month, weekday } = clock(at)
        if (!months.has(month) || !isDay(day, weekday)) at += (60 - minute) * MINUTE
        else if (!hours.has(hour)) at += (60 - minute) * MINUTE
        else if (minutes.has(minute)) return at
        else at += MINUTE
      }
      return undefined
    },
  }
}

function field(text: string, from: number, to: number, names: readonly string[] = [], base = 0): Set<number> | undefined {
  const values = new Set<number>()
  for (const part of text.split(',')) {
    const [, range = '', , step = '1'] = /^([^/]+)(\/(\d+))?$/.exec(part) ?? []
    const [first, last, more] = /^[*?]$/.test(range) ? [from, to] : range.split('-').map((each) => numberOf(each, names, base))
    if (first === undefined || more !== undefined || Number.isNaN(first) || Number.isNaN(last ?? 0) || Number(step) === 0) return undefined
    // `5/15` is from 5 on.
    const end = last ?? (part.includes('/') ? to : first)
    if (first < from || end > to || first > end) return undefined
    for (let value = first; value <= end; value += Number(step)) values.add(value)
  }
  return values
}

function numberOf(text: string, names: readonly string[], base: number): number {
  const index = names.indexOf(text.toLowerCase())
  if (index >= 0) return index + base
  return /^\d+$/.test(text) ? Number(text) : Number.NaN
}

interface WallTime {
  readonly minute: number
  readonly hour: number
  readonly day: number
  readonly month: number
  readonly weekday: number
}

/** Undefined: there is no such zone. */
function wallClock(timeZone: string): ((at: number) => WallTime) | undefined {
  if (timeZone === 'UTC') {
    return (at) => {
      const date = new Date(at)
      return {
        minute: date.getUTCMinutes(),
        hour: date.getUTCHours(),
        day: date.getUTCDate(),
        month: date.getUTCMonth() + 1,
        weekday: date.getUTCDay(),
      }
    }
  }
  const format = formatter(timeZone)
  return (
    format &&
    ((at) => {
      const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]))
      const number = (part: string) => Number(parts[part])
      return {
        minute: number('minute'),
        hour: number('hour'),
        day: number('day'),
        month: number('month'),
        weekday: DAYS.indexOf((parts['weekday'] ?? '').toLowerCase()),
      }
    })
  )
}

function formatter(timeZone: string): Intl.DateTimeFormat | undefined {
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      minute: 'numeric',
      hour: 'numeric',
      day: 'numeric',
      month: 'numeric',
      weekday: 'short',
    })
  } catch {
    return undefined
  }
}
