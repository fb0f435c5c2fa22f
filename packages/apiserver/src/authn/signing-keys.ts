import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto'
import { ConfigurationError, messageOf } from '@kubewright/core'

export interface SigningKeysOptions {
  /** PEM, the private key (RSA, or ECDSA on P-256, P-384 or P-521) that signs tokens. @default a fresh P-256 key: an RSA key takes a thousand times as long to make */
  readonly signingKey?: string
  /** PEM, the public (or private) keys whose tokens are accepted. @default the signing key's own */
  readonly verificationKeys?: readonly string[]
}

interface VerificationKey {
  readonly id: string
  readonly algorithm: Algorithm
  readonly key: KeyObject
}

type Algorithm = 'RS256' | 'ES256' | 'ES384' | 'ES512'

const OF_CURVE: Readonly<Record<string, Algorithm>> = { prime256v1: 'ES256', secp384r1: 'ES384', secp521r1: 'ES512' }
const DIGEST: Readonly<Record<Algorithm, string>> = { RS256: 'sha256', ES256: 'sha256', ES384: 'sha384', ES512: 'sha512' }

export type Claims = Readonly<Record<string, unknown>>

/** The keys of ServiceAccount tokens: JSON Web Tokens as kube-apiserver signs them. */
export class SigningKeys {
  private readonly privateKey: KeyObject
  private readonly signer: VerificationKey
  private readonly verifiers: ReadonlyMap<string, VerificationKey>

  /** @throws ConfigurationError for keys that are none, or cannot sign */
  constructor({ signingKey, verificationKeys }: SigningKeysOptions = {}) {
    this.privateKey = signingKey === undefined ? generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey : privateKeyOf(signingKey)
    this.signer = verificationKey(createPublicKey(this.privateKey))
    const accepted = verificationKeys?.map((pem) => verificationKey(publicKeyOf(pem))) ?? [this.signer]
    this.verifiers = new Map(accepted.map((key) => [key.id, key]))
  }

  sign(claims: Claims): string {
    const { algorithm, id } = this.signer
    const content = `${encoded({ alg: algorithm, kid: id })}.${encoded(claims)}`
    const signature = sign(DIGEST[algorithm], Buffer.from(content), { key: this.privateKey, dsaEncoding: 'ieee-p1363' })
    return `${content}.${signature.toString('base64url')}`
  }

  /** The claims of a token that one of the keys has signed. Says nothing of their time. */
  verified(token: string): Claims | undefined {
    const [head = '', body = '', signature = '', ...rest] = token.split('.')
    const header = decoded(head)
    if (rest.length > 0 || header === undefined) return undefined
    const { kid, alg } = header
    // The algorithm is the key's, whatever the token says: a token must not choose how it is verified.
    const candidates = [...this.verifiers.values()].filter(({ id, algorithm }) => algorithm === alg && (kid === undefined || kid === id))
    const content = Buffer.from(`${head}.${body}`)
    const bytes = Buffer.from(signature, 'base64url')
    const isSigned = candidates.some(({ key, algorithm }) => verify(DIGEST[algorithm], content, { key, dsaEncoding: 'ieee-p1363' }, bytes))
    return isSigned ? decoded(body) : undefined
  }

  /** The public halves, for those who verify tokens without asking the server. */
  keySet(): { readonly keys: readonly object[] } {
    return {
      keys: [...this.verifiers.values()].map(({ id, algorithm, key }) => ({
        use: 'sig',
        kid: id,
        alg: algorithm,
        ...key.export({ format: 'jwk' }),
      })),
    }
  }

  get algorithms(): readonly string[] {
    return [...new Set([...this.verifiers.values()].map(({ algorithm }) => algorithm))]
  }
}

function verificationKey(key: KeyObject): VerificationKey {
  const spki = key.export({ type: 'spki', format: 'der' })
  return { id: createHash('sha256').update(spki).digest('base64url'), algorithm: algorithmOf(key), key }
}

function algorithmOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): Algorithm {
  if (asymmetricKeyType === 'rsa') return 'RS256'
  const algorithm = OF_CURVE[asymmetricKeyDetails?.namedCurve ?? '']
  if (asymmetricKeyType === 'ec' && algorithm !== undefined) return algorithm
  throw new ConfigurationError(
    `service account key: ${asymmetricKeyType} keys do not sign tokens: give an RSA key, or an ECDSA key on P-256, P-384 or P-521`,
  )
}

function privateKeyOf(pem: string): KeyObject {
  try {
    return createPrivateKey(pem)
  } catch (error) {
    throw new ConfigurationError(`service account signing key: ${messageOf(error)}. Give a private key as PEM`, { cause: error })
  }
}

function publicKeyOf(pem: string): KeyObject {
  try {
    return createPublicKey(pem)
  } catch (error) {
    throw new ConfigurationError(`service account key: ${messageOf(error)}. Give a public or private key as PEM`, { cause: error })
  }
}

const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')

function decoded(part: string): Claims | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString())
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Claims) : undefined
  } catch {
    // Any text may come as a bearer token; one that is no JWT is simply not ours.
    return undefined
  }
}
