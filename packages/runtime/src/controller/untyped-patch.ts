import { isApiError } from '@kubewright/core'
import { TerminalError } from './errors.ts'

/**
 * A text where the kind has a map, or a field that it has not: server-side apply answers 500 for it, as of server trouble, and will do so until the
 * object is written otherwise. The server's answer has the values in it, which may be secret: what is made of it names the fields, and has no cause.
 * @returns `undefined` when the error says something else
 */
export function asUntyped(error: unknown, what: string): TerminalError | undefined {
  if (!isApiError(error) || error.code !== 500) return undefined
  const [, problems] = /failed to create typed patch object \([^)]*\): (.*)$/s.exec(error.message) ?? []
  if (problems === undefined) return undefined
  const told = problems
    .replace(/^errors:\n/, '')
    .split('\n')
    // A value of several lines continues on lines that are no field.
    .filter((line, at) => at === 0 || /^\s+\.\S+: /.test(line))
    .map((line) => line.trim().replace(/(: expected [^,]*), got .*$/s, '$1'))
  return new TerminalError(`apply ${what}: the kind does not allow ${told.join('; ')}. Correct these fields`)
}
