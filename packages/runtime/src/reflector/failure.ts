import { isApiError, isResourceVersionTooLarge, messageOf } from '@kubewright/core'
import { troubleOf } from '../reachability/trouble.ts'

/**
 * Why a list or a watch failed, by what has to be done about it:
 * - `expired`: the server no longer has that history (410): list again
 * - `ahead`: the server has not come as far as our resource version, for instance because it was restored from a backup: list again
 * - `throttled`: too many requests (429): the same again, when the server says
 * - `unreachable`: no answer, or the stream broke: the same again
 * - `unavailable`: the server starts or stops, or a proxy has none to ask (502, 503): the same again
 * - `denied`: 401 or 403: the same again, slowly, until somebody grants it
 * - `absent`: the server does not serve the resource (404, 405): list again, slowly, until somebody installs it
 * - `server`: the server's own trouble (5xx): the same again; list again when it stays
 * - `broken`: anything else, such as a frame that is no JSON: as `server`
 */
export type FailureKind = 'expired' | 'ahead' | 'throttled' | 'unreachable' | 'unavailable' | 'denied' | 'absent' | 'server' | 'broken'

export interface Failure {
  readonly kind: FailureKind
  readonly error: unknown
  readonly message: string
  /** Milliseconds that the server asked us to wait; 0 when it did not. */
  readonly retryAfter: number
}

/**
 * `outage`: the server is not known to be back yet. While it starts it refuses everybody (403) until it has read its roles, and knows no custom
 * kind (404) until it has read their definitions: that is no verdict about us.
 */
export function failureOf(error: unknown, { outage = false }: { readonly outage?: boolean } = {}): Failure {
  const retryAfter = isApiError(error) ? (error.retryAfterSeconds ?? 0) * 1000 : 0
  const kind = kindOfFailure(error)
  const starting = outage && (kind === 'denied' || kind === 'absent')
  return { kind: starting ? 'unavailable' : kind, error, message: messageOf(error), retryAfter }
}

function kindOfFailure(error: unknown): FailureKind {
  if (troubleOf(error) === 'no answer') return 'unreachable'
  if (isResourceVersionTooLarge(error)) return 'ahead'
  return isApiError(error) ? kindOfCode(error.code) : 'broken'
}

function kindOfCode(code: number): FailureKind {
  switch (code) {
    case 410:
      return 'expired'
    case 429:
      return 'throttled'
    case 401:
    case 403:
      return 'denied'
    case 404:
    case 405:
      return 'absent'
    case 502:
    case 503:
      return 'unavailable'
    default:
      return code >= 500 ? 'server' : 'broken'
  }
}
