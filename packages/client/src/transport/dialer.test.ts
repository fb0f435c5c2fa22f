import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { createServer as createTlsServer } from 'node:tls'
import { isConnectionError, messageOf } from '@kubewright/core'
import { virtualClock } from '@kubewright/testing/virtual-clock'
import { describe, expect, test } from 'vitest'
import { connectTo } from '../connect.ts'
import type { RequestObservation } from '../connection.ts'
import { SERVER_PAIR, TEST_CA } from '../test-server/certificates.ts'
import { json, scriptedServer } from '../test-server/scripted-server.ts'
import { createDialer } from './dialer.ts'

/** A peer that takes connections and never says a word. */
async function silentServer() {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    // Read, or the end of the connection would never be seen.
    socket.resume()
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    sockets,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await once(server.close(), 'close')
    },
  }
}

describe('a peer that says nothing', () => {
  test.each<[string, (port: number) => Parameters<typeof connectTo>[0], string]>([
    ['in the TLS handshake', (port) => ({ server: `https://127.0.0.1:${port}`, caData: TEST_CA }), 'no TLS handshake within 10 s'],
    [
      'as an http proxy',
      (port) => ({ server: 'https://10.0.0.1', proxyUrl: `http://127.0.0.1:${port}` }),
      'no answer from the proxy within 10 s',
    ],
    [
      'as a SOCKS proxy',
      (port) => ({ server: 'https://10.0.0.1', proxyUrl: `socks5://127.0.0.1:${port}` }),
      'no answer from the proxy within 10 s',
    ],
    [
      'as an https proxy',
      (port) => ({ server: 'https://10.0.0.1', proxyUrl: `https://127.0.0.1:${port}` }),
      'no TLS handshake within 10 s',
    ],
  ])('C1: %s is given up after 10 s', async (_name, connection, words) => {
    await using server = await silentServer()
    const clock = virtualClock()
    const client = connectTo(connection(server.port), { clock, random: () => 0 })
    const failure = client.request('GET', '/x', { retry: false }).catch((error: unknown) => error)
    while (clock.pending === 0 || server.sockets.size === 0) await delay(1)
    await delay(20)
    await clock.advance(9_999)
    expect(server.sockets.size).toBe(1)
    await clock.advance(1)
    const error = await failure
    expect(isConnectionError(error) && error.code).toBe('ETIMEDOUT')
    expect(messageOf(error)).toContain(words)
    await client.close()
    expect(clock.pending).toBe(0)
  })

  test('C1: after the request is given up with its time, and the connection with it, so that the next request gets another', async () => {
    let silent = true
    await using server = await scriptedServer((_request, response) => {
      if (!silent) json(response, { fine: true })
    })
    const clock = virtualClock()
    const client = connectTo({ server: server.url }, { clock })
    const failure = client.request('GET', '/hangs').catch((error: unknown) => error)
    while (server.received.length === 0) await delay(1)
    await clock.advance(29_999)
    expect(server.open).toBe(1)
    await clock.advance(1)
    expect(messageOf(await failure)).toContain('no complete answer within 30 s')
    silent = false
    expect(await client.request('GET', '/x')).toEqual({ fine: true })
    expect(server.received.map(({ connection }) => connection)).toEqual([0, 1])
    await client.close()
    expect(clock.pending).toBe(0)
  })

  test('C1: an answer that trickles does not stretch the time', async () => {
    await using server = await scriptedServer(async (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      for (; !response.destroyed; await delay(5)) response.write(' ')
    })
    const clock = virtualClock()
    const client = connectTo({ server: server.url }, { clock })
    const failure = client.request('GET', '/trickles').catch((error: unknown) => error)
    while (server.received.length === 0) await delay(1)
    for (let second = 0; second < 30; second++) await clock.advance(1_000)
    expect(messageOf(await failure)).toContain('no complete answer within 30 s')
    await client.close()
  })
})

test('C17: what a proxy says beyond its answer is not taken for the server', async () => {
  const talkative = createServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}'))
  })
  talkative.listen(0, '127.0.0.1')
  await once(talkative, 'listening')
  const proxyUrl = `http://127.0.0.1:${(talkative.address() as AddressInfo).port}`
  const client = connectTo({ server: 'http://10.0.0.1', proxyUrl })
  expect(await client.request('GET', '/x').then(String, messageOf)).toContain('it sent more than its answer')
  await client.close()
  await once(talkative.close(), 'close')
})

test('P9: close ends connections that are still being made, and waits until they are gone', async () => {
  await using server = await silentServer()
  const client = connectTo({ server: `https://127.0.0.1:${server.port}`, caData: TEST_CA })
  const failure = client.request('GET', '/x').catch((error: unknown) => error)
  while (server.sockets.size === 0) await delay(1)
  await client.close()
  expect(messageOf(await failure)).toContain('the client was closed')
  while (server.sockets.size > 0) await delay(1)
})

test('P9: close ends a wait for the next attempt, and leaves no timer', async () => {
  await using server = await scriptedServer((_request, response) => json(response, {}, 429, { 'retry-after': '20' }))
  const clock = virtualClock()
  const client = connectTo({ server: server.url }, { clock })
  const failure = client.request('GET', '/x').catch((error: unknown) => error)
  while (server.received.length === 0) await delay(1)
  await delay(20)
  await client.close()
  expect(messageOf(await failure)).toContain('the client is closed')
  expect(clock.pending).toBe(0)
})

test('C14: the kernel looks after each connection every 30 s', async () => {
  await using server = await silentServer()
  const dialer = createDialer({ clock: virtualClock(), proxy: undefined })
  const socket = await dialer.dial({ hostname: '127.0.0.1', port: server.port }, undefined, () => expect.fail('there is no proxy'))
  const set = Object.getOwnPropertySymbols(socket).map((symbol) => [symbol.description, (socket as never)[symbol]])
  expect(Object.fromEntries(set)).toMatchObject({ kSetKeepAlive: true, kSetKeepAliveInitialDelay: 30, kSetNoDelay: true })
  await dialer.close()
})

test('C14: a new connection resumes the TLS session of the one before', async () => {
  await using server = await scriptedServer((request, response) => {
    const resumed = (request.socket as Socket & { isSessionReused(): boolean }).isSessionReused()
    json(response, { resumed }, 200, { connection: 'close' })
  }, SERVER_PAIR)
  const client = connectTo({ server: server.url, caData: TEST_CA })
  const resumed: unknown[] = []
  for (let count = 0; count < 3; count++) {
    resumed.push(await client.request('GET', '/x'))
    while (server.open > 0) await delay(1)
  }
  expect(resumed).toEqual([{ resumed: false }, { resumed: true }, { resumed: true }])
  await client.close()
})

test('C19: a server that offers HTTP/2 is spoken to in HTTP/1.1', async () => {
  const offered = createTlsServer({ ...SERVER_PAIR, ALPNProtocols: ['h2', 'http/1.1'] }, (socket) => {
    socket.on('error', () => {})
    socket.once('data', () => {
      const body = JSON.stringify({ spoken: socket.alpnProtocol })
      socket.end(`HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`)
    })
  })
  offered.listen(0, '127.0.0.1')
  await once(offered, 'listening')
  const client = connectTo({ server: `https://127.0.0.1:${(offered.address() as AddressInfo).port}`, caData: TEST_CA })
  expect(await client.request('GET', '/x')).toEqual({ spoken: 'http/1.1' })
  await client.close()
  await once(offered.close(), 'close')
})

test('C19: a watch never takes a connection that requests use, nor they one of its own', async () => {
  await using server = await scriptedServer(({ query }, response) => {
    if (!query.get('watch')) return json(response, {})
    response.writeHead(200).write('{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"7"}}}\n')
  })
  const client = connectTo({ server: server.url }, { connections: 1 })
  await client.request('GET', '/before')
  const pods = await client.resource({ group: '', version: 'v1', kind: 'Pod', plural: 'pods', namespaced: true })
  const watch = pods.watch()[Symbol.asyncIterator]()
  await watch.next()
  for (let count = 0; count < 5; count++) await client.request('GET', '/after')
  const [watching] = server.received.filter(({ query }) => query.has('watch'))
  expect(server.received.filter(({ connection }) => connection === watching?.connection)).toHaveLength(1)
  await watch.return?.()
  await client.close()
})

test('a lookup of a name is told once, with its seconds, and none of an address', async () => {
  await using server = await scriptedServer((_request, response) => json(response, {}))
  const seen: RequestObservation[] = []
  const observe = (observation: RequestObservation) => seen.push(observation)
  const byName = connectTo({ server: `http://localhost:${server.port}` }, { observe })
  for (let count = 0; count < 3; count++) await byName.request('GET', '/x')
  const byAddress = connectTo({ server: server.url }, { observe })
  await byAddress.request('GET', '/x')
  const told = seen.map(({ dnsSeconds }) => dnsSeconds)
  expect(told.filter((seconds) => seconds !== undefined && seconds >= 0).length).toBeGreaterThanOrEqual(1)
  expect(told.filter((seconds) => seconds !== undefined).length).toBeLessThanOrEqual(server.connections - 1)
  expect(told[3]).toBeUndefined()
  await Promise.all([byName.close(), byAddress.close()])
})
