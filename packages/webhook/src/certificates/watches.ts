import type { InformerLease, Manager } from '@kubewright/runtime'
import type { Watched } from './source.ts'

/** What tells that something has changed, before its time. Metadata alone is watched: nothing of a Secret stays in memory. */
export class Watches {
  readonly #manager: Manager
  readonly #tell: () => void
  readonly #leases: InformerLease<never>[] = []
  #waiting: readonly Watched[]

  constructor(manager: Manager, watched: readonly Watched[], tell: () => void) {
    this.#manager = manager
    this.#waiting = watched
    this.#tell = tell
  }

  /** Opens what is not open yet. They begin to watch when the manager's caches start. */
  async open(): Promise<void> {
    for (let [first, ...rest] = this.#waiting; first !== undefined; [first, ...rest] = this.#waiting) {
      const lease = await this.#manager.cache.informer(first.kind, first.scope)
      lease.informer.subscribe({ add: this.#tell, update: this.#tell, delete: this.#tell })
      this.#leases.push(lease as unknown as InformerLease<never>)
      this.#waiting = rest
    }
  }

  async release(): Promise<void> {
    await Promise.all(this.#leases.map((lease) => lease.release()))
  }
}
