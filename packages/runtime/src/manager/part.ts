/** Something of the program that is started and stopped at its place in the order. */
export interface Part {
  /** In messages about what does not end. */
  readonly name: string
  /** Resolves when what comes after it may start. It goes on then, until it is stopped. */
  start(): void | Promise<void>
  /** Resolves when it has really ended; at once when it never started. */
  stop(reason: unknown): Promise<void>
  /** Names of what has started and not ended. */
  readonly alive: readonly string[]
}

/** A part that is one promise; nothing waits for it at the start. `failed` hears of a rejection while it should go on. */
export function background(name: string, run: (stop: AbortSignal) => Promise<void>, failed: (error: unknown) => void): Part {
  const stop = new AbortController()
  let running: Promise<void> | undefined
  let ended = false
  const live = async () => {
    try {
      await run(stop.signal)
    } catch (error) {
      if (!stop.signal.aborted || error !== stop.signal.reason) failed(error)
    } finally {
      ended = true
    }
  }
  return {
    name,
    start() {
      running ??= live()
    },
    async stop(reason) {
      stop.abort(reason)
      await running
    },
    get alive() {
      return running === undefined || ended ? [] : [name]
    },
  }
}
