import { isIPv4, isIPv6 } from 'node:net'
import type { ProxyLogin, TunnelStep, TunnelTalk, TunnelTarget } from './tunnel.ts'

type Phase = 'greeted' | 'logging in' | 'asked'

const VERSION = 5
const LOGIN_VERSION = 1
const NO_LOGIN = 0
const PASSWORD = 2
const CONNECT = 1
const IPV4 = 1
const NAME = 3
const IPV6 = 4

/**
 * SOCKS5 (RFC 1928, RFC 1929). A host name is looked up by the proxy, for `socks5` as for `socks5h`: so do Go and therefore kubectl, and behind such
 * a proxy the name of an API server often means nothing outside.
 */
export function socksTunnel(target: TunnelTarget, login: ProxyLogin | undefined): TunnelTalk<Phase> {
  const methods = login === undefined ? [NO_LOGIN] : [NO_LOGIN, PASSWORD]
  const request = connectRequest(target)
  return {
    opening: { phase: 'greeted', bytes: Buffer.from([VERSION, methods.length, ...methods]) },
    hear(phase, heard): TunnelStep<Phase> {
      if (heard.length < 2) return { is: 'listening' }
      if (heard[0] !== (phase === 'logging in' ? LOGIN_VERSION : VERSION)) {
        return { is: 'refused', why: 'it does not speak SOCKS5: correct the scheme or the port of the proxy URL' }
      }
      switch (phase) {
        case 'greeted':
          if (heard[1] === NO_LOGIN) return { is: 'saying', consumed: 2, phase: 'asked', bytes: request }
          if (heard[1] === PASSWORD && login) return { is: 'saying', consumed: 2, phase: 'logging in', bytes: loginRequest(login) }
          return { is: 'refused', why: login ? 'it takes no user and password' : 'write user and password into the proxy URL' }
        case 'logging in':
          if (heard[1] === 0) return { is: 'saying', consumed: 2, phase: 'asked', bytes: request }
          return { is: 'refused', why: 'user or password are wrong: correct them in the proxy URL' }
        case 'asked': {
          if (heard[1] !== 0) return { is: 'refused', why: REFUSALS[heard[1]!] ?? `SOCKS code ${heard[1]}` }
          const length = replyLength(heard)
          return length === undefined || heard.length < length ? { is: 'listening' } : { is: 'open', consumed: length }
        }
      }
    },
  }
}

const REFUSALS: Readonly<Record<number, string>> = {
  1: 'it failed to connect to the server',
  2: 'its rules forbid a connection to the server',
  3: 'it has no route to the network of the server',
  4: 'it cannot reach the server',
  5: 'the server refused its connection',
  6: 'the server is too far away for it',
  7: 'it knows no tunnels',
  8: 'it does not know this kind of address',
}

function loginRequest({ username, password }: ProxyLogin): Buffer {
  const [user, secret] = [Buffer.from(username), Buffer.from(password)]
  return Buffer.concat([Buffer.from([LOGIN_VERSION, user.length]), user, Buffer.from([secret.length]), secret])
}

function connectRequest({ hostname, port }: TunnelTarget): Buffer {
  return Buffer.from([VERSION, CONNECT, 0, ...addressOf(hostname), port >> 8, port & 0xff])
}

function addressOf(hostname: string): readonly number[] {
  if (isIPv4(hostname)) return [IPV4, ...hostname.split('.').map(Number)]
  if (isIPv6(hostname)) return [IPV6, ...ipv6Bytes(hostname)]
  const name = Buffer.from(hostname)
  return [NAME, name.length, ...name]
}

/** `fd00::1` to its 16 bytes. Of a URL, so in the canonical form: at most one `::`, no dotted part, no zone. */
function ipv6Bytes(address: string): readonly number[] {
  const [left = '', right] = address.split('::')
  const groups = (text: string) => (text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16)))
  const [head, tail] = [groups(left), groups(right ?? '')]
  const zeros = Array<number>(8 - head.length - tail.length).fill(0)
  return [...head, ...zeros, ...tail].flatMap((group) => [group >> 8, group & 0xff])
}

/** Version, code, reserved, and the address that the proxy dials from, which is of no use to us but has to be read past. */
function replyLength(heard: Buffer): number | undefined {
  if (heard.length < 5) return undefined
  const address = heard[3] === IPV4 ? 4 : heard[3] === IPV6 ? 16 : 1 + heard[4]!
  return 4 + address + 2
}
