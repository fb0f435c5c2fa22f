import type { InitializationPlan } from '../initialization/plan.ts'
import { type RevocationParts, revokeKeptRootToken } from '../initialization/root-token.ts'

export interface RootTokenDutyParts extends Omit<RevocationParts, 'store' | 'signal'> {
  store(plan: InitializationPlan): RevocationParts['store']
  /** Runs until nothing is under way any more. */
  start(run: (signal: AbortSignal) => Promise<void>): void
}

/** Sees to it that the root token of an initialisation is revoked, be it of this life of the operator or of an earlier one. */
export class RootTokenDuty {
  readonly #parts: RootTokenDutyParts
  #place = ''
  #stop = new AbortController()

  constructor(parts: RootTokenDutyParts) {
    this.#parts = parts
  }

  /** Looks once at each place that the spec names. When it names none any more, what was begun is brought to its end. */
  attend(plan: InitializationPlan | undefined): void {
    if (plan === undefined) return
    const place = JSON.stringify([plan.secret, plan.entry])
    if (place === this.#place) return
    this.#place = place
    this.look(plan)
  }

  /** There may be a token by now. */
  look(plan: InitializationPlan): void {
    const { start, store, ...parts } = this.#parts
    this.#stop.abort()
    const stop = new AbortController()
    this.#stop = stop
    start((ended) => revokeKeptRootToken({ ...parts, store: store(plan), signal: AbortSignal.any([ended, stop.signal]) }))
  }

  stop(): void {
    this.#stop.abort()
  }
}
