import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { buildConnector } from 'undici'

export interface TlsMaterial {
  readonly ca: string | undefined
  readonly cert: string | undefined
  readonly key: string | undefined
  readonly serverName: string | undefined
  readonly skipVerify: boolean
}

/** Dial and handshake; Go's transport gives its handshake the same. */
const CONNECT_TIMEOUT = 10_000
/** Go's default. A dead peer is noticed by the kernel even while nobody writes. */
const TCP_KEEPALIVE = 30_000

/** How connections to the server are made: TLS as configured, through the proxy when there is one. */
export function connectorFor(material: TlsMaterial, proxy: URL | undefined): buildConnector.connector {
  const direct = buildConnector({
    timeout: CONNECT_TIMEOUT,
    keepAlive: true,
    keepAliveInitialDelay: TCP_KEEPALIVE,
    rejectUnauthorized: !material.skipVerify,
    ...(material.ca !== undefined && { ca: material.ca }),
    ...(material.cert !== undefined && { cert: material.cert, key: material.key }),
    ...(material.serverName !== undefined && { servername: material.serverName }),
  })
  return withPlainErrors(proxy ? tunnel(proxy, direct) : direct)
}

/** A CONNECT tunnel through an http or https proxy. */
function tunnel(proxy: URL, direct: buildConnector.connector): buildConnector.connector {
  const open = proxy.protocol === 'https:' ? httpsRequest : httpRequest
  const login = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`
  return (options, callback) => {
    const target = `${options.hostname.includes(':') ? `[${options.hostname}]` : options.hostname}:${options.port || (options.protocol === 'https:' ? 443 : 80)}`
    const request = open({
      host: proxy.hostname.replace(/^\[|\]$/g, ''),
      port: proxy.port || (proxy.protocol === 'https:' ? 443 : 80),
      method: 'CONNECT',
      path: target,
      headers: { host: target, ...(proxy.username !== '' && { 'proxy-authorization': `Basic ${Buffer.from(login).toString('base64')}` }) },
      agent: false,
      timeout: CONNECT_TIMEOUT,
    })
    request.once('timeout', () => request.destroy(Object.assign(new Error('the proxy did not answer in time'), { code: 'ETIMEDOUT' })))
    request.once('error', (error) => callback(error, null))
    request.once('connect', (response, socket) => {
      if (response.statusCode !== 200) {
        socket.destroy()
        const hint = response.statusCode === 407 ? ': write user and password into the proxy URL' : ''
        callback(new Error(`the proxy refused the tunnel (HTTP ${response.statusCode}${hint})`), null)
        return
      }
      socket.setTimeout(0)
      socket.setKeepAlive(true, TCP_KEEPALIVE)
      if (options.protocol === 'https:') direct({ ...options, httpSocket: socket }, callback)
      else callback(null, socket)
    })
    request.end()
  }
}

/**
 * undici takes a connect error with its own code UND_ERR_SOCKET for a passing one and dials again at once and for ever, with the request
 * still queued. No error of a connector may carry that code.
 */
function withPlainErrors(connect: buildConnector.connector): buildConnector.connector {
  return (options, callback) =>
    connect(options, (...outcome) => {
      const [error] = outcome
      if (error !== null && (error as NodeJS.ErrnoException).code?.startsWith('UND_ERR_SOCKET')) {
        callback(Object.assign(new Error(error.message, { cause: error }), { code: 'ECONNRESET' }), null)
      } else {
        callback(...outcome)
      }
    })
}
