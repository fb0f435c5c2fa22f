import { ConnectionError } from '@kubewright/core'
import type { Dispatcher } from 'undici'
// Not from 'undici' itself: importing that puts its Agent behind the global fetch of the whole process (P14), and loads the rest of it.
import Client from 'undici/lib/dispatcher/client.js'
import Pool from 'undici/lib/dispatcher/pool.js'
import { connectorFor, type TlsMaterial } from './connector.ts'
import { createDialer, type DialerOptions } from './dialer.ts'

export interface Connections {
  /** For requests that end. */
  readonly unary: Dispatcher
  /** For answers that are held for as long as their reader likes: as many connections as there are such readers at a time. */
  readonly lent: Dispatcher
  /**
   * A connection for one watch alone, so fifty of them neither starve the requests nor share one fate. Whoever dials hangs up.
   * Not from a pool: when a request is aborted, undici dials again at once, for nothing, to have a connection in the pool.
   */
  dial(): { readonly dispatcher: Dispatcher; hangUp(): void }
}

/**
 * The connections of one cluster identity: made once, and made anew only when the certificates they were made with change (C14 of the
 * common client: a new agent per request, 200 TLS connections for 200 requests). The old ones finish what they are doing.
 */
export interface ConnectionPools {
  for(material: TlsMaterial): Connections
  /** Ends everything, requests under way included; resolves when the last socket is closed. */
  close(): Promise<void>
}

export interface ConnectionPoolsOptions extends DialerOptions {
  /** The server's URL. */
  readonly server: string
  /** The most connections for requests that end. */
  readonly connections: number
}

/** Below the 90 s after which a Go server closes an idle connection; the other way round a request meets a socket that is being closed. */
const IDLE_TIMEOUT = 60_000

export function createConnectionPools({ server, connections, ...dialing }: ConnectionPoolsOptions): ConnectionPools {
  const { origin } = new URL(server)
  const dialer = createDialer(dialing)
  /** Everything that may hold a socket. */
  const living = new Set<Dispatcher>()
  let current: { readonly material: TlsMaterial; readonly connections: Connections } | undefined
  let closed = false

  const open = (material: TlsMaterial): Connections => {
    const connect = connectorFor(material, dialer)
    // Time limits are the transport's own: one clock for all of them, and a watch may be silent for as long as its reader allows.
    const common = { connect, pipelining: 1, keepAliveTimeout: IDLE_TIMEOUT, headersTimeout: 0, bodyTimeout: 0 }
    const unary = new Pool(origin, { ...common, connections })
    const lent = new Pool(origin, common)
    living.add(unary).add(lent)
    return {
      unary,
      lent,
      dial() {
        const dispatcher = new Client(origin, common)
        living.add(dispatcher)
        return { dispatcher, hangUp: () => void dispatcher.destroy().finally(() => living.delete(dispatcher)) }
      },
    }
  }

  return {
    for(material) {
      if (closed) throw new ConnectionError(`no request to ${server} any more: the client is closed`, { code: 'CLIENT_CLOSED' })
      if (current !== undefined && sameMaterial(current.material, material)) return current.connections
      const old = current === undefined ? [] : [current.connections.unary, current.connections.lent]
      // Watches of before go on until they end: that is minutes, and they were let in.
      for (const pool of old) void pool.close().finally(() => living.delete(pool))
      current = { material, connections: open(material) }
      return current.connections
    },
    async close() {
      closed = true
      // A dispatcher tells its requests first, and only then the sockets go: else each would be taken for a broken connection.
      await Promise.allSettled([...living].map((dispatcher) => dispatcher.destroy()))
      await dialer.close()
    },
  }
}

function sameMaterial(a: TlsMaterial, b: TlsMaterial): boolean {
  return a.ca === b.ca && a.cert === b.cert && a.key === b.key && a.serverName === b.serverName && a.skipVerify === b.skipVerify
}
