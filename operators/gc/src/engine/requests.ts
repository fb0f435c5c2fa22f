import type { Clock } from 'kubewright'
import type { Answer } from '../deletion/answer.ts'
import { type Concurrency, fullConcurrency, onAnswer } from '../limits/concurrency.ts'

/** The requests under way: no more of them at one time than allowed, and fewer while the server is not well. */
export class Requests {
  readonly #clock: Pick<Clock, 'monotonic'>
  #concurrency: Concurrency
  #underWay = 0

  /** `most`: at one time, while all is well. */
  constructor(most: number, clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock
    this.#concurrency = fullConcurrency(most)
  }

  /** Whether one more may begin. */
  get hasRoom(): boolean {
    return this.#underWay < this.#concurrency.limit
  }

  /** Counts the request until it has ended. The answer of a DELETE tells how the server is. */
  async count(request: Promise<{ readonly answer: Answer; readonly ms: number } | undefined>): Promise<void> {
    this.#underWay++
    try {
      const answered = await request
      if (answered !== undefined) this.#concurrency = onAnswer(this.#concurrency, answered.answer, answered.ms, this.#clock.monotonic())
    } finally {
      this.#underWay--
    }
  }
}
