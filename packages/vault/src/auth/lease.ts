/** A token as its issuer describes it. */
export interface IssuedToken {
  readonly token: string
  /** Milliseconds from its issue; 0: it never ends. */
  readonly ttlMs: number
  readonly renewable: boolean
  /** Ours: to be revoked when we no longer need it. */
  readonly own: boolean
}

/** The life of a token as pure states. Times are readings of a monotonic clock. */
export type Lease =
  | { readonly is: 'none' }
  | {
      readonly is: 'held'
      readonly token: string
      readonly own: boolean
      readonly expiresAt: number
      readonly next: { readonly do: 'renew' | 'login'; readonly at: number } | undefined
      /** The lease that was asked for: a renewal that brings less has met the maximum. */
      readonly fullTtlMs: number
    }

/** Vault's own agent renews at two thirds too: a third of the lease is left for an outage. */
const RENEW_AT = 2 / 3
/** A tenth of jitter, to the early side, so that a thousand clients that started together come apart. */
const JITTER = 0.1

export const NO_LEASE: Lease = { is: 'none' }

/** After a login. */
export function issued(token: IssuedToken, now: number, random: () => number): Lease {
  const { ttlMs } = token
  if (ttlMs <= 0)
    return { is: 'held', token: token.token, own: token.own, expiresAt: Number.POSITIVE_INFINITY, next: undefined, fullTtlMs: 0 }
  return {
    is: 'held',
    token: token.token,
    own: token.own,
    expiresAt: now + ttlMs,
    // A batch token cannot be renewed; a new one is fetched at the same point of its life.
    next: { do: token.renewable ? 'renew' : 'login', at: now + turningPoint(ttlMs, random) },
    fullTtlMs: ttlMs,
  }
}

/**
 * After a renewal. When it brought less than was issued, the maximum TTL is near: each further renewal would bring less, faster and faster, so the next step is a
 * login. A tenth is forgiven, for what the server rounds.
 */
export function renewed(lease: Lease & { is: 'held' }, ttlMs: number, renewable: boolean, now: number, random: () => number): Lease {
  if (ttlMs <= 0) return { ...lease, expiresAt: Number.POSITIVE_INFINITY, next: undefined }
  const nearItsEnd = !renewable || ttlMs < lease.fullTtlMs * 0.9
  return { ...lease, expiresAt: now + ttlMs, next: { do: nearItsEnd ? 'login' : 'renew', at: now + turningPoint(ttlMs, random) } }
}

/** A renewal that did not succeed. Refused: a login at once. Else again after a pause, for as long as the token lives. */
export function renewalFailed(lease: Lease & { is: 'held' }, refused: boolean, now: number, pauseMs: number): Lease {
  if (refused) return { ...lease, next: { do: 'login', at: now } }
  return { ...lease, next: { do: lease.next?.do ?? 'login', at: Math.min(now + pauseMs, Math.max(now + 1, lease.expiresAt)) } }
}

/** Whether a caller may use it now. One that ends within a second would not survive the way. */
export function usable(lease: Lease, now: number): lease is Lease & { is: 'held' } {
  return lease.is === 'held' && lease.expiresAt - now > Math.min(1_000, lease.fullTtlMs / 10)
}

function turningPoint(ttlMs: number, random: () => number): number {
  return ttlMs * RENEW_AT * (1 - JITTER * random())
}
