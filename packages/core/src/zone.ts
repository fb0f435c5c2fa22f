/** A moment as a calendar and a clock on the wall show it, as if it were UTC: ms since the epoch. */
export type LocalTime = number

const HOUR = 3_600_000
const DAY = 24 * HOUR

/** A time zone of the IANA database, with its summer times. */
export class Zone {
  readonly name: string
  readonly #format: Intl.DateTimeFormat
  /** Offsets change on the quarter of an hour at the finest, and asking for one costs microseconds. */
  readonly #offsets = new Map<number, number>()

  /** @throws Error when there is no such zone. */
  constructor(name: string) {
    this.name = name
    try {
      this.#format = new Intl.DateTimeFormat('en-US', {
        timeZone: name,
        hourCycle: 'h23',
        year: 'numeric',
        month: 'numeric',
        day: 'numeric',
        hour: 'numeric',
        minute: 'numeric',
        second: 'numeric',
      })
    } catch (error) {
      throw new Error(`"${name}" is no time zone of the IANA database: write it like Europe/Berlin or UTC`, { cause: error })
    }
  }

  localOf(instant: number): LocalTime {
    return instant + this.#offset(instant)
  }

  /**
   * The instants at which the clock on the wall shows this: one; two in the hour that autumn repeats, the first of them first; none in the hour
   * that spring leaves out.
   */
  instantsOf(local: LocalTime): readonly number[] {
    return [...new Set([this.#offset(local - DAY), this.#offset(local + DAY)])]
      .map((offset) => local - offset)
      .filter((instant) => this.localOf(instant) === local)
      .sort((a, b) => a - b)
  }

  /** The first instant at which the clock shows this; where it never does, the one at which it jumps over it. */
  instantOf(local: LocalTime): number {
    const [first] = this.instantsOf(local)
    if (first !== undefined) return first
    let [low, high] = [local - this.#offset(local + DAY) - HOUR, local - this.#offset(local - DAY)]
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2)
      if (this.localOf(middle) < local) low = middle
      else high = middle
    }
    return high
  }

  #offset(instant: number): number {
    const block = Math.floor(instant / (HOUR / 4))
    const known = this.#offsets.get(block)
    if (known !== undefined) return known
    const start = block * (HOUR / 4)
    const part = new Map(this.#format.formatToParts(start).map(({ type, value }) => [type, value]))
    const number = (type: Intl.DateTimeFormatPartTypes) => Number(part.get(type))
    const offset = Date.UTC(number('year'), number('month') - 1, number('day'), number('hour'), number('minute'), number('second')) - start
    if (this.#offsets.size >= MOST_OFFSETS) this.#offsets.clear()
    this.#offsets.set(block, offset)
    return offset
  }
}

const MOST_OFFSETS = 4_096
