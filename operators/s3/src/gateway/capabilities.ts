import { createHash } from 'node:crypto'
import type { Clock } from 'kubewright'
import type { Subresource } from './subresource.ts'

export type Capability = 'Supported' | 'Unsupported'

/** So long a refusal is believed: a server may have been updated since. */
const BELIEVED = 24 * 3_600_000

/**
 * What was found out about which settings of buckets a server has. That it can be asked for one does not mean that it takes it, and that it does not
 * know something in what was written does not mean that it takes nothing: SeaweedFS has lifecycle rules, and answers 501 to those with transitions.
 */
export class Capabilities {
  readonly #clock: Pick<Clock, 'monotonic'>
  readonly #shown = new Map<Subresource, Capability>()
  /** Settings of which no write is taken, and when that was found out. */
  readonly #refused = new Map<Subresource, number>()
  /** The same of single contents, by setting. */
  readonly #refusedContents = new Map<Subresource, Map<string, number>>()

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock
  }

  /** A read has shown it, or a write that was taken. */
  shown(subresource: Subresource, capability: Capability): void {
    this.#shown.set(subresource, capability)
  }

  /** @param content what was refused; without it the server takes no write of the setting, whatever it answers to a read */
  refused(subresource: Subresource, content?: unknown): void {
    const now = this.#clock.monotonic()
    if (content === undefined) this.#refused.set(subresource, now)
    else
      this.#refusedContents.set(
        subresource,
        (this.#refusedContents.get(subresource) ?? new Map<string, number>()).set(hashOf(content), now),
      )
  }

  isRefused(subresource: Subresource): boolean {
    return this.#isBelieved(this.#refused.get(subresource))
  }

  /** Whether the content is worth sending. */
  takes(subresource: Subresource, content: unknown): boolean {
    if (this.isRefused(subresource) || this.#shown.get(subresource) === 'Unsupported') return false
    return !this.#isBelieved(this.#refusedContents.get(subresource)?.get(hashOf(content)))
  }

  all(): Readonly<Record<string, Capability>> {
    const names = [...new Set([...this.#shown.keys(), ...this.#refused.keys(), ...this.#refusedContents.keys()])]
    // Of one that was never taken, and of which something was refused, that is all that is known.
    const of = (name: Subresource) => (this.isRefused(name) ? 'Unsupported' : (this.#shown.get(name) ?? 'Unsupported'))
    return Object.fromEntries(names.sort().map((name) => [name, of(name)]))
  }

  #isBelieved(at: number | undefined): boolean {
    return at !== undefined && this.#clock.monotonic() < at + BELIEVED
  }
}

const hashOf = (content: unknown): string =>
  createHash('sha256')
    .update(JSON.stringify(content) ?? '')
    .digest('base64')
