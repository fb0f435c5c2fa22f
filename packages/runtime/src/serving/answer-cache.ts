import type { Clock } from '@kubewright/core'

/** A stranger with many tokens must not fill the memory. */
const MOST = 1_000

/** Answers that hold for a while. What is being asked already is not asked again; a question that failed is. */
export class AnswerCache<T> {
  readonly #clock: Clock
  readonly #keptFor: (answer: T) => number
  readonly #answers = new Map<string, { readonly answer: Promise<T>; until: number }>()

  /** `keptFor`: milliseconds. */
  constructor(clock: Clock, keptFor: (answer: T) => number) {
    this.#clock = clock
    this.#keptFor = keptFor
  }

  get(key: string, ask: () => Promise<T>): Promise<T> {
    const known = this.#answers.get(key)
    if (known !== undefined && this.#clock.monotonic() < known.until) return known.answer
    const answer = ask()
    const entry = { answer, until: Number.POSITIVE_INFINITY }
    this.#answers.delete(key)
    this.#answers.set(key, entry)
    if (this.#answers.size > MOST) this.#answers.delete(this.#answers.keys().next().value!)
    answer.then(
      (given) => {
        entry.until = this.#clock.monotonic() + this.#keptFor(given)
      },
      () => {
        if (this.#answers.get(key) === entry) this.#answers.delete(key)
      },
    )
    return answer
  }
}
