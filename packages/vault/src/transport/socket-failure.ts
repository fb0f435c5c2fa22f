import type { VaultFailure } from '../errors.ts'

/** Codes of a connection that was never made: the request cannot have arrived. */
const NOT_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'ETIMEDOUT',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_DESTROYED',
  'UND_ERR_CLOSED',
])

const CERTIFICATE = /^(ERR_TLS_|ERR_SSL_|CERT_|DEPTH_ZERO_SELF_SIGNED|SELF_SIGNED|UNABLE_TO_|INVALID_CA|HOSTNAME_MISMATCH|EPROTO$)/

/** What a socket, a handshake or undici means by its error. */
export function failureOfSocket(error: unknown): VaultFailure {
  const code = codeOf(error)
  // A handshake that was never finished shows as undici's connect timeout: not sent either.
  if (CERTIFICATE.test(code)) return { is: 'tls', code }
  return { is: 'unreachable', code: code === '' ? 'unknown' : code, sent: !NOT_SENT.has(code) }
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return ''
  const { code } = error as NodeJS.ErrnoException
  if (typeof code === 'string') return code
  if (error instanceof AggregateError) return codeOf(error.errors.at(-1))
  return codeOf(error.cause)
}
