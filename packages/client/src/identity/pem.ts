import { X509Certificate } from 'node:crypto'
import { createSecureContext } from 'node:tls'
import { messageOf } from '@kubewright/core'

/** Reads what people write where PEM belongs: the PEM text itself, or its base64 as kubeconfigs carry it. `undefined`: it is neither. */
export function pemOf(text: string): string | undefined {
  if (text.includes('-----BEGIN ')) return text
  const decoded = Buffer.from(text, 'base64').toString('utf8')
  return decoded.includes('-----BEGIN ') ? decoded : undefined
}

/** What is wrong with a bundle of certificate authorities, or `undefined`. Node's TLS passes over a broken one without a word. */
export function authorityProblem(name: string, bundle: string): string | undefined {
  const certificates = bundle.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? []
  if (certificates.length === 0) return `${name} holds no certificate`
  return failureOf(() => certificates.map((pem) => new X509Certificate(pem)), `${name} is no usable certificate authority`)
}

/** What is wrong with a client certificate and its key, or `undefined`: found here, with their names, and not in the first handshake. */
export function pairProblem(names: string, cert: string, key: string): string | undefined {
  return failureOf(() => createSecureContext({ cert, key }), `${names} are no usable pair of certificate and key`)
}

function failureOf(check: () => unknown, what: string): string | undefined {
  try {
    check()
    return undefined
  } catch (error) {
    return `${what}: ${messageOf(error)}`
  }
}
