import type { ErrorCode } from './explanation.ts'
import type { Status } from './meta.ts'

/**
 * The API server refused or failed a request. `status` is its parsed answer; where the answer was no Status (a proxy's HTML page, an empty
 * body) one is made up from the HTTP code, so that callers decide by one shape.
 */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  /** HTTP status code. */
  readonly code: number
  readonly status: Status
  /** How long the server asked to wait, from `Retry-After` or the Status details. */
  readonly retryAfterSeconds: number | undefined

  constructor(
    status: Status & { readonly code: number },
    options: { readonly request?: string; readonly retryAfterSeconds?: number; readonly cause?: unknown } = {},
  ) {
    const what = status.message || status.reason || `HTTP ${status.code}`
    super(options.request ? `${options.request}: ${what}` : what, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = status.code
    this.status = status
    this.retryAfterSeconds = options.retryAfterSeconds ?? status.details?.retryAfterSeconds
  }

  get reason(): string {
    return this.status.reason ?? ''
  }
}

// Guards look at the shape and not at the class: two copies of this package in one program must not make `isConflict` lie.
function apiError(error: unknown): ApiError | undefined {
  return error instanceof Error && error.name === 'ApiError' && typeof (error as ApiError).code === 'number'
    ? (error as ApiError)
    : undefined
}

/** Whether the API server answered, and refused or failed. */
export const isApiError = (error: unknown): error is ApiError => apiError(error) !== undefined
const guard =
  (holds: (error: ApiError) => boolean) =>
  (error: unknown): error is ApiError => {
    const e = apiError(error)
    return e !== undefined && holds(e)
  }
const byCode = (code: number) => guard((error) => error.code === code)

/** 400: the request is malformed. */
export const isBadRequest = byCode(400)
/** 401: the API server does not know who asks. */
export const isUnauthorized = byCode(401)
/** 403: a right is missing, or an admission policy refuses. */
export const isForbidden = byCode(403)
/** 404: the object, or its kind, is not there. */
export const isNotFound = byCode(404)
/** 405: the resource does not know the verb. */
export const isMethodNotAllowed = byCode(405)
/** 409, the name is taken. */
export const isAlreadyExists = guard((error) => error.code === 409 && error.reason === 'AlreadyExists')
/** 409, the object has changed since it was read, or a precondition does not hold. A 409 without a reason counts as one. */
export const isConflict = guard((error) => error.code === 409 && (error.reason === 'Conflict' || error.reason === ''))
/** 410: the resource version or continue token is older than the server's history. */
export const isGone = byCode(410)
/** 422: the object does not fit its kind. */
export const isInvalid = byCode(422)
/** 429: the API server is busy, or an eviction would break a disruption budget. */
export const isTooManyRequests = byCode(429)
/** The server gave up on the request before it did anything: Kubernetes answers that with 500, and says by the reason that it is safe to repeat. */
export const isServerTimeout = guard((error) => error.code === 500 && error.reason === 'ServerTimeout')
/** 504: the request took too long. Whether it had an effect is not known. */
export const isTimeout = byCode(504)

/** The server has not yet seen the resource version that was asked for: a list or watch at it must fall back to a fresh read. */
export function isResourceVersionTooLarge(error: unknown): error is ApiError {
  const e = apiError(error)
  if (e === undefined || e.code !== 504) return false
  return (
    (e.status.details?.causes ?? []).some((cause) => cause.reason === 'ResourceVersionTooLarge') ||
    (e.status.message ?? '').startsWith('Too large resource version')
  )
}

/** No answer came at all: refused, reset, name not found, TLS failure, time out. `cause` has the socket's words. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError'
  /** The socket's or undici's error code, such as ECONNREFUSED; empty when there was none. */
  readonly code: string

  constructor(message: string, options: { readonly cause?: unknown; readonly code?: string } = {}) {
    super(message, { cause: options.cause })
    this.code = options.code ?? ''
  }
}

/** Whether no answer came at all. */
export const isConnectionError = (error: unknown): error is ConnectionError => error instanceof Error && error.name === 'ConnectionError'
/** Whether nobody listened at the address. */
export const isConnectionRefused = (error: unknown): boolean => isConnectionError(error) && error.code === 'ECONNREFUSED'

/** Something a person configured is wrong: a file, a flag, an environment variable. The message names it and the mend; commands print it and exit. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError'
  /** Of its entry in the catalogue of errors. */
  readonly code: ErrorCode

  /** `code`: @default KW-CONFIGURATION */
  constructor(message: string, options: { readonly cause?: unknown; readonly code?: ErrorCode } = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined)
    this.code = options.code ?? 'KW-CONFIGURATION'
  }
}

/** The text of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
