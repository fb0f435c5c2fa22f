/** A hook threw this: the request is refused, and the message is for the one who made it. */
export class DeniedError extends Error {
  override readonly name = 'DeniedError'
  /** HTTP status code of the API server's answer. */
  readonly code: number

  /** `code`: from 400 to 599. @default 403 */
  constructor(message: string, code = 403) {
    super(message)
    this.code = code
  }
}

/** Whether a webhook refused the object. */
export const isDenied = (error: unknown): error is DeniedError => error instanceof Error && error.name === 'DeniedError'
