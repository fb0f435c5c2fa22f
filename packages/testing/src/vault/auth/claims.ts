import { createPublicKey, verify } from 'node:crypto'

export interface Claims {
  readonly iss?: string
  readonly sub?: string
  readonly aud?: string | readonly string[]
  readonly exp?: number
  readonly nbf?: number
  readonly iat?: number
  readonly [name: string]: unknown
}

export interface ParsedJwt {
  readonly header: { readonly alg?: string; readonly kid?: string }
  readonly claims: Claims
  readonly signed: Buffer
  readonly signature: Buffer
}

export function parseJwt(jwt: string): ParsedJwt | undefined {
  const parts = jwt.trim().split('.')
  if (parts.length !== 3) return undefined
  try {
    const [header, claims] = parts.slice(0, 2).map((part) => JSON.parse(Buffer.from(part, 'base64url').toString('utf8')) as unknown)
    return {
      header: header as ParsedJwt['header'],
      claims: claims as Claims,
      signed: Buffer.from(parts.slice(0, 2).join('.')),
      signature: Buffer.from(parts[2]!, 'base64url'),
    }
  } catch {
    return undefined
  }
}

/** RS256 and ES256, which is what API servers sign with. */
export function isSignedBy(jwt: ParsedJwt, pem: string): boolean {
  try {
    const key = createPublicKey(pem)
    const dsaEncoding = 'ieee-p1363' as const
    return verify('sha256', jwt.signed, key.asymmetricKeyType === 'ec' ? { key, dsaEncoding } : key, jwt.signature)
  } catch {
    return false
  }
}

export const audiencesOf = ({ aud }: Claims): readonly string[] => (typeof aud === 'string' ? [aud] : (aud ?? []))

/** Both sides' clocks may differ: a minute is forgiven. */
const LEEWAY_S = 60

/** The sentence of the claim that does not hold. */
export function refusedTimes({ exp, nbf }: Claims, nowMs: number): string | undefined {
  const now = nowMs / 1000
  if (exp !== undefined && now > exp + LEEWAY_S) return 'invalid expiration time (exp) claim: token is expired'
  if (nbf !== undefined && now < nbf - LEEWAY_S) return 'invalid not before (nbf) claim: token not yet valid'
  return undefined
}

export const WRONG_AUDIENCE = 'invalid audience (aud) claim: audience claim does not match any expected audience'
