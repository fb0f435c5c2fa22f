import { isIPv6 } from 'node:net'
import type { ProxyLogin, TunnelTalk, TunnelTarget } from './tunnel.ts'

/** No proxy has that much to say about a tunnel; one that goes on is none. */
const LONGEST_HEAD = 64 * 1024
const END_OF_HEAD = '\r\n\r\n'

/** `CONNECT`, as http and https proxies understand it (RFC 9110 9.3.6). */
export function httpTunnel({ hostname, port }: TunnelTarget, login: ProxyLogin | undefined): TunnelTalk<'asked'> {
  const target = `${isIPv6(hostname) ? `[${hostname}]` : hostname}:${port}`
  const credentials = login && Buffer.from(`${login.username}:${login.password}`).toString('base64')
  const head = [
    `CONNECT ${target} HTTP/1.1`,
    `host: ${target}`,
    ...(credentials === undefined ? [] : [`proxy-authorization: Basic ${credentials}`]),
  ]
  return {
    opening: { phase: 'asked', bytes: Buffer.from(head.join('\r\n') + END_OF_HEAD) },
    hear(_phase, heard) {
      const end = heard.indexOf(END_OF_HEAD)
      if (end < 0) return heard.length > LONGEST_HEAD ? { is: 'refused', why: 'its answer has no end' } : { is: 'listening' }
      const status = /^HTTP\/1\.[01] (\d{3})\b/.exec(heard.toString('latin1', 0, end))?.[1]
      if (status === undefined) return { is: 'refused', why: 'it does not speak HTTP: correct the scheme or the port of the proxy URL' }
      if (status === '200') return { is: 'open', consumed: end + END_OF_HEAD.length }
      const mend = status === '407' ? ': write user and password into the proxy URL, or correct them' : ''
      return { is: 'refused', why: `HTTP ${status}${mend}` }
    },
  }
}
