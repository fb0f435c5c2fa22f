import { createPrivateKey, X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { createServer, request } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { describe, expect, onTestFinished, test } from 'vitest'
import { Authority } from './authority.ts'

const NOW = Date.now()
const authority = new Authority(NOW)
const ca = new X509Certificate(authority.cert)

describe('a server certificate', () => {
  const { cert, key } = authority.server(['127.0.0.1', '::1', '2001:db8::7', 'localhost'])
  const parsed = new X509Certificate(cert)

  test('is signed by the authority, and belongs to its key', () => {
    expect(parsed.verify(ca.publicKey)).toBe(true)
    expect(parsed.checkIssued(ca)).toBe(true)
    expect(parsed.checkPrivateKey(createPrivateKey(key))).toBe(true)
    expect(parsed.ca).toBe(false)
    expect(ca.ca).toBe(true)
  })

  test('holds for its names and addresses alone', () => {
    expect(parsed.checkHost('localhost')).toBe('localhost')
    expect(parsed.checkHost('example.org')).toBeUndefined()
    for (const address of ['127.0.0.1', '::1', '2001:db8::7']) expect(parsed.checkIP(address)).toBe(address)
    expect(parsed.checkIP('127.0.0.2')).toBeUndefined()
  })

  test('is valid an hour ago and in half a year', () => {
    expect(Date.parse(parsed.validFrom)).toBeLessThanOrEqual(NOW - 3_590_000)
    expect(Date.parse(parsed.validTo)).toBeGreaterThan(NOW + 180 * 86_400_000)
  })
})

test('a client proves user and groups over TLS, and one of another authority does not', async () => {
  const server = createServer(
    { ...authority.server(['127.0.0.1']), ca: authority.cert, requestCert: true, rejectUnauthorized: false },
    (incoming, answer) => {
      const socket = incoming.socket as TLSSocket
      answer.end(JSON.stringify(socket.authorized ? socket.getPeerCertificate().subject : 'nobody'))
    },
  )
  onTestFinished(() => void server.close())
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const ask = async (from: Authority) => {
    const asked = request({ host: '127.0.0.1', port, ca: authority.cert, agent: false, ...from.client('ann', ['a', 'b']) }).end()
    const [answer] = await once(asked, 'response')
    return JSON.parse(Buffer.concat(await answer.toArray()).toString()) as unknown
  }
  expect(await ask(authority)).toEqual({ O: ['a', 'b'], CN: 'ann' })
  expect(await ask(new Authority(NOW))).toBe('nobody')
})

test('two certificates never have the same serial number', () => {
  const serials = Array.from({ length: 50 }, () => new X509Certificate(authority.client('a', []).cert).serialNumber)
  expect(new Set(serials).size).toBe(50)
})
