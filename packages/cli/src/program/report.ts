import { explanationOf, isApiError, isConnectionError, messageOf } from '@kubewright/core'
import { CommanderError } from 'commander'
import { codeOf, ERRORS } from '../explained/catalogue.ts'
import type { Terminal } from '../terminal.ts'
import { UsageError } from '../usage-error.ts'

const FINE = 0
const FAILED = 1
/** Wrong usage: the command line itself is at fault. */
const USAGE = 2

/** Errors whose message is the whole story for the reader. */
const TOLD: ReadonlySet<string> = new Set(['ConfigurationError', 'KindInstallError', 'KindNotFoundError', 'LeadershipLostError'])

/**
 * Prints why a program ended, with the code that `kubewright explain` knows, and returns its exit code. What is no ordinary failure is a defect of ours, and
 * its stack is what we need to mend it.
 */
export function report(error: unknown, terminal: Terminal): number {
  // Commander has printed its own words.
  if (error instanceof CommanderError) return error.exitCode === 0 ? FINE : USAGE
  if (terminal.signal.aborted && error === terminal.signal.reason) return FINE
  const told = isApiError(error) || isConnectionError(error) || (error instanceof Error && TOLD.has(error.name))
  const text = told || !(error instanceof Error) ? messageOf(error) : (error.stack ?? error.message)
  for (const line of `${text} (${codeOf(error)})`.split('\n')) terminal.stderr.write(`kubewright: ${line}\n`)
  // The server says what it refuses, not what one can do about it. Our own errors say both.
  const { mend } = isApiError(error) ? (explanationOf(error, ERRORS) ?? {}) : {}
  if (mend !== undefined) terminal.stderr.write(`kubewright: mend: ${mend}\n`)
  return error instanceof UsageError ? USAGE : FAILED
}
