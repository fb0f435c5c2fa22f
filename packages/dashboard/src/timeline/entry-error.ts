import type { EntryError } from '../model/object-page.ts'
import { hintFor } from './hints.ts'

/** A server's answer says all in its message; of a mistake in the program the stack tells where. */
const WITHOUT_STACK = new Set(['ApiError', 'ConnectionError', 'ConfigurationError', 'FieldConflictError'])
const LONGEST_MESSAGE = 2_000
const LONGEST_STACK = 12

export function entryErrorOf(error: unknown, hide: (text: string) => string): EntryError {
  if (!(error instanceof Error)) return { name: 'Error', message: cut(hide(String(error))), stack: undefined, hint: undefined }
  const message = cut(hide(error.message))
  const { name } = error
  const stack = WITHOUT_STACK.has(name) ? undefined : stackOf(error, hide)
  return { name, message, stack, hint: hintFor({ name, message }) }
}

function stackOf({ stack = '' }: Error, hide: (text: string) => string): string | undefined {
  const frames = stack.split('\n').filter((line) => /^\s+at /.test(line))
  return frames.length === 0 ? undefined : hide(frames.slice(0, LONGEST_STACK).join('\n'))
}

const cut = (text: string) => (text.length > LONGEST_MESSAGE ? `${text.slice(0, LONGEST_MESSAGE)}…` : text)
