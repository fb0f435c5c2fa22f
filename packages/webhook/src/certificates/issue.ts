import { createPrivateKey, generateKeyPairSync, randomBytes, X509Certificate } from 'node:crypto'
import { certificate, type Pair } from '@kubewright/core/certificates'

/** Clocks of two machines differ; without this a fresh certificate is "not yet valid" on one of them. cert-controller's. */
const SKEW_MS = 3_600_000

/** An authority of one's own. Names differ, so that a verifier that knows two of them never takes one for the other. */
export function newAuthority(now: number, lifetime: number): Pair {
  const { privateKey, publicKey } = newKeys()
  const subject = { commonName: `kubewright-webhook-ca-${randomBytes(4).toString('hex')}` }
  const validity = { notBefore: now - SKEW_MS, notAfter: now + lifetime }
  const cert = certificate({ subject, publicKey, issuer: subject, issuerKey: privateKey, ...validity, use: { is: 'authority' } })
  return { cert, key: pem(privateKey) }
}

/** A server's certificate for these names and addresses; it does not outlive its authority. */
export function newServer(authority: Pair, names: readonly string[], now: number, lifetime: number): Pair {
  const issuer = new X509Certificate(authority.cert)
  const { privateKey, publicKey } = newKeys()
  const cert = certificate({
    subject: { commonName: names[0]!.slice(0, LONGEST_COMMON_NAME) },
    publicKey,
    issuer: { commonName: /^CN=(.*)$/m.exec(issuer.subject)?.[1] ?? '' },
    issuerKey: createPrivateKey(authority.key),
    notBefore: now - SKEW_MS,
    notAfter: Math.min(now + lifetime, Date.parse(issuer.validTo)),
    use: { is: 'server', names },
  })
  return { cert, key: pem(privateKey) }
}

/** RFC 5280, upper bound of a common name; names that count stand in the alternative names. */
const LONGEST_COMMON_NAME = 64

const newKeys = () => generateKeyPairSync('ec', { namedCurve: 'P-256' })
const pem = (key: ReturnType<typeof newKeys>['privateKey']) => key.export({ type: 'pkcs8', format: 'pem' }) as string
