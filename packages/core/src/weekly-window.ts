import { type LocalTime, Zone } from './zone.ts'

/** The days as they are written in specs, from Sunday on. */
export const DAYS_OF_WEEK = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const
/** A day as it is written in a spec. */
export type DayOfWeek = (typeof DAYS_OF_WEEK)[number]

/** As it stands in a spec. */
export interface WeeklyWindowSpec {
  /** Those on which it opens. @default every day */
  readonly days?: readonly DayOfWeek[] | undefined
  /** `HH:MM`. */
  readonly from: string
  /** `HH:MM`. When it is not later than `from` it is on the next day. */
  readonly to: string
  /** Of the IANA database. */
  readonly timeZone: string
}

/** From then on and before that: wall clock, ms. */
export interface TimeSpan {
  readonly from: number
  readonly until: number
}

const MINUTE = 60_000
const DAY = 86_400_000
const TIME_OF_DAY = /^([01]\d|2[0-3]):([0-5]\d)$/

/**
 * Open on some days of the week, from one time of the day to another, by the clocks of a time zone: in the night in which these are changed it is an hour longer
 * or shorter, and a time that they leave out is the moment after the jump.
 */
export class WeeklyWindow {
  readonly #days: ReadonlySet<number>
  /** Since midnight, ms. */
  readonly #from: number
  readonly #to: number
  readonly #zone: Zone

  /** @throws Error when a time is none of the day, or there is no such zone */
  constructor({ days = DAYS_OF_WEEK, from, to, timeZone }: WeeklyWindowSpec) {
    this.#days = new Set(days.map((day) => DAYS_OF_WEEK.indexOf(day)))
    this.#from = sinceMidnight(from)
    this.#to = sinceMidnight(to)
    this.#zone = new Zone(timeZone)
  }

  isOpenAt(instant: number): boolean {
    const span = this.spanFrom(instant)
    return span !== undefined && span.from <= instant
  }

  /** When it is open around the instant, or the next time after it. */
  spanFrom(instant: number): TimeSpan | undefined {
    const today = Math.floor(this.#zone.localOf(instant) / DAY) * DAY
    for (let day = today - DAY; day <= today + 8 * DAY; day += DAY) {
      if (!this.#days.has(new Date(day).getUTCDay())) continue
      const span = this.#spanOf(day)
      if (span.until > instant && span.from < span.until) return span
    }
    return undefined
  }

  #spanOf(day: LocalTime): TimeSpan {
    const end = this.#to > this.#from ? day : day + DAY
    return { from: this.#zone.instantOf(day + this.#from), until: this.#zone.instantOf(end + this.#to) }
  }
}

function sinceMidnight(text: string): number {
  const match = TIME_OF_DAY.exec(text)
  if (match === null) throw new Error(`"${text}" is no time of the day: write it like 22:00`)
  return (Number(match[1]) * 60 + Number(match[2])) * MINUTE
}
