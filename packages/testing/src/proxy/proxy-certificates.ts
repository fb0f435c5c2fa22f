import type { Clock } from '@kubewright/core'
import { Authority, type Pair } from '@kubewright/core/certificates'
import { LOOPBACK } from '../process/free-port.ts'

/** The certificates of a proxy that speaks TLS: an authority of its own, and what it serves. */
export class ProxyCertificates {
  readonly #clock: Clock
  #authority: Authority
  #pair: Pair

  constructor(clock: Clock) {
    this.#clock = clock
    this.#authority = new Authority(clock.now())
    this.#pair = this.#issue()
  }

  /** PEM. */
  get authority(): string {
    return this.#authority.cert
  }

  get serving(): Pair {
    return this.#pair
  }

  /** A new serving certificate, of the same authority or of a new one. */
  rotate(what: 'certificate' | 'authority'): Pair {
    if (what === 'authority') this.#authority = new Authority(this.#clock.now())
    this.#pair = this.#issue()
    return this.#pair
  }

  #issue(): Pair {
    return this.#authority.server([LOOPBACK, 'localhost'])
  }
}
