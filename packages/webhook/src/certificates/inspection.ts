import { createPrivateKey, X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import type { Pair } from '@kubewright/core/certificates'

/** What of a certificate decides. Milliseconds since the epoch. */
export interface Validity {
  readonly notBefore: number
  readonly notAfter: number
}

/** `undefined`: it is no authority that can sign. */
export function inspectAuthority(pair: Pair): Validity | undefined {
  const parsed = parse(pair)
  return parsed?.ca === true ? validityOf(parsed) : undefined
}

/** `undefined`: it cannot serve, because it is broken, of another authority, or not for all of the names. */
export function inspectServer(server: Pair, authority: Pair, names: readonly string[]): Validity | undefined {
  const parsed = parse(server)
  const issuer = parse(authority)
  if (parsed === undefined || issuer === undefined || !parsed.checkIssued(issuer) || !parsed.verify(issuer.publicKey)) return undefined
  const covered = names.every((name) => (isIP(name) ? parsed.checkIP(name) : parsed.checkHost(name)) !== undefined)
  return covered ? validityOf(parsed) : undefined
}

export function validityOf(certificate: X509Certificate): Validity {
  return { notBefore: Date.parse(certificate.validFrom), notAfter: Date.parse(certificate.validTo) }
}

/** `undefined`: one of the two is no PEM, or they do not belong together. Why does not matter: the pair is replaced. */
function parse({ cert, key }: Pair): X509Certificate | undefined {
  try {
    const parsed = new X509Certificate(cert)
    return parsed.checkPrivateKey(createPrivateKey(key)) ? parsed : undefined
  } catch {
    return undefined
  }
}
