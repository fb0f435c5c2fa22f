/**
 * Finds one key of an object while its bytes go by. A key that is written with escapes is not found: servers write the names of their fields
 * as they are.
 */
export class KeyMatcher {
  readonly #wanted: Buffer
  #state: 'elsewhere' | 'before key' | 'in key' | 'after match' | 'value of match' = 'elsewhere'
  #matched = 0

  constructor(wanted: Buffer) {
    this.#wanted = wanted
  }

  /** Whether the wanted key and its colon have just been seen. */
  get isValueOfMatch(): boolean {
    return this.#state === 'value of match'
  }

  /** The object begins, or a comma of its own: the next string is a key. */
  expect(): void {
    this.#state = 'before key'
  }

  /** A string of the object itself begins. */
  open(): void {
    this.#state = this.#state === 'before key' ? 'in key' : 'elsewhere'
    this.#matched = 0
  }

  /** A byte of a string, or its closing quote. */
  inside(byte: number, closes: boolean): void {
    if (this.#state !== 'in key') return
    if (closes) this.#state = this.#matched === this.#wanted.length ? 'after match' : 'elsewhere'
    // Past the end of the wanted key there is no byte to equal, so a longer key never has the length.
    else this.#matched = byte === this.#wanted[this.#matched] ? this.#matched + 1 : Number.NaN
  }

  /** A colon of the object itself. */
  value(): void {
    this.#state = this.#state === 'after match' ? 'value of match' : 'elsewhere'
  }
}
