import type { Manager } from './manager.ts'
import type { Runnable } from './runnable.ts'

/** Runnables that start and stop together. */
export class RunnableGroup {
  readonly #manager: Manager
  readonly #failed: (runnable: Runnable, error: unknown) => void
  readonly #stop = new AbortController()
  readonly #waiting: Runnable[] = []
  readonly #alive = new Map<Runnable, Promise<void>>()
  #life: 'waiting' | 'running' | 'stopping' = 'waiting'

  constructor(manager: Manager, failed: (runnable: Runnable, error: unknown) => void) {
    this.#manager = manager
    this.#failed = failed
  }

  /** Names of what has not ended. */
  get alive(): readonly string[] {
    return [...this.#alive.keys()].map((runnable) => runnable.name)
  }

  /** Runs it now, or when the group starts. */
  add(runnable: Runnable): void {
    if (this.#life === 'waiting') this.#waiting.push(runnable)
    else if (this.#life === 'running') this.#start(runnable)
  }

  start(): void {
    if (this.#life !== 'waiting') return
    this.#life = 'running'
    for (const runnable of this.#waiting.splice(0)) this.#start(runnable)
  }

  /** Resolves when all have ended. */
  async stop(reason: unknown): Promise<void> {
    this.#life = 'stopping'
    this.#stop.abort(reason)
    await Promise.all(this.#alive.values())
  }

  #start(runnable: Runnable): void {
    const run = async () => {
      try {
        await runnable.run(this.#stop.signal, this.#manager)
      } catch (error) {
        if (error !== this.#stop.signal.reason || !this.#stop.signal.aborted) this.#failed(runnable, error)
      } finally {
        this.#alive.delete(runnable)
      }
    }
    // Known to be alive before its first line runs, as that line may already end.
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#alive.set(runnable, promise)
    run().then(resolve, resolve)
  }
}
