import type { Reachability } from '../reachability/reachability.ts'
import { isServerTrouble } from '../reachability/trouble.ts'
import type { Outcome } from './outcome.ts'

/**
 * Keys whose last reconcile failed because the API server was away. Their delays have grown with the outage and say nothing about the objects: when
 * the server is back they are worked on at once.
 */
export class StrandedKeys {
  readonly #priorities = new Map<string, number>()

  note({ key, priority }: { readonly key: string; readonly priority: number }, outcome: Outcome): void {
    if (outcome.result === 'error' && isServerTrouble(outcome.error)) this.#priorities.set(key, priority)
    else this.#priorities.delete(key)
  }

  /** Has each recovery of the server put the keys into the queue. Returns the function that ends it. */
  rescueOn(
    reachability: Pick<Reachability, 'subscribe'>,
    queue: { forget(key: string): void; add(key: string, options: { readonly priority: number }): void },
  ): () => void {
    return reachability.subscribe((state, before) => {
      if (state !== 'reachable' || before !== 'unreachable') return
      for (const [key, priority] of this.#priorities) {
        queue.forget(key)
        queue.add(key, { priority })
      }
      this.#priorities.clear()
    })
  }
}
