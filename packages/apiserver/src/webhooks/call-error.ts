/** A webhook could not be called, or answered what is no answer. The text is as Go's client has it: it reaches the one whose request failed. */
export class WebhookCallError extends Error {
  override readonly name = 'WebhookCallError'
}

interface Failure {
  readonly code?: string
  readonly message: string
  readonly syscall?: string
}

const CONNECTION: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connect: connection refused',
  EHOSTUNREACH: 'connect: no route to host',
  ENETUNREACH: 'connect: network is unreachable',
  ETIMEDOUT: 'i/o timeout',
}

const CERTIFICATE: Readonly<Record<string, string>> = {
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'certificate signed by unknown authority',
  SELF_SIGNED_CERT_IN_CHAIN: 'certificate signed by unknown authority',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'certificate signed by unknown authority',
  UNABLE_TO_GET_ISSUER_CERT: 'certificate signed by unknown authority',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'certificate signed by unknown authority',
  CERT_SIGNATURE_FAILURE: 'certificate signed by unknown authority',
  CERT_HAS_EXPIRED: 'certificate has expired or is not yet valid',
  CERT_NOT_YET_VALID: 'certificate has expired or is not yet valid',
}

/** Go's words for what went wrong with a connection. `address`: what was dialled. */
export function describeFailure(error: Failure, address: string): string {
  const { code = '' } = error
  const broken = CONNECTION[code]
  if (broken !== undefined) return `dial tcp ${address}: ${broken}`
  if (code === 'ENOTFOUND') return `dial tcp: lookup ${address.replace(/:\d+$/, '')}: no such host`
  const untrusted = CERTIFICATE[code]
  if (untrusted !== undefined) return `tls: failed to verify certificate: x509: ${untrusted}`
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return `tls: failed to verify certificate: x509: ${error.message}`
  return code === 'ECONNRESET' ? 'EOF' : error.message
}
