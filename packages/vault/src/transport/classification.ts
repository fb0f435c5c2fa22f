import type { VaultFailure } from '../errors.ts'

export interface Refusal {
  readonly method: string
  readonly path: string
  readonly status: number
  readonly errors: readonly string[]
  readonly warnings: readonly string[]
  readonly data: unknown
  readonly location: string | undefined
  readonly retryAfterSeconds: number | undefined
}

/** Fragments of Vault's sentences, each short and stable over many versions, with what they mean wherever they appear. */
const FRAGMENTS: readonly (readonly [status: number, fragment: string, failure: VaultFailure])[] = [
  [400, 'check-and-set parameter did not match', { is: 'casMismatch' }],
  [400, 'check-and-set parameter does not match', { is: 'casMismatch' }],
  [400, 'check-and-set parameter required', { is: 'casRequired' }],
  // A KV v2 mount that was just made or upgraded, for up to a second (longer with many keys).
  [400, 'Upgrading from non-versioned', { is: 'unavailable' }],
  [400, 'Waiting for the primary to upgrade', { is: 'unavailable' }],
  [400, 'Vault is not initialized', { is: 'notInitialized' }],
  [500, 'Vault is not initialized', { is: 'notInitialized' }],
  [500, 'removed from a HA cluster', { is: 'removed' }],
  [500, 'active cluster node not found', { is: 'standby', leader: undefined }],
  [503, 'no active Vault instance found', { is: 'standby', leader: undefined }],
  [500, 'exceeds allowed', { is: 'tooLarge' }],
  [500, 'value being too large', { is: 'tooLarge' }],
  [503, 'sealed', { is: 'sealed' }],
]

/** Sorts an answer that is not 2xx. */
export function classify(refusal: Refusal): VaultFailure {
  const { status } = refusal
  const text = refusal.errors.join('\n')
  for (const [code, fragment, failure] of FRAGMENTS) if (code === status && text.includes(fragment)) return failure
  switch (status) {
    case 301:
    case 302:
    case 307:
    case 308:
      return { is: 'standby', leader: originOf(refusal.location) }
    case 400:
    case 405:
    case 415:
      return isLogin(refusal.path) && status === 400 ? { is: 'loginRefused' } : { is: 'invalid' }
    case 403:
      // Both say "permission denied"; a token that is dead has "invalid token" (1.15 and later) or "bad token" beside it.
      return /invalid token|bad token/.test(text) ? { is: 'invalidToken' } : { is: 'permissionDenied' }
    case 404:
      return { is: 'notFound', what: missing(refusal, text) }
    case 412:
      return { is: 'behind' }
    case 413:
      return { is: 'tooLarge' }
    case 429:
      return { is: 'rateLimited', retryAfterSeconds: refusal.retryAfterSeconds }
    case 472:
    case 473:
    case 474:
      return { is: 'standby', leader: undefined }
    case 501:
      return { is: 'notInitialized' }
    case 502:
    case 503:
    case 504:
      return { is: 'unavailable' }
    case 530:
      return { is: 'removed' }
    default:
      return status >= 500 ? { is: 'serverError' } : { is: 'invalid' }
  }
}

function missing({ warnings, data }: Refusal, text: string): Extract<VaultFailure, { is: 'notFound' }>['what'] {
  if (text.includes('no handler for route')) return 'mount'
  if (warnings.some((warning) => warning.includes('versioned K/V'))) return 'wrongKvVersion'
  return data === null || data === undefined ? 'secret' : 'deleted'
}

export const isLogin = (path: string): boolean => /^\/v1\/auth\/.+\/login(\/|$)/.test(path)

/** Scheme, host and port; the rest of a Location may hold anything. */
function originOf(location: string | undefined): string | undefined {
  if (location === undefined || !URL.canParse(location)) return undefined
  return new URL(location).origin
}
