import { X509Certificate } from 'node:crypto'

/** The certificates in a text of PEM; `undefined` when one of them is none, or there is none at all. */
export function certificatesIn(pem: string): readonly X509Certificate[] | undefined {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g)
  if (blocks === null) return undefined
  try {
    return blocks.map((block) => new X509Certificate(block))
  } catch {
    // What OpenSSL says of it would not help; that it is none is what the caller tells.
    return undefined
  }
}

export type Validity = { readonly is: 'valid' } | { readonly is: 'ending' | 'over' | 'future'; readonly at: Date }

/** Certificates are replaced 90 days before their end: one that has a month left is not being replaced. */
const WARNING = 30 * 86_400_000

export function validityOf(certificate: X509Certificate, now: number): Validity {
  const [from, to] = [new Date(certificate.validFrom), new Date(certificate.validTo)]
  if (now < from.getTime()) return { is: 'future', at: from }
  if (now >= to.getTime()) return { is: 'over', at: to }
  return to.getTime() - now < WARNING ? { is: 'ending', at: to } : { is: 'valid' }
}

export function sayValidity(validity: Exclude<Validity, { readonly is: 'valid' }>): string {
  const day = validity.at.toISOString().slice(0, 10)
  if (validity.is === 'over') return `expired on ${day}`
  return validity.is === 'future' ? `is valid from ${day} on only` : `expires on ${day}`
}

/** Whether one of the authorities has issued it. */
export function isTrusted(certificate: X509Certificate, authorities: readonly X509Certificate[]): boolean {
  return authorities.some((authority) => certificate.checkIssued(authority) && certificate.verify(authority.publicKey))
}
