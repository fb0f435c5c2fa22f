import { isIP, connect as netConnect, type Socket } from 'node:net'
import { type SecureContext, type TLSSocket, connect as tlsConnect } from 'node:tls'
import type { Clock } from '@kubewright/core'
import { codeOf, isCertificateProblem } from './connection-failure.ts'
import { httpTunnel } from './http-tunnel.ts'
import { socksTunnel } from './socks-tunnel.ts'
import { openTunnel, type ProxyLogin, type TunnelTarget } from './tunnel.ts'

/** Go's limit for a TLS handshake; each of the phases of a connection gets it. */
const PHASE_LIMIT = 10_000
/** Go's default. The kernel notices a dead peer even while nobody writes (client-node lost it in 1.0 and with it every dead watch, #2127). */
const TCP_KEEPALIVE = 30_000

/** How the server is recognised, and what we show it. */
export interface Security {
  readonly context: SecureContext
  /** The name its certificate must be for. */
  readonly name: string
  readonly skipVerify: boolean
  /** An earlier session, for a handshake without certificates and with one round trip less. */
  readonly session: Buffer | undefined
  onSession(session: Buffer): void
}

export interface DialerOptions {
  readonly clock: Clock
  /** An http, https, socks5 or socks5h proxy. */
  readonly proxy: URL | undefined
  /** Hears how long a lookup of a name took. */
  readonly onLookup?: ((seconds: number) => void) | undefined
}

/** Makes sockets, and knows all that are open. */
export interface Dialer {
  /**
   * A socket to the target, through the proxy when there is one, and TLS inside it when `security` is given.
   * @param proxyTrust whom an https proxy may be certified by
   * @throws Error with a `code`
   */
  dial(target: TunnelTarget, security: Security | undefined, proxyTrust: () => SecureContext): Promise<Socket>
  /** Destroys every socket, those that are not connected yet included; resolves when they are closed. */
  close(): Promise<void>
}

export function createDialer({ clock, proxy, onLookup }: DialerOptions): Dialer {
  const open = new Set<Socket>()
  let closed = false

  const dialTcp = async ({ hostname, port }: TunnelTarget): Promise<Socket> => {
    const start = clock.monotonic()
    const socket = netConnect({ host: hostname, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: TCP_KEEPALIVE })
    open.add(socket)
    socket.once('close', () => open.delete(socket))
    socket.once('lookup', () => onLookup?.((clock.monotonic() - start) / 1000))
    await reached(socket, clock, 'no connection', (done) => once(socket, 'connect', done))
    return socket
  }

  const secure = async (socket: Socket, { context, name, skipVerify, session, onSession }: Security): Promise<TLSSocket> => {
    if (socket.destroyed) throw brokenBy(socket)
    const tls = tlsConnect({
      socket,
      secureContext: context,
      host: name,
      // An address is no server name (RFC 6066); `host` is what the certificate is compared with then.
      ...(isIP(name) === 0 && { servername: name }),
      rejectUnauthorized: !skipVerify,
      // Not h2: a watch on a connection that it shares has a flow-control window and a fate with fifty others (C19), and Node's h2 took 1.1 to 2.8
      // times the CPU per request. Dead peers are noticed by timers of our own instead of h2 pings.
      ALPNProtocols: ['http/1.1'],
      ...(session && { session }),
    })
    tls.on('session', onSession)
    await reached(tls, clock, 'no TLS handshake', (done) => once(tls, 'secureConnect', done))
    return tls
  }

  const dialThrough = async (proxy: URL, target: TunnelTarget, trust: () => SecureContext): Promise<Socket> => {
    const hostname = proxy.hostname.replace(/^\[|\]$/g, '')
    const tcp = await dialTcp({ hostname, port: Number(proxy.port) || PROXY_PORTS[proxy.protocol]! })
    const socket = proxy.protocol === 'https:' ? await secure(tcp, securityOfProxy(hostname, trust())).catch(asProxyFailure) : tcp
    const login = loginOf(proxy)
    await reached(socket, clock, 'no answer from the proxy', (done) =>
      proxy.protocol.startsWith('socks')
        ? openTunnel(socket, socksTunnel(target, login), done)
        : openTunnel(socket, httpTunnel(target, login), done),
    )
    return socket
  }

  return {
    async dial(target, security, proxyTrust) {
      if (closed) throw new Error('the client is closed')
      const socket = proxy ? await dialThrough(proxy, target, proxyTrust) : await dialTcp(target)
      return security ? secure(socket, security) : socket
    },
    async close() {
      closed = true
      await Promise.all([...open].map((socket) => new Promise((resolve) => socket.once('close', resolve).destroy())))
    },
  }
}

/**
 * Waits for what `begin` starts and reports as done. Rejects when the socket breaks first, with what broke it, and breaks it when the time is up.
 * @param begin returns what takes its listeners off
 */
function reached(socket: Socket, clock: Clock, missing: string, begin: (done: () => void) => () => void): Promise<void> {
  // Nobody else listens between two phases, and an error without a listener ends the process. 'close' follows every error, and is heard below.
  socket.on('error', () => {})
  if (socket.destroyed) return Promise.reject(brokenBy(socket))
  return new Promise((resolve, reject) => {
    const late = () => Object.assign(new Error(`${missing} within ${PHASE_LIMIT / 1000} s`), { code: 'ETIMEDOUT' })
    const timer = clock.setTimer(PHASE_LIMIT, () => socket.destroy(late()))
    const leave = () => {
      timer.cancel()
      socket.off('close', onClose)
      stop()
    }
    const onClose = () => {
      leave()
      reject(brokenBy(socket))
    }
    const stop = begin(() => {
      leave()
      resolve()
    })
    socket.once('close', onClose)
  })
}

function once(socket: Socket, event: 'connect' | 'secureConnect', done: () => void): () => void {
  socket.once(event, done)
  return () => socket.off(event, done)
}

function brokenBy(socket: Socket): Error {
  return socket.errored ?? Object.assign(new Error('the other side closed the connection'), { code: 'ECONNRESET' })
}

const PROXY_PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443, 'socks5:': 1080, 'socks5h:': 1080 }

function loginOf({ username, password }: URL): ProxyLogin | undefined {
  return username === '' ? undefined : { username: decodeURIComponent(username), password: decodeURIComponent(password) }
}

/** Always verified: `insecure-skip-tls-verify` was said of the API server, and the proxy is told a password. */
function securityOfProxy(name: string, context: SecureContext): Security {
  return { context, name, skipVerify: false, session: undefined, onSession: () => {} }
}

/** Else the certificate of the proxy is taken for the server's, and the wrong file is searched for the mistake. */
function asProxyFailure(error: Error): never {
  if (!isCertificateProblem(codeOf(error))) throw error
  throw Object.assign(new Error(`the proxy's certificate is not trusted (${error.message})`, { cause: error }), { code: 'PROXY_REFUSED' })
}
