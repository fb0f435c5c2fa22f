import { isVaultError, type VaultFailureKind } from '@kubewright/vault'
import { isApiError, messageOf } from 'kubewright'

/** Why a target, or all of them, could not be brought to what is wanted. */
export type FailureReason =
  | 'PermissionDenied'
  | 'LoginFailed'
  | 'MountNotFound'
  | 'VaultUnavailable'
  | 'RateLimited'
  | 'TooLarge'
  | 'Refused'
  | 'Failed'

/** Under the names of the original's metric. */
export type ErrorType = 'auth_failed' | 'permission_denied' | 'invalid_path' | 'connection_failed' | 'unknown'

export interface Failure {
  readonly reason: FailureReason
  readonly message: string
  readonly errorType: ErrorType
  /** `soon`: with the growing delays of failures. `seldom`: somebody has to change something first. */
  readonly again: 'soon' | 'seldom'
  /** Vault said itself when. */
  readonly afterMs: number | undefined
  /** What is remembered of the mount may be wrong. */
  readonly forgetMount: boolean
}

type Judgement = readonly [reason: FailureReason, errorType: ErrorType, again: 'soon' | 'seldom']

const JUDGEMENTS: Readonly<Record<VaultFailureKind, Judgement>> = {
  sealed: ['VaultUnavailable', 'connection_failed', 'soon'],
  standby: ['VaultUnavailable', 'connection_failed', 'soon'],
  notInitialized: ['VaultUnavailable', 'connection_failed', 'soon'],
  invalidToken: ['LoginFailed', 'auth_failed', 'soon'],
  permissionDenied: ['PermissionDenied', 'permission_denied', 'seldom'],
  notFound: ['MountNotFound', 'invalid_path', 'seldom'],
  casMismatch: ['Failed', 'unknown', 'soon'],
  casRequired: ['Refused', 'unknown', 'seldom'],
  rateLimited: ['RateLimited', 'unknown', 'soon'],
  loginRefused: ['LoginFailed', 'auth_failed', 'seldom'],
  tooLarge: ['TooLarge', 'unknown', 'seldom'],
  behind: ['VaultUnavailable', 'connection_failed', 'soon'],
  unavailable: ['VaultUnavailable', 'connection_failed', 'soon'],
  removed: ['VaultUnavailable', 'connection_failed', 'soon'],
  invalid: ['Refused', 'invalid_path', 'seldom'],
  serverError: ['VaultUnavailable', 'unknown', 'soon'],
  unreachable: ['VaultUnavailable', 'connection_failed', 'soon'],
  tls: ['VaultUnavailable', 'connection_failed', 'soon'],
  timeout: ['VaultUnavailable', 'connection_failed', 'soon'],
  notVault: ['VaultUnavailable', 'connection_failed', 'soon'],
}

export function failureOf(error: unknown): Failure {
  const message = messageOf(error)
  if (!isVaultError(error)) {
    const seldom = isApiError(error) && error.code === 403
    return { reason: 'Failed', message, errorType: 'unknown', again: seldom ? 'seldom' : 'soon', afterMs: undefined, forgetMount: false }
  }
  const { failure } = error
  const [reason, errorType, again] = JUDGEMENTS[failure.is]
  // Of a login Vault says the same as of a path; which it was stands in the path.
  const isLogin = error.path.startsWith('/v1/auth/')
  const wrongVersion = failure.is === 'notFound' && failure.what === 'wrongKvVersion'
  return {
    reason: isLogin && reason === 'PermissionDenied' ? 'LoginFailed' : reason,
    message,
    errorType: isLogin && errorType === 'permission_denied' ? 'auth_failed' : errorType,
    again: wrongVersion ? 'soon' : again,
    afterMs: failure.is === 'rateLimited' && failure.retryAfterSeconds !== undefined ? failure.retryAfterSeconds * 1000 : undefined,
    forgetMount: failure.is === 'notFound',
  }
}
