import type { FactChange, FactNeeds, FactSource, WorldFacts } from '../facts/fact-source.ts'
import { type Facts, NO_FACTS } from '../facts/facts.ts'

// For tests: a world of which the test says what is known.

export class FakeFacts implements FactSource {
  facts: WorldFacts = NO_FACTS
  /** When everything has been read for those that open it from now on. */
  settled: Promise<void> = Promise.resolve()
  readonly opened: FactNeeds[] = []
  readonly #listeners = new Set<(change: FactChange) => void>()
  readonly #waiting = new Set<() => void>()

  open(needs: FactNeeds, changed: (change: FactChange) => void) {
    this.opened.push(needs)
    this.#listeners.add(changed)
    return {
      facts: {
        namespace: (...args: Parameters<Facts['namespace']>) => this.facts.namespace(...args),
        guard: (...args: Parameters<Facts['guard']>) => this.facts.guard(...args),
        author: (...args: Parameters<Facts['author']>) => this.facts.author(...args),
        exists: (...args: Parameters<Facts['exists']>) => this.facts.exists(...args),
        use: (...args: Parameters<Facts['use']>) => this.facts.use(...args),
        quota: (...args: Parameters<Facts['quota']>) => this.facts.quota(...args),
      },
      settled: this.settled,
      inspect: () => {},
      close: () => {
        this.#listeners.delete(changed)
        return Promise.resolve()
      },
    }
  }

  tell(change: FactChange): void {
    for (const listener of [...this.#listeners]) listener(change)
  }

  /** A kind has been installed. */
  installed(): void {
    for (const told of [...this.#waiting]) told()
  }

  kindsChanged(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const told = () => {
        this.#waiting.delete(told)
        resolve()
      }
      this.#waiting.add(told)
      if (signal.aborted) told()
      else signal.addEventListener('abort', told, { once: true })
    })
  }

  /** Worlds that somebody still holds. */
  get held(): number {
    return this.#listeners.size
  }
}
