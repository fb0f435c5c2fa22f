import { hashOfText, mixed } from './slot-table.ts'

// What every object has, as columns of a table: few bytes a row, and nothing for the garbage collector to walk.

const FIRST_SIZE = 16
const WORDS = 4
const UUID_LENGTH = 36

/** The uids of rows: 16 bytes each. Servers make UUIDs; what is none has a table of its own. */
export class UidColumn {
  #words = new Int32Array(FIRST_SIZE * WORDS)
  readonly #odd = new Map<number, string>()
  /** The uid that was read last: it is asked about several times in a row. */
  #read = ''
  #isUuid = false
  readonly #digits = new Int32Array(WORDS)

  set(row: number, uid: string): void {
    this.clear(row)
    if (!this.#reads(uid)) {
      this.#odd.set(row, uid)
      return
    }
    const start = row * WORDS
    if (start + WORDS > this.#words.length) this.#words = enlarged(this.#words, start + WORDS)
    this.#words.set(this.#digits, start)
  }

  get(row: number): string {
    const odd = this.#odd.get(row)
    if (odd !== undefined) return odd
    const start = row * WORDS
    const [one, two, three, four] = [this.#words[start]!, this.#words[start + 1]!, this.#words[start + 2]!, this.#words[start + 3]!]
    return `${hexOfWord(one)}-${hexOfHalf(two >>> 16)}-${hexOfHalf(two)}-${hexOfHalf(three >>> 16)}-${hexOfHalf(three)}${hexOfWord(four)}`
  }

  /** Whether the row says just this. Costs no text. */
  is(row: number, uid: string): boolean {
    if (this.#odd.size > 0 && this.#odd.has(row)) return this.#odd.get(row) === uid
    if (!this.#reads(uid)) return false
    for (let word = 0; word < WORDS; word++) if (this.#words[row * WORDS + word] !== this.#digits[word]) return false
    return true
  }

  /** For a {@link SlotTable}. The same as {@link UidColumn.hashOf} says of the uid. */
  hash(row: number): number {
    const odd = this.#odd.size === 0 ? undefined : this.#odd.get(row)
    return odd === undefined ? mixed(this.#words[row * WORDS]! ^ this.#words[row * WORDS + 3]!) : hashOfText(odd)
  }

  hashOf(uid: string): number {
    return this.#reads(uid) ? mixed(this.#digits[0]! ^ this.#digits[3]!) : hashOfText(uid)
  }

  /** What the row says no more. */
  clear(row: number): void {
    if (this.#odd.size > 0) this.#odd.delete(row)
  }

  /** Its digits, if it is a UUID as servers write it. By hand, for this is done for every event. */
  #reads(uid: string): boolean {
    if (uid === this.#read) return this.#isUuid
    this.#read = uid
    this.#isUuid = uid.length === UUID_LENGTH && this.#readDigits(uid)
    return this.#isUuid
  }

  #readDigits(uid: string): boolean {
    let digit = 0
    for (let index = 0; index < UUID_LENGTH; index++) {
      const code = uid.charCodeAt(index)
      if (index === 8 || index === 13 || index === 18 || index === 23) {
        if (code !== DASH) return false
        continue
      }
      const value = code >= ZERO && code < ZERO + 10 ? code - ZERO : code >= LOWER_A && code < LOWER_A + 6 ? code - LOWER_A + 10 : -1
      if (value === -1) return false
      const word = digit++ >> 3
      this.#digits[word] = (this.#digits[word]! << 4) | value
    }
    return true
  }
}

const [DASH, ZERO, LOWER_A] = [0x2d, 0x30, 0x61]

// By a table: a number's own toString takes ten times as long, and this is done for every event too.
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))
const hexOfHalf = (half: number): string => HEX[(half >>> 8) & 0xff]! + HEX[half & 0xff]!
const hexOfWord = (word: number): string => hexOfHalf(word >>> 16) + hexOfHalf(word)

/** The resource versions of rows: 8 bytes each. They are numbers with few exceptions, and those have a table of their own. */
export class VersionColumn {
  #versions = new Float64Array(FIRST_SIZE)
  readonly #odd = new Map<number, string>()

  set(row: number, version: string): void {
    this.clear(row)
    const number = Number(version)
    if (String(number) !== version) {
      this.#odd.set(row, version)
      return
    }
    if (row >= this.#versions.length) this.#versions = enlarged(this.#versions, row + 1)
    this.#versions[row] = number
  }

  get(row: number): string {
    return this.#odd.get(row) ?? String(this.#versions[row]!)
  }

  /** What the row says no more. */
  clear(row: number): void {
    if (this.#odd.size > 0) this.#odd.delete(row)
  }
}

/** The same values in an array that is at least so large, and half as large again as it was; what is new in it is `fill`. */
export function enlarged<T extends Int32Array | Float64Array>(from: T, atLeast: number, fill = 0): T {
  const size = Math.max(atLeast, from.length + (from.length >> 1))
  const into = (from instanceof Int32Array ? new Int32Array(size) : new Float64Array(size)) as T
  into.set(from as never)
  if (fill !== 0) into.fill(fill, from.length)
  return into
}
