import { createHash, timingSafeEqual } from 'node:crypto'
import type { PeerCertificate } from 'node:tls'
import { AUTHENTICATED, type User } from './user.ts'

export interface Credentials {
  /** The `Authorization` header. */
  readonly authorization: string | undefined
  /** A client certificate that the TLS layer has verified against the client CA. */
  readonly certificate: PeerCertificate | undefined
}

/** Tells who makes a request: a client certificate first, then a bearer token, as the real server does. */
export class Authenticator {
  /** By hash, so that a look-up takes as long for a wrong token as for a right one. */
  private readonly users: ReadonlyMap<string, { readonly hash: Buffer; readonly user: User }>

  constructor(tokens: ReadonlyMap<string, User>) {
    this.users = new Map([...tokens].map(([token, user]) => [hashOf(token).toString('hex'), { hash: hashOf(token), user }]))
  }

  /** `undefined`: nobody that this server knows. */
  authenticate({ authorization, certificate }: Credentials): User | undefined {
    return (certificate && userOf(certificate)) ?? this.bearer(authorization)
  }

  private bearer(authorization: string | undefined): User | undefined {
    const token = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1]
    return token === undefined ? undefined : this.ofToken(token)
  }

  ofToken(token: string): User | undefined {
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
