import type { Impersonation } from '../contract.ts'
import type { Material } from './material.ts'

/** What one request proves who it is with. The same object as long as nothing changed: whoever got a 401 names it when asking for another. */
export interface Credentials {
  /** The value of the `Authorization` header. */
  readonly authorization?: string
  /** PEM; belongs to the connection, so a change means new connections. */
  readonly certificate?: { readonly cert: string; readonly key: string }
}

export interface CredentialSource {
  current(signal?: AbortSignal): Promise<Credentials>
  /** The server answered 401 to these. True: asking again may give better ones, one more try is worth it. */
  renew(refused: Credentials): boolean
  /** Stops what is under way for the sake of `current`. */
  close(): void
}

/** One API server, and who we are there: everything a connection needs, from whatever place it was configured in. */
export interface ClusterIdentity {
  /** `https://host:port`, with a path when the server lives under one; no slash at the end. */
  readonly server: string
  readonly namespace: string
  /** Whether this is the Pod's own. */
  readonly inCluster: boolean
  readonly tls: {
    /** Absent: the machine's own roots. */
    readonly ca?: Material
    /** Verify this name instead of the host of `server`. */
    readonly serverName?: string
    readonly skipVerify: boolean
  }
  /** An http, https, socks5 or socks5h proxy. */
  readonly proxy?: URL
  /** Whether lists may come packed. @default true */
  readonly compression?: boolean
  readonly credentials: CredentialSource
  readonly impersonate?: Impersonation
}
