/** Promises for moments at which all of some keys are done. */
export class Waits {
  readonly #waits = new Set<{ readonly keys: Set<string>; readonly tell: () => void }>()

  /** Resolves when {@link done} has been called for each of the keys. */
  for(keys: Set<string>): Promise<void> {
    if (keys.size === 0) return Promise.resolve()
    return new Promise((tell) => this.#waits.add({ keys, tell }))
  }

  done(key: string): void {
    for (const wait of this.#waits) {
      wait.keys.delete(key)
      if (wait.keys.size > 0) continue
      this.#waits.delete(wait)
      wait.tell()
    }
  }
}
