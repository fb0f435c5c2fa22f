import type { Terminal } from '../terminal.ts'

/** The real process as a terminal: SIGINT and SIGTERM abort its signal, a second one ends the process at once. */
export function processTerminal(): Terminal {
  const stop = new AbortController()
  const insist = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (stop.signal.aborted) {
        insist.abort(new Error(`received ${signal} again`))
        process.exit(1)
      }
      stop.abort(new Error(`received ${signal}`))
    })
  }
  return { stdout: process.stdout, stderr: process.stderr, environment: process.env, signal: stop.signal, insistence: insist.signal }
}
