/** A value whose changes are seen some time after they were made: what a distributed directory shows to its readers. */
export class Delayed<T> {
  #seen: T
  #changes: { readonly at: number; readonly value: T }[] = []

  constructor(first: T) {
    this.#seen = first
  }

  /** `visibleAt` must not go backwards. */
  set(value: T, visibleAt: number): void {
    this.#changes.push({ at: visibleAt, value })
  }

  read(now: number): T {
    while (this.#changes[0] !== undefined && this.#changes[0].at <= now) this.#seen = this.#changes.shift()!.value
    return this.#seen
  }

  /** The last value that was set, seen or not. */
  get latest(): T {
    return this.#changes.at(-1)?.value ?? this.#seen
  }
}
