import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls'
import type { buildConnector } from 'undici'
import type { Dialer, Security } from './dialer.ts'

export interface TlsMaterial {
  readonly ca: string | undefined
  readonly cert: string | undefined
  readonly key: string | undefined
  readonly serverName: string | undefined
  readonly skipVerify: boolean
}

/** How undici gets its connections: TLS made ready once for all of them, and each handshake resumed from the session of one before. */
export function connectorFor(material: TlsMaterial, dialer: Dialer): buildConnector.connector {
  let context: SecureContext | undefined
  let trust: SecureContext | undefined
  let session: Buffer | undefined

  const securityFor = (hostname: string): Security => {
    context ??= createSecureContext({
      ...(material.ca !== undefined && { ca: material.ca }),
      ...(material.cert !== undefined && material.key !== undefined && { cert: material.cert, key: material.key }),
    })
    const onSession = (latest: Buffer) => {
      session = latest
    }
    return { context, name: material.serverName ?? hostname, skipVerify: material.skipVerify, session, onSession }
  }

  // Go verifies an https proxy by the kubeconfig's certificate-authority, other programs by the machine's roots: either will do.
  const proxyTrust = () => {
    trust ??= createSecureContext({ ca: [...getCACertificates('default'), ...(material.ca === undefined ? [] : [material.ca])] })
    return trust
  }

  const dial = async ({ hostname, port, protocol }: buildConnector.Options) => {
    const secure = protocol === 'https:'
    return dialer.dial({ hostname, port: Number(port) || (secure ? 443 : 80) }, secure ? securityFor(hostname) : undefined, proxyTrust)
  }

  return (options, callback) =>
    void dial(options).then(
      (socket) => callback(null, socket),
      (error: Error) => callback(error, null),
    )
}
