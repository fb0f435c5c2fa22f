import { ConnectionError } from '@kubewright/core'
import type { ClusterIdentity } from '../identity/identity.ts'

/** What an error of a socket, a handshake or undici says it is; `AggregateError`s of several addresses carry the code of the last. */
export function codeOf(error: Error): string {
  const { code } = error as NodeJS.ErrnoException
  if (typeof code === 'string') return code
  if (error instanceof AggregateError) return codeOf(error.errors.at(-1) as Error)
  return error.cause instanceof Error ? codeOf(error.cause) : ''
}

/** Turns what the socket said into what its reader can act on: which server, what it means, what to do. */
export function connectionError(
  error: Error,
  request: string,
  identity: Pick<ClusterIdentity, 'server' | 'tls' | 'proxy'>,
): ConnectionError {
  const code = codeOf(error)
  const through = identity.proxy ? ` (through the proxy ${identity.proxy.host})` : ''
  const mend = meaning(code, error, identity)
  return new ConnectionError(`${request}: no answer from ${identity.server}${through}: ${mend}`, { cause: error, code })
}

export function isCertificateProblem(code: string): boolean {
  return UNTRUSTED.has(code) || code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID' || code === 'ERR_TLS_CERT_ALTNAME_INVALID'
}

const UNTRUSTED = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_SIGNATURE_FAILURE',
  'CERT_UNTRUSTED',
  'INVALID_CA',
])

function meaning(code: string, error: Error, identity: Pick<ClusterIdentity, 'server' | 'tls'>): string {
  const { ca, serverName } = identity.tls
  if (UNTRUSTED.has(code)) {
    const authority = ca ? `the certificate authority of ${ca.name}` : "this machine's certificate authorities, and no other was given"
    return `its certificate is not signed by ${authority} (${code}): is this the right server, and its current certificate-authority?`
  }
  switch (code) {
    case 'ECONNREFUSED':
      return 'connection refused: is the server running, and is the address right?'
    case 'ECONNRESET':
    case 'EPIPE':
    case 'UND_ERR_SOCKET':
      return `the connection broke (${error.message})`
    case 'ENOTFOUND':
      return 'its host name is unknown: check the server address'
    case 'EAI_AGAIN':
      return 'its host name could not be looked up: is the name server reachable?'
    case 'ETIMEDOUT':
      return `${error.message || 'timed out'}: is the server reachable from here (firewall, VPN, proxy)?`
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return 'no route to it: is the network up?'
    case 'CERT_HAS_EXPIRED':
      return 'its certificate has expired: renew it on the server, or check the clocks'
    case 'CERT_NOT_YET_VALID':
      return 'its certificate is not valid yet: check the clocks of both machines'
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return `its certificate is for other names than ${serverName ?? new URL(identity.server).hostname} (${error.message}): correct the address, or set tls-server-name`
    case 'UND_ERR_DESTROYED':
    case 'UND_ERR_CLOSED':
      return 'the client was closed meanwhile'
    case 'PROXY_REFUSED':
      return error.message
    case 'EPROTO':
    case 'ERR_SSL_WRONG_VERSION_NUMBER':
      return 'it does not speak TLS as asked: should its address start with http://, or is the port another one?'
    case 'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA':
    case 'ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE':
    case 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED':
      return `it refused the client certificate (${code})`
    default:
      return code ? `${error.message} (${code})` : error.message
  }
}
