import type { PolicyEntry } from './policy-entry.ts'
import { isReading } from './run-state.ts'

/** Lines in which a policy still reads its objects for the first time: it might be the one that keeps what another would delete, so they are held. */
export class StartingLines {
  readonly #hold: (line: string, held: boolean) => void
  readonly #held = new Set<string>()
  #outdated = false

  constructor(hold: (line: string, held: boolean) => void) {
    this.#hold = hold
  }

  /** A policy has come, gone, or got into another state. */
  outdate(): void {
    this.#outdated = true
  }

  /** To be called before anything is deleted. Costs nothing unless something was outdated. */
  refresh(entries: Iterable<PolicyEntry>): void {
    if (!this.#outdated) return
    this.#outdated = false
    const starting = new Set<string>()
    for (const { work } of entries) if (work.is === 'run' && isReading(work.run.state)) starting.add(work.run.ready.mode.line)
    for (const line of this.#held) if (!starting.has(line)) this.#set(line, false)
    for (const line of starting) if (!this.#held.has(line)) this.#set(line, true)
  }

  #set(line: string, held: boolean): void {
    if (held) this.#held.add(line)
    else this.#held.delete(line)
    this.#hold(line, held)
  }
}
