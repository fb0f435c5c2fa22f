import type { Client, Clock } from 'kubewright'
import { mayDo, type Right } from '../author/access-review.ts'
import type { Author } from '../author/author.ts'

/** A right that was withdrawn is noticed so soon, as with the right to delete. */
const GOOD_FOR = 60_000

interface Answer {
  readonly until: number
  readonly allowed: Promise<boolean>
}

/** Whether who wrote a policy may write its backups. Asks the API server once a minute, not once for each deletion. */
export class AuthorGrant {
  readonly #client: Client
  readonly #clock: Clock
  readonly #answers = new Map<string, Answer>()

  constructor(client: Client, clock: Clock) {
    this.#client = client
    this.#clock = clock
  }

  /** @throws ApiError, ConnectionError, which is not remembered */
  async allows(author: Author, right: Right, signal: AbortSignal): Promise<boolean> {
    const now = this.#clock.monotonic()
    for (const [key, { until }] of this.#answers) if (until <= now) this.#answers.delete(key)
    const key = JSON.stringify([author, right])
    const known = this.#answers.get(key) ?? { until: now + GOOD_FOR, allowed: mayDo(this.#client, author, right, signal) }
    this.#answers.set(key, known)
    try {
      return await known.allowed
    } catch (error) {
      if (this.#answers.get(key) === known) this.#answers.delete(key)
      throw error
    }
  }
}
