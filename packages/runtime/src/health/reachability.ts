import { type Clock, formatDuration } from '@kubewright/core'
import type { Logger } from '../log/logger.ts'

/** Whether the API server answers, as everything that talks to it has found: said once when it goes, once when it is back. */
export class Reachability {
  readonly #log: Logger
  readonly #clock: Clock
  readonly #server: string
  #lostAt: number | undefined

  constructor(options: { readonly log: Logger; readonly clock: Clock; readonly server: string }) {
    this.#log = options.log
    this.#clock = options.clock
    this.#server = options.server
  }

  get reachable(): boolean {
    return this.#lostAt === undefined
  }

  failed(message: string): void {
    if (this.#lostAt !== undefined) return
    this.#lostAt = this.#clock.monotonic()
    this.#log.warn('waiting for the API server to answer', { server: this.#server, error: message })
  }

  succeeded(): void {
    if (this.#lostAt === undefined) return
    const away = this.#clock.monotonic() - this.#lostAt
    this.#lostAt = undefined
    this.#log.info('the API server answers again', { server: this.#server, after: formatDuration(Math.round(away / 1000) * 1000) })
  }
}
