import { CelError, type Issue } from './errors.ts'
import { positionAt } from './issue-display.ts'

/**
 * cel-go shows as many, and counts the rest. Each is shown with its line: a line that is wrong at every character would else be shown as often as it
 * is long, which at the longest expression there may be is ten gigabytes.
 */
const MOST_SHOWN = 100

/** What is wrong with a text at which code points. */
export function errorAt(text: string, found: readonly { readonly at: number; readonly message: string }[]): CelError {
  const points = Array.from(text)
  const shown = found.toSorted((a, b) => a.at - b.at).slice(0, MOST_SHOWN)
  const [first, ...rest] = shown.map(({ at, message }): Issue => ({ position: positionAt(points, at), message }))
  return new CelError(text, [first!, ...rest], 'compilation', found.length - shown.length)
}
