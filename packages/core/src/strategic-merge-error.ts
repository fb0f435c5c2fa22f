/** A strategic merge patch that cannot be applied. Nothing was changed. */
export class StrategicMergeError extends Error {
  override readonly name = 'StrategicMergeError'
  /** The HTTP status with which kube-apiserver answers it. */
  readonly code: 400 | 422 | 500
  /** What is wrong, without the place: kube-apiserver names none. */
  readonly problem: string

  constructor(code: 400 | 422 | 500, at: string, problem: string) {
    super(`strategic merge patch: ${at === '' ? '' : `${at}: `}${problem}`)
    this.code = code
    this.problem = problem
  }
}

/** Whether a strategic merge patch could not be applied. */
export const isStrategicMergeError = (error: unknown): error is StrategicMergeError =>
  error instanceof Error && error.name === 'StrategicMergeError'
