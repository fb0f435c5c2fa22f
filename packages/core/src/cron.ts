import type { LocalTime, Zone } from './zone.ts'

interface Field {
  readonly name: string
  readonly from: number
  readonly to: number
  readonly names?: readonly string[]
}

const FIELDS: readonly Field[] = [
  { name: 'minute', from: 0, to: 59 },
  { name: 'hour', from: 0, to: 23 },
  { name: 'day of month', from: 1, to: 31 },
  { name: 'month', from: 1, to: 12, names: ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'] },
  { name: 'day of week', from: 0, to: 7, names: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] },
]

const SHORT: ReadonlyMap<string, string> = new Map([
  ['@yearly', '0 0 1 1 *'],
  ['@annually', '0 0 1 1 *'],
  ['@monthly', '0 0 1 * *'],
  ['@weekly', '0 0 * * 0'],
  ['@daily', '0 0 * * *'],
  ['@midnight', '0 0 * * *'],
  ['@hourly', '0 * * * *'],
])

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
/** 29 February comes at least every eight years (1896, 1904); a date that does not come in that time never comes. */
const SEARCH_DAYS = 8 * 366 + 1

/** A cron expression, in a time zone. */
export class Cron {
  readonly text: string
  readonly #zone: Zone
  readonly #minutes: readonly number[]
  readonly #hours: readonly number[]
  readonly #everyHour: boolean
  readonly #isDay: (day: LocalTime) => boolean
  /** Many objects wait for the same tick. */
  #last: { readonly day: LocalTime; readonly ticks: readonly number[] } | undefined

  /**
   * Five fields, with lists, ranges, steps and names, or @hourly to @yearly; when both days are given either will do, as in every cron.
   * @throws Error naming the field.
   */
  constructor(text: string, zone: Zone) {
    this.text = text
    this.#zone = zone
    const fields = (SHORT.get(text.trim().toLowerCase()) ?? text).trim().split(/\s+/)
    if (fields.length !== FIELDS.length)
      throw new Error(`"${text}" is no cron expression: write five fields (minute, hour, day of month, month, day of week), or @daily`)
    const [minutes, hours, days, months, weekdays] = FIELDS.map((field, index) => valuesOf(fields[index]!, field)) as [
      ReadonlySet<number>,
      ReadonlySet<number>,
      ReadonlySet<number>,
      ReadonlySet<number>,
      ReadonlySet<number>,
    ]
    this.#minutes = ascending(minutes)
    this.#hours = ascending(hours)
    this.#everyHour = hours.size === 24
    const [anyDay, anyWeekday] = [fields[2]!.startsWith('*'), fields[4]!.startsWith('*')]
    this.#isDay = (day) => {
      const date = new Date(day)
      if (!months.has(date.getUTCMonth() + 1)) return false
      const isDay = days.has(date.getUTCDate())
      const isWeekday = weekdays.has(date.getUTCDay()) || (date.getUTCDay() === 0 && weekdays.has(7))
      return anyDay || anyWeekday ? isDay && isWeekday : isDay || isWeekday
    }
    if (this.nextFrom(Date.UTC(2024, 0, 1)) === undefined) throw new Error(`"${text}" names a day that never comes`)
  }

  /** The first tick at or after the instant; `undefined` when there is none any more. */
  nextFrom(instant: number): number | undefined {
    const today = Math.floor(this.#zone.localOf(instant) / DAY) * DAY
    // A day's first ticks may be before its midnight as UTC counts, so yesterday is looked at, too.
    for (let day = today - DAY, end = today + SEARCH_DAYS * DAY; day <= end; day += DAY) {
      if (!this.#isDay(day)) continue
      const tick = this.#ticksOf(day).find((each) => each >= instant)
      if (tick !== undefined) return tick
    }
    return undefined
  }

  /**
   * A time that spring leaves out ticks when the clock has jumped over it, so that a night's work is not left out; a time that autumn repeats ticks
   * once, unless every hour ticks.
   */
  #ticksOf(day: LocalTime): readonly number[] {
    if (this.#last?.day === day) return this.#last.ticks
    const locals = this.#hours.flatMap((hour) => this.#minutes.map((minute) => day + hour * HOUR + minute * MINUTE))
    const ticks = locals.flatMap((local) => {
      const instants = this.#zone.instantsOf(local)
      if (this.#everyHour) return instants
      return instants.length === 0 ? [this.#zone.instantOf(local)] : instants.slice(0, 1)
    })
    this.#last = { day, ticks: ascending(new Set(ticks)) }
    return this.#last.ticks
  }
}

const ascending = (values: Iterable<number>) => [...values].sort((a, b) => a - b)

function valuesOf(text: string, field: Field): ReadonlySet<number> {
  const values = new Set<number>()
  for (const part of text.split(',')) {
    const match = /^(?:\*|\?|([a-z0-9]+)(?:-([a-z0-9]+))?)(?:\/(\d+))?$/i.exec(part)
    if (match === null) throw new Error(`cron: "${part}" is no ${field.name}`)
    const [, first, last, step] = match
    const from = first === undefined ? field.from : numberOf(first, field)
    const to = last !== undefined ? numberOf(last, field) : first === undefined || step !== undefined ? field.to : from
    const stride = step === undefined ? 1 : Number(step)
    if (stride === 0) throw new Error(`cron: the step of "${part}" is 0`)
    if (from > to) throw new Error(`cron: "${part}" runs backwards`)
    for (let value = from; value <= to; value += stride) values.add(value)
  }
  return values
}

function numberOf(text: string, { name, from, to, names = [] }: Field): number {
  const named = names.indexOf(text.toLowerCase())
  const value = named === -1 ? Number(text) : named + (from === 1 ? 1 : 0)
  if (!Number.isInteger(value) || value < from || value > to) throw new Error(`cron: "${text}" is no ${name}: it must be ${from} to ${to}`)
  return value
}
