import { isIP } from 'node:net'
import { checkServerIdentity, createSecureContext } from 'node:tls'
import type { buildConnector } from 'undici'
import connectorOf from 'undici/lib/core/connect.js'
import type { Target } from './address.ts'

/** A handshake that takes longer belongs to a host that half lives (a frozen process whose kernel still accepts connections). */
const CONNECT_LIMIT_MS = 5_000

/** How undici gets its sockets: always to the target's address, always verified by the target's name, whatever the URL of a request says. */
export function connectorTo(target: Target): buildConnector.connector {
  // Made with the first connection: PEM that cannot be read is then a failed call, with its reason.
  let connect: buildConnector.connector | undefined
  // An IP address is no server name in TLS (RFC 6066), but the certificate has to be for it all the same.
  const named = target.secure && isIP(target.serverName) === 0 ? { servername: target.serverName } : {}
  return (options, callback) => {
    try {
      connect ??= connectorOf({ timeout: CONNECT_LIMIT_MS, keepAlive: true, maxCachedSessions: 1, ...(target.secure && security(target)) })
    } catch (cause) {
      return callback(
        Object.assign(new Error('the CA, certificate or key is not valid PEM', { cause }), { code: 'ERR_TLS_MATERIAL' }),
        null,
      )
    }
    connect({ ...options, ...named, hostname: target.dial, port: String(target.port) }, callback)
  }
}

function security({ tls, serverName }: Target): buildConnector.BuildOptions {
  return {
    secureContext: createSecureContext({
      ...(tls.ca !== undefined && { ca: tls.ca }),
      ...(tls.cert !== undefined && { cert: tls.cert, key: tls.key }),
    }),
    rejectUnauthorized: tls.insecureSkipVerify !== true,
    checkServerIdentity: (_host, certificate) => checkServerIdentity(serverName, certificate),
  }
}
