import type { Reason } from '../reasons.ts'

/** Nothing can be done now, and it is no failure: something is missing, in the way, or not allowed. */
export class Blocked extends Error {
  override readonly name = 'Blocked'
  readonly reason: Reason
  /** In ms. When it is looked at again though nothing was heard; `undefined`: with the next change. */
  readonly retry: number | undefined

  constructor(reason: Reason, message: string, retry?: number) {
    super(message)
    this.reason = reason
    this.retry = retry
  }
}

export const isBlocked = (error: unknown): error is Blocked => error instanceof Blocked
