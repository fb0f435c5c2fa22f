import type { VaultFailure } from '../errors.ts'

export interface RetryLimits {
  /** How often a call is sent at most. @default 4: a new leader is there after 0.6 s (step-down) or 5.5 s (lost), which three pauses cover in part */
  readonly attempts: number
  /** Milliseconds before the first repetition; each further pause is twice as long. @default 200 */
  readonly pauseMs: number
  /** The longest pause in milliseconds; a longer `Retry-After` goes to the caller instead. @default 5 s */
  readonly longestPauseMs: number
}

export const RETRIES: RetryLimits = { attempts: 4, pauseMs: 200, longestPauseMs: 5_000 }

export type Decision = { readonly do: 'fail' } | { readonly do: 'repeat'; readonly afterMs: number }

/**
 * Whether a failed call is sent again.
 *
 * - Nothing was done (no connection, standby, 412, quota, mount in upgrade): any call.
 * - Perhaps done (connection lost, no answer, 5xx): only what may be done twice.
 * - Sealed, refused, not found, wrong certificate: never. A minute of waiting changes nothing, and the caller decides better.
 */
export function decide(failure: VaultFailure, repeatable: boolean, attempt: number, limits: RetryLimits, random: () => number): Decision {
  if (attempt >= limits.attempts || !comesAgain(failure, repeatable)) return { do: 'fail' }
  const pause = Math.min(limits.longestPauseMs, limits.pauseMs * 2 ** (attempt - 1)) * (0.5 + 0.5 * random())
  if (failure.is === 'rateLimited') {
    const asked = Math.max(1, failure.retryAfterSeconds ?? 1) * 1000
    // Quotas are by the second unless said otherwise, and Vault tells how long only where it is configured to.
    // It rounds down: what is left of its second is told as 0, and all attempts could be over before it is.
    // Everybody who was refused in this second is told the same number: a tenth of jitter spreads them.
    return asked > limits.longestPauseMs ? { do: 'fail' } : { do: 'repeat', afterMs: Math.max(pause, asked * (1 + 0.1 * random())) }
  }
  return { do: 'repeat', afterMs: pause }
}

function comesAgain(failure: VaultFailure, repeatable: boolean): boolean {
  switch (failure.is) {
    case 'standby':
    case 'behind':
    case 'rateLimited':
      return true
    case 'unreachable':
      return repeatable || !failure.sent
    case 'unavailable':
    case 'serverError':
      return repeatable
    default:
      return false
  }
}
