/** Something in a spec that must not be. */
export interface Problem {
  /** `spec.ports[0].name`. */
  readonly field: string
  /** `invalid`: makes no sense. `forbidden`: the cluster's operators do not want it. */
  readonly is: 'invalid' | 'forbidden'
  /** What is wrong and what to do. Repeats no value that may be a secret. */
  readonly message: string
}

export const invalid = (field: string, message: string): Problem => ({ field, is: 'invalid', message })
export const forbidden = (field: string, message: string): Problem => ({ field, is: 'forbidden', message })

/** In one sentence. */
export const describeProblems = (problems: readonly Problem[]): string =>
  problems.map(({ field, message }) => `${field}: ${message}`).join('; ')
