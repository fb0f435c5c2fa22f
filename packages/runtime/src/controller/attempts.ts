/** The reconciles under way, so that one can be ended from outside. */
export class Attempts {
  readonly #running = new Map<string, AbortController>()

  get size(): number {
    return this.#running.size
  }

  /** The signal aborts when somebody ends the attempt by {@link abort}. */
  begin(key: string): { readonly signal: AbortSignal; end(): void } {
    const controller = new AbortController()
    this.#running.set(key, controller)
    return { signal: controller.signal, end: () => void this.#running.delete(key) }
  }

  abort(filter: (key: string) => boolean, reason: Error): void {
    for (const [key, controller] of this.#running) if (filter(key)) controller.abort(reason)
  }
}
