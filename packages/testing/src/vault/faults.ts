import type { Answer, FakeRequest } from './answer.ts'

/** What can go wrong at one node. */
export type VaultFault =
  /** Takes the request and never answers. `after`: the request has its effect first. */
  | { readonly is: 'hang'; readonly after?: boolean }
  /** Milliseconds on the fake's clock before the request is looked at. */
  | { readonly is: 'slow'; readonly ms: number }
  /** Breaks the connection. `after`: the request has its effect first. */
  | { readonly is: 'reset'; readonly after?: boolean }
  /** Accepts connections and then says nothing: not even a TLS handshake. */
  | { readonly is: 'half dead' }
  /** Another answer, such as a proxy's page, a redirect to a stranger, or one Vault gives in other editions (412, 473). */
  | { readonly is: 'answer'; readonly answer: Answer }

/** Which requests fail, and how often. */
export interface FaultOptions {
  /** Which requests. @default all */
  readonly only?: (request: FakeRequest) => boolean
  /** How many times. @default for ever */
  readonly times?: number
}

export interface PlacedFault {
  readonly fault: VaultFault
  readonly only: (request: FakeRequest) => boolean
  left: number
}

export class Faults {
  readonly #placed = new Set<PlacedFault>()

  /** @returns what takes it away again */
  add(fault: VaultFault, { only = () => true, times = Number.POSITIVE_INFINITY }: FaultOptions = {}): () => void {
    const placed = { fault, only, left: times }
    this.#placed.add(placed)
    return () => void this.#placed.delete(placed)
  }

  /** The fault of this request; one time less of it is left. */
  meet(request: FakeRequest): VaultFault | undefined {
    for (const placed of this.#placed) {
      if (placed.fault.is === 'half dead' || placed.left === 0 || !placed.only(request)) continue
      placed.left--
      return placed.fault
    }
    return undefined
  }

  get halfDead(): boolean {
    return [...this.#placed].some(({ fault }) => fault.is === 'half dead')
  }
}
