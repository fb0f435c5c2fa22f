/** What a command may touch of the world around it; tests give their own. */
export interface Terminal {
  readonly stdout: Output
  readonly stderr: Output
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Aborts when the program is asked to stop. */
  readonly signal: AbortSignal
  /** Aborts when it is asked a second time: the process ends as soon as the listeners have returned. */
  readonly insistence: AbortSignal
}

export interface Output {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string): unknown
}

export type OutputFormat = 'text' | 'json'

/** Resolves when the signal aborts. */
export function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
}
