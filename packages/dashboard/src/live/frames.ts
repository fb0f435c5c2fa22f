// What changes, collected and told in frames: many changes of one object are one row. Frames are kept for a while, so that a page that was cut off
// goes on where it was. Nobody has looked for a while: nothing is collected.
import type { Frame, Happening, ObjectRow, Overview } from '../model/snapshot.ts'

export interface KeptFrame {
  readonly sequence: number
  /** JSON, made once for all pages. */
  readonly text: string
}

/** A minute at four a second. */
const MOST_FRAMES = 240
/** More than a person can read in a quarter of a second; the object's own page has them all. */
const MOST_HAPPENINGS = 20
const MOST_TOUCHED = 500

export class Frames {
  readonly #rows = new Map<string, ObjectRow>()
  readonly #gone = new Set<string>()
  readonly #touched = new Set<string>()
  #happenings: Happening[] = []
  #kept: KeptFrame[] = []
  #sequence = 0
  #collecting = false

  /** Off drops what was collected: a page that comes later begins with a snapshot. */
  collect(on: boolean): void {
    if (this.#collecting === on) return
    this.#collecting = on
    this.#clear()
    this.#kept = []
    // A page from before does not know what was missed.
    this.#sequence++
  }

  get last(): number {
    return this.#sequence
  }

  changed(row: ObjectRow): void {
    if (!this.#collecting) return
    this.#gone.delete(row.id)
    this.#rows.set(row.id, row)
  }

  gone(id: string): void {
    if (!this.#collecting) return
    this.#rows.delete(id)
    this.#gone.add(id)
  }

  touched(id: string): void {
    if (this.#collecting && this.#touched.size < MOST_TOUCHED) this.#touched.add(id)
  }

  happened(happening: Happening): void {
    if (!this.#collecting) return
    this.#happenings.push(happening)
    if (this.#happenings.length > MOST_HAPPENINGS) this.#happenings.shift()
  }

  /** Makes a frame of what was collected, if there is anything. */
  flush(overview?: Overview): boolean {
    const isEmpty = this.#rows.size + this.#gone.size + this.#touched.size + this.#happenings.length === 0
    if (!this.#collecting || (isEmpty && overview === undefined)) return false
    const frame: Frame = {
      ...(overview === undefined ? {} : { overview }),
      rows: [...this.#rows.values()],
      gone: [...this.#gone],
      happenings: this.#happenings,
      touched: [...this.#touched],
    }
    this.#kept.push({ sequence: ++this.#sequence, text: JSON.stringify(frame) })
    if (this.#kept.length > MOST_FRAMES) this.#kept.shift()
    this.#clear()
    return true
  }

  /** The frames after that one; `undefined` when some of them are forgotten. */
  after(sequence: number): readonly KeptFrame[] | undefined {
    if (sequence === this.#sequence) return []
    const first = this.#kept[0]
    if (first === undefined || sequence < first.sequence - 1 || sequence > this.#sequence) return undefined
    return this.#kept.slice(sequence - first.sequence + 1)
  }

  #clear(): void {
    this.#rows.clear()
    this.#gone.clear()
    this.#touched.clear()
    this.#happenings = []
  }
}
