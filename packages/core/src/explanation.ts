/** What is behind an error, or behind the reason of a condition or event: for the one who meets it. */
export interface Explanation {
  /** What has happened, or what holds. */
  readonly cause: string
  /** What to do about it. @default nothing: all is as it should be, or mends itself */
  readonly mend?: string
}

/** Names an entry of the catalogue of errors: `kubewright explain CODE`. A code keeps its meaning for good. */
export type ErrorCode = `KW-${string}`

/** The entry of an error. */
export interface ExplainedError extends Explanation {
  readonly code: ErrorCode
  /** The name of its class. */
  readonly error: string
  /** Which errors of the class it is about. @default all that no earlier entry is about */
  readonly holds?: (error: Error) => boolean
}

/**
 * The entry that an error has: the first that fits, else the one whose code it was thrown with (what the server has said may be told in words of one's
 * own). `undefined` for an error of somebody else.
 */
export function explanationOf(error: unknown, catalogue: readonly ExplainedError[]): ExplainedError | undefined {
  if (!(error instanceof Error)) return undefined
  const { code } = error as { readonly code?: unknown }
  return (
    catalogue.find((entry) => entry.error === error.name && (entry.holds?.(error) ?? true)) ??
    catalogue.find((entry) => entry.code === code)
  )
}
