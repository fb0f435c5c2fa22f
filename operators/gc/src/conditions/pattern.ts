import { expressions } from 'kubewright'

/**
 * A regular expression in RE2's syntax, in time proportional to the text whatever the pattern: policies are written by tenants, and `(a+)+$` in
 * JavaScript's own engine stops the operator. Occurs anywhere unless anchored.
 * @throws Error naming what is wrong with the pattern.
 */
export function compilePattern(pattern: string): (text: string) => boolean {
  const program = expressions.compileCel(`text.matches(${JSON.stringify(pattern)})`, {
    variables: { text: expressions.STRING },
    result: expressions.BOOL,
  })
  return (text) => text.length <= LONGEST_TEXT && program.evaluate({ text }, { budget: Number.MAX_SAFE_INTEGER }).value === true
}

/** Annotations may hold 256 KiB; what a pattern is meant for is short. */
const LONGEST_TEXT = 16_384
