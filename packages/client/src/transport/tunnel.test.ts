import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { httpTunnel } from './http-tunnel.ts'
import { socksTunnel } from './socks-tunnel.ts'
import type { TunnelTalk } from './tunnel.ts'

/** What is said to a proxy that says `heard`, which comes in pieces of the given sizes; and how it ends. */
function talk<Phase>({ opening, hear }: TunnelTalk<Phase>, heard: Buffer, sizes: readonly number[] = [heard.length]) {
  const said = [opening.bytes]
  let { phase } = opening
  let [waiting, rest] = [Buffer.alloc(0), heard]
  for (let piece = 0; rest.length > 0; piece++) {
    const size = sizes[piece % sizes.length]!
    waiting = Buffer.concat([waiting, rest.subarray(0, size)])
    rest = rest.subarray(size)
    for (let step = hear(phase, waiting); step.is !== 'listening'; step = hear(phase, waiting)) {
      if (step.is === 'refused') return { said, end: step.why }
      waiting = waiting.subarray(step.consumed)
      if (step.is === 'open') return { said, end: 'open', left: waiting.length + rest.length }
      phase = step.phase
      said.push(step.bytes)
    }
  }
  return { said, end: 'listening' }
}

const SERVER = { hostname: '10.0.0.1', port: 6443 }
const LOGIN = { username: 'me', password: 'pä' }
const NO_LOGIN = [5, 0]
const WANTS_LOGIN = [5, 2]
const WELCOME = [1, 0]
const OPEN = [5, 0, 0, 1, 10, 0, 0, 9, 0x1f, 0x90]

describe('SOCKS5', () => {
  test.each<[string, string, number[]]>([
    ['an IPv4 address', '10.0.0.1', [1, 10, 0, 0, 1]],
    ['an IPv6 address', 'fd00:1::a', [4, 0xfd, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 10]],
    ['a full IPv6 address', '1:2:3:4:5:6:7:8', [4, 0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8]],
    ['the loopback', '::1', [4, ...Array<number>(15).fill(0), 1]],
    ['a name', 'api', [3, 3, 97, 112, 105]],
  ])('C17: the tunnel is asked to %s', (_name, hostname, address) => {
    const { said, end } = talk(socksTunnel({ hostname, port: 6443 }, undefined), Buffer.from([...NO_LOGIN, ...OPEN]))
    expect(said.map((bytes) => [...bytes])).toEqual([
      [5, 1, 0],
      [5, 1, 0, ...address, 0x19, 0x2b],
    ])
    expect(end).toBe('open')
  })

  test('C17: user and password are told to a proxy that asks, and to no other', () => {
    const asked = talk(socksTunnel(SERVER, LOGIN), Buffer.from([...WANTS_LOGIN, ...WELCOME, ...OPEN]))
    expect([...asked.said[1]!]).toEqual([1, 2, 109, 101, 3, 112, 0xc3, 0xa4])
    expect(asked.end).toBe('open')
    const open = talk(socksTunnel(SERVER, LOGIN), Buffer.from([...NO_LOGIN, ...OPEN]))
    expect(open.said).toHaveLength(2)
  })

  test.each<[string, number[], typeof LOGIN | undefined, string]>([
    ['no way to log in', [5, 0xff], undefined, 'write user and password'],
    ['no password wanted', [5, 0xff], LOGIN, 'takes no user and password'],
    ['a password wanted of whom has none', [5, 2], undefined, 'write user and password'],
    ['a wrong password', [5, 2, 1, 1], LOGIN, 'user or password are wrong'],
    ['a server that refuses', [5, 0, 5, 5], undefined, 'the server refused'],
    ['an unknown code', [5, 0, 5, 77], undefined, 'SOCKS code 77'],
    ['SOCKS4', [4, 0], undefined, 'does not speak SOCKS5'],
    ['HTTP', [...Buffer.from('HTTP/1.1 400')], undefined, 'does not speak SOCKS5'],
  ])('C17: %s is told', (_name, heard, login, words) => {
    expect(talk(socksTunnel(SERVER, login), Buffer.from(heard)).end).toContain(words)
  })

  test('what follows the answer is left', () => {
    expect(talk(socksTunnel(SERVER, undefined), Buffer.from([...NO_LOGIN, ...OPEN, 1, 2]))).toMatchObject({ end: 'open', left: 2 })
  })

  test.each<[string, number[]]>([
    ['an address', OPEN],
    ['an IPv6 address', [5, 0, 0, 4, ...Array<number>(18).fill(7)]],
    ['a name', [5, 0, 0, 3, 3, 1, 2, 3, 0, 0]],
  ])('however an answer with %s is cut into pieces, the same comes of it', (_name, answer) => {
    const heard = Buffer.from([...WANTS_LOGIN, ...WELCOME, ...answer])
    const whole = talk(socksTunnel(SERVER, LOGIN), heard)
    expect(whole).toMatchObject({ end: 'open', left: 0 })
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1 }), (sizes) => {
        expect(talk(socksTunnel(SERVER, LOGIN), heard, sizes)).toEqual(whole)
      }),
    )
  })
})

describe('CONNECT', () => {
  test('C17: names the target twice and the login once', () => {
    const { said } = talk(httpTunnel({ hostname: 'fd00::1', port: 443 }, LOGIN), Buffer.from('HTTP/1.1 200 OK\r\n\r\n'))
    const login = Buffer.from('me:pä').toString('base64')
    expect(said.join('')).toBe(`CONNECT [fd00::1]:443 HTTP/1.1\r\nhost: [fd00::1]:443\r\nproxy-authorization: Basic ${login}\r\n\r\n`)
  })

  test.each([
    ['HTTP/1.0 200 Connection established\r\nvia: x\r\n\r\n', 'open'],
    ['HTTP/1.1 407 Authenticate\r\n\r\n', 'HTTP 407: write user and password'],
    ['HTTP/1.1 502 Bad Gateway\r\ncontent-length: 3\r\n\r\nbad', 'HTTP 502'],
    ['SSH-2.0-OpenSSH\r\n\r\n', 'does not speak HTTP'],
    ['HTTP/1.1 200 OK\r\n', 'listening'],
    [`HTTP/1.1 200 OK\r\n${'x: y\r\n'.repeat(12_000)}`, 'its answer has no end'],
  ])('C17: %j ends in %j', (heard, words) => {
    expect(talk(httpTunnel(SERVER, undefined), Buffer.from(heard)).end).toContain(words)
  })

  test('however an answer is cut into pieces, the same comes of it', () => {
    const heard = Buffer.from('HTTP/1.1 200 OK\r\nvia: x\r\n\r\n')
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }), (sizes) => {
        expect(talk(httpTunnel(SERVER, undefined), heard, sizes)).toMatchObject({ end: 'open', left: 0 })
      }),
    )
  })
})
