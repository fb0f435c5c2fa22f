import { isIP } from 'node:net'
import { ConfigurationError } from '@kubewright/core'

export interface TlsOptions {
  /** PEM certificates that may have signed the server's. @default this machine's authorities */
  readonly ca?: string | undefined
  /** PEM client certificate, for the cert auth method or a listener that asks for one. */
  readonly cert?: string | undefined
  /** Its key (PEM). */
  readonly key?: string | undefined
  /** The name that the server's certificate must carry, when it is not the address's host. */
  readonly serverName?: string | undefined
  /** Does not look at the server's certificate: whoever answers is believed. Not together with `ca`. @default false */
  readonly insecureSkipVerify?: boolean | undefined
}

export interface AddressOptions {
  /** `https://host:port`; a path is refused. */
  readonly address: string
  /** An IP address to connect to instead of looking up the host: calls to one pod, whose certificate carries a name and seldom its address. */
  readonly connectTo?: string | undefined
  readonly tls?: TlsOptions | undefined
  /** Permits `http://`, where tokens and shares travel readable. @default false */
  readonly allowPlaintext?: boolean | undefined
}

export interface Target {
  readonly origin: string
  readonly secure: boolean
  readonly host: string
  readonly port: number
  /** What the socket connects to. */
  readonly dial: string
  /** What the certificate has to be for. */
  readonly serverName: string
  readonly tls: TlsOptions
}

/** @throws ConfigurationError naming the option and the mend. */
export function resolveTarget(options: AddressOptions): Target {
  const { address, connectTo, tls = {}, allowPlaintext = false } = options
  const url = URL.canParse(address) ? new URL(address) : undefined
  if (url === undefined || (url.protocol !== 'https:' && url.protocol !== 'http:'))
    throw new ConfigurationError('vault address: it is no URL of the form https://host:8200')
  if (url.username !== '' || url.password !== '') throw new ConfigurationError('vault address: it has a user name in it; log in by "auth"')
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '')
    throw new ConfigurationError(`vault address ${url.origin}: it has a path or a query behind the port; give scheme, host and port only`)
  const secure = url.protocol === 'https:'
  if (!secure && !allowPlaintext)
    throw new ConfigurationError(
      `vault address ${url.origin}: tokens and key shares would travel unencrypted; use https, or set "allowPlaintext"`,
    )
  if (connectTo !== undefined && isIP(connectTo) === 0) throw new ConfigurationError(`vault connectTo "${connectTo}": it is no IP address`)
  if ((tls.cert === undefined) !== (tls.key === undefined))
    throw new ConfigurationError('vault tls: "cert" and "key" are needed together for a client certificate')
  if (tls.insecureSkipVerify === true && tls.ca !== undefined)
    throw new ConfigurationError('vault tls: "ca" and "insecureSkipVerify" contradict each other: leave one of them out')
  const host = url.hostname.replace(/^\[|\]$/g, '')
  return {
    origin: url.origin,
    secure,
    host,
    port: Number(url.port) || (secure ? 443 : 80),
    dial: connectTo ?? host,
    serverName: tls.serverName ?? host,
    tls,
  }
}
