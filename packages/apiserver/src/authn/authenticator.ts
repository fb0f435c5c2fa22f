import { createHash, timingSafeEqual } from 'node:crypto'
import type { PeerCertificate } from 'node:tls'
import type { ServiceAccountTokens } from './service-account-tokens.ts'
import { AUTHENTICATED, type User } from './user.ts'

export interface Credentials {
  /** The `Authorization` header. */
  readonly authorization: string | undefined
  /** A client certificate that the TLS layer has verified against the client CA; `untrusted`: one that no authority of ours has signed, or that is out of date. */
  readonly certificate: PeerCertificate | 'untrusted' | undefined
}

export type Identity =
  | { readonly is: 'user'; readonly user: User }
  /** Nothing was shown that this server looks at. */
  | { readonly is: 'anonymous' }
  /** What was shown is wrong, which is not the same as nothing. */
  | { readonly is: 'refused' }

/** What a TokenReview says of a token. */
export interface TokenJudgement {
  readonly user: User | undefined
  readonly audiences: readonly string[]
  readonly error: string
}

/** Tells who makes a request: a client certificate first, then a bearer token, as the real server does. */
export class Authenticator {
  /** By hash, so that a look-up takes as long for a wrong token as for a right one. */
  private readonly users: ReadonlyMap<string, { readonly hash: Buffer; readonly user: User }>
  private readonly accounts: ServiceAccountTokens | undefined

  constructor(tokens: ReadonlyMap<string, User>, accounts?: ServiceAccountTokens) {
    this.users = new Map([...tokens].map(([token, user]) => [hashOf(token).toString('hex'), { hash: hashOf(token), user }]))
    this.accounts = accounts
  }

  /** A right token makes good for a wrong certificate, as on the real server. */
  authenticate({ authorization, certificate }: Credentials): Identity {
    const owner = certificate === undefined || certificate === 'untrusted' ? undefined : userOf(certificate)
    if (owner !== undefined) return { is: 'user', user: owner }
    // Other schemes than Bearer are not looked at.
    const token = /^Bearer +(\S+)/i.exec(authorization ?? '')?.[1]
    const user = token === undefined ? undefined : this.judge(token, []).user
    if (user !== undefined) return { is: 'user', user }
    return token === undefined && certificate !== 'untrusted' ? { is: 'anonymous' } : { is: 'refused' }
  }

  /** `audiences`: those of which one must be the token's; empty: this server's own. */
  judge(token: string, audiences: readonly string[]): TokenJudgement {
    const known = this.ofStaticToken(token)
    const own = this.accounts?.audiences ?? []
    // A static token is for this server alone.
    const shared = audiences.length === 0 ? own : own.filter((each) => audiences.includes(each))
    if (known !== undefined && (audiences.length === 0 || shared.length > 0)) return { user: known, audiences: shared, error: '' }
    const verdict = this.accounts?.verify(token, audiences.length === 0 ? own : audiences)
    if (verdict?.is === 'accepted') return { user: verdict.user, audiences: verdict.audiences, error: '' }
    const error = verdict === undefined ? 'invalid bearer token' : `[invalid bearer token, ${verdict.why}]`
    return { user: undefined, audiences: [], error }
  }

  private ofStaticToken(token: string): User | undefined {
    const hash = hashOf(token)
    const known = this.users.get(hash.toString('hex'))
    return known !== undefined && timingSafeEqual(known.hash, hash) ? known.user : undefined
  }
}

/** CN is the user, each O a group. */
function userOf({ subject }: PeerCertificate): User | undefined {
  // A certificate without a subject comes as an empty object.
  const name = [subject?.CN ?? []].flat()[0]
  if (!name) return undefined
  return { name, groups: [...[subject.O ?? []].flat(), AUTHENTICATED] }
}

const hashOf = (token: string): Buffer => createHash('sha256').update(token).digest()
