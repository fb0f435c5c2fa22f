import type { Writable } from 'node:stream'
import { messageOf } from '@kubewright/core'
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
  followReader('standard output', process.stdout, stop)
  followReader('standard error', process.stderr, stop)
  return { stdout: process.stdout, stderr: process.stderr, environment: process.env, signal: stop.signal, insistence: insist.signal }
}

/**
 * Whoever read has had enough (`generate crds MODULE | head`): that is no failure, and nobody is left to tell of it. The program ends as when it is told to,
 * and writes into the void until then. Node knows no SIGPIPE; it reports EPIPE at every write, and without a listener prints a stack.
 */
function followReader(name: string, stream: Writable, stop: AbortController): void {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') {
      process.exitCode = 1
      if (stream !== process.stderr) process.stderr.write(`kubewright: cannot write to ${name}: ${messageOf(error)}\n`)
    }
    if (!stop.signal.aborted) stop.abort(new Error(`nobody reads ${name} any more`))
  })
}
