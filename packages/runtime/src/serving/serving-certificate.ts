import type { Pair } from '@kubewright/core/certificates'

/** A certificate with its key, which may be replaced while it is in use. */
export interface ServingCertificate {
  readonly current: Pair
  /** Calls back with each that follows, until the returned function is called. */
  subscribe(use: (pair: Pair) => void): () => void
}

/** The one who replaces it. */
export class ReplaceableCertificate implements ServingCertificate {
  readonly #users = new Set<(pair: Pair) => void>()
  current: Pair

  constructor(pair: Pair) {
    this.current = pair
  }

  subscribe(use: (pair: Pair) => void): () => void {
    this.#users.add(use)
    return () => void this.#users.delete(use)
  }

  replace(pair: Pair): void {
    this.current = pair
    for (const use of this.#users) use(pair)
  }
}
