import { createPrivateKey, generateKeyPairSync, type KeyObject, X509Certificate } from 'node:crypto'
import { type CertificateRequest, certificate, type KeyUsage, type Purpose, type Subject } from './certificate.ts'
import type { SigningRequest } from './signing-request.ts'

const DAY_MS = 86_400_000
/** Clocks of two machines differ; without this a fresh certificate is "not yet valid" on one of them. */
const SKEW_MS = 3_600_000
const LIFETIME_MS = 365 * DAY_MS

export interface Pair {
  /** PEM. */
  readonly cert: string
  /** PEM, PKCS #8. */
  readonly key: string
}

/** A certificate authority, by default one that lives as long as its process: a server's own, so that its clients can verify it without any set-up. */
export class Authority {
  readonly cert: string
  private readonly key: KeyObject
  private readonly subject: Subject = { commonName: 'kubewright-ca' }
  /** Milliseconds since the epoch, from which everything it issues is no longer valid. */
  readonly notAfter: number
  private readonly now: number

  /** `now`: milliseconds since the epoch. `earlier`: the {@link kept} part of one that goes on in this. @throws when that is malformed */
  constructor(now: number, earlier?: Pair) {
    this.now = now
    if (earlier !== undefined) {
      this.key = createPrivateKey(earlier.key)
      this.cert = earlier.cert
      this.notAfter = Date.parse(new X509Certificate(earlier.cert).validTo)
      return
    }
    this.notAfter = now + LIFETIME_MS
    const { privateKey, publicKey } = newKeys()
    this.key = privateKey
    this.cert = this.issue(this.subject, publicKey, { is: 'authority' })
  }

  /** What has to be kept, and kept secret, for the authority to outlive its process. */
  get kept(): Pair {
    return { cert: this.cert, key: pemOf(this.key) }
  }

  /** For a server that is reached by these names and addresses. */
  server(names: readonly string[], commonName = 'kube-apiserver'): Pair {
    return this.pair({ commonName }, { is: 'server', names })
  }

  /** For a client that is this user, in these groups. */
  client(user: string, groups: readonly string[]): Pair {
    return this.pair({ commonName: user, organizations: groups }, { is: 'client' })
  }

  /** For who has asked, as long as the authority itself is valid at most. PEM. `validity`: milliseconds since the epoch. */
  sign(
    { subject, publicKey, alternativeNames }: SigningRequest,
    use: { readonly purposes: readonly Purpose[]; readonly keyUsages: readonly KeyUsage[] },
    validity: { readonly notBefore: number; readonly notAfter: number },
  ): string {
    const notAfter = Math.min(validity.notAfter, this.notAfter)
    const asked = { is: 'requested', names: alternativeNames, ...use } as const
    const { notBefore } = validity
    return certificate({ subject, publicKey, issuer: this.subject, issuerKey: this.key, notBefore, notAfter, use: asked })
  }

  private pair(subject: Subject, use: CertificateRequest['use']): Pair {
    const { privateKey, publicKey } = newKeys()
    return { cert: this.issue(subject, publicKey, use), key: pemOf(privateKey) }
  }

  private issue(subject: Subject, publicKey: KeyObject, use: CertificateRequest['use']): string {
    const notBefore = this.now - SKEW_MS
    return certificate({ subject, publicKey, issuer: this.subject, issuerKey: this.key, notBefore, notAfter: this.notAfter, use })
  }
}

const pemOf = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }) as string

/** P-256: made in a tenth of a millisecond, where RSA takes fifty. */
const newKeys = () => generateKeyPairSync('ec', { namedCurve: 'P-256' })
