/** A label or field selector that cannot be understood. */
export class SelectorError extends Error {
  override readonly name = 'SelectorError'
  /** Where in the text the trouble starts, in characters from 0; `undefined` when the selector was no text but a field of an object. */
  readonly position: number | undefined
  /** What is wrong in kube-apiserver's own words, for those who answer in its place. */
  readonly reason: string

  constructor(problem: string, options: { readonly selector?: string; readonly position?: number; readonly reason?: string } = {}) {
    const { selector, position, reason = problem } = options
    super(
      `selector ${selector === undefined ? '' : `"${selector}" `}is malformed${position === undefined ? '' : ` at position ${position}`}: ${problem}`,
    )
    this.position = position
    this.reason = reason
  }
}

/** Whether a label or field selector is malformed. */
export const isSelectorError = (error: unknown): error is SelectorError => error instanceof Error && error.name === 'SelectorError'
