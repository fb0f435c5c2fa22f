import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http'
import { request as tlsRequest } from 'node:https'
import type { TLSSocket } from 'node:tls'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { eventually } from '../eventually.ts'
import { portOf } from '../process/free-port.ts'
import { virtualClock } from '../virtual-clock.ts'
import { type FaultProxy, faultProxy } from './fault-proxy.ts'
import { errorFrame } from './faults.ts'

interface Answer {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly body: string
  /** False: the connection broke before the body was whole. */
  readonly whole: boolean
}

const clock = virtualClock()
let server: Server
let proxy: FaultProxy
let handle: (incoming: IncomingMessage, answer: ServerResponse) => void
let arrived: IncomingMessage[]

beforeEach(async () => {
  arrived = []
  handle = (_, answer) => answer.end('hello\n')
  server = createServer((incoming, answer) => {
    arrived.push(incoming)
    handle(incoming, answer)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  proxy = await faultProxy({ server: `http://127.0.0.1:${portOf(server)}`, token: 'secret' }, { clock })
})

afterEach(async () => {
  await proxy.stop()
  server.closeAllConnections()
  await new Promise((closed) => server.close(closed))
})

/** A request through the proxy. @throws the socket's error when no answer came. */
function ask(
  path: string,
  options: { method?: string; headers?: readonly string[]; body?: string; signal?: AbortSignal; onBody?: (text: string) => void } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { method = 'GET', headers = [], body, signal, onBody } = options
    const outgoing = request(`${proxy.url}${path}`, {
      method,
      agent: false,
      headers: ['host', 'proxy', ...headers],
      ...(signal ? { signal } : {}),
    })
    outgoing.once('error', reject)
    outgoing.once('response', (response) => {
      let text = ''
      response.on('data', (chunk: Buffer) => {
        text += chunk.toString()
        onBody?.(text)
      })
      response.once('error', () => {})
      response.once('close', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text, whole: response.complete }),
      )
    })
    outgoing.end(body)
  })
}

describe('a proxy without faults', () => {
  test('forwards method, path, query, body, status and headers as they are', async () => {
    let received = ''
    handle = (incoming, answer) => {
      incoming.on('data', (chunk: Buffer) => {
        received += chunk.toString()
      })
      incoming.once('end', () => answer.writeHead(201, 'Made', { warning: '299 - "mind"', 'content-length': '2' }).end('ok'))
    }
    const answer = await ask('/apis/x?dryRun=All&a=%2F', { method: 'POST', body: '{"a":1}' })
    expect(answer).toMatchObject({ status: 201, body: 'ok', whole: true, headers: { warning: '299 - "mind"' } })
    expect(arrived[0]).toMatchObject({ method: 'POST', url: '/apis/x?dryRun=All&a=%2F' })
    expect(received).toBe('{"a":1}')
  })

  test('keeps a header that is there several times', async () => {
    await ask('/', { headers: ['Impersonate-Group', 'a', 'Impersonate-Group', 'b'] })
    expect(arrived[0]!.rawHeaders.filter((_, i, all) => all[i - 1] === 'Impersonate-Group')).toEqual(['a', 'b'])
  })

  test('adds the target’s token to a request that has none, and only to such', async () => {
    await ask('/')
    await ask('/', { headers: ['authorization', 'Bearer mine'] })
    expect(arrived.map(({ headers }) => headers.authorization)).toEqual(['Bearer secret', 'Bearer mine'])
  })

  test('hands a stream on as it comes, without waiting for its end', async () => {
    handle = (_, answer) => void answer.write('first\n')
    const controller = new AbortController()
    const first = await new Promise<string>((resolve) => {
      ask('/pods?watch=true', { signal: controller.signal, onBody: resolve }).catch(() => undefined)
    })
    expect(first).toBe('first\n')
    expect(proxy.open({ watch: true })).toBe(1)
    controller.abort()
    await eventually(() => expect(proxy.open()).toBe(0))
  })

  test('ends the request to the server when the caller goes away', async () => {
    handle = () => {}
    const controller = new AbortController()
    const asking = ask('/slow', { signal: controller.signal })
    await eventually(() => expect(arrived).toHaveLength(1))
    controller.abort()
    await expect(asking).rejects.toThrow()
    await eventually(() => expect(arrived[0]!.destroyed).toBe(true))
  })

  test('a server that is not there is a broken connection, not an answer', async () => {
    server.closeAllConnections()
    await new Promise((closed) => server.close(closed))
    await expect(ask('/')).rejects.toThrow(/socket hang up|ECONNRESET/)
  })

  test('counts what it saw', async () => {
    await ask('/a')
    expect(proxy.connections).toBe(1)
    await ask('/b?watch=true')
    await ask('/a', { method: 'DELETE', headers: ['accept', 'application/json;as=Table'] })
    expect(proxy.requests.map(({ accept }) => accept)).toEqual(['', '', 'application/json;as=Table'])
    expect([proxy.count(), proxy.count({ writes: true }), proxy.count({ watch: true }), proxy.count({ path: '/a' })]).toEqual([3, 1, 1, 2])
    expect(proxy.requests.map(({ method, path, status }) => `${method} ${path} ${status}`)).toEqual([
      'GET /a 200',
      'GET /b 200',
      'DELETE /a 200',
    ])
    proxy.forget()
    expect(proxy.count()).toBe(0)
  })
})

describe('faults', () => {
  test('a status is answered without the server’s knowledge, with Retry-After and a Status body', async () => {
    proxy.inject({ is: 'status', code: 429, retryAfterSeconds: 3 })
    const answer = await ask('/')
    expect(answer).toMatchObject({ status: 429, headers: { 'retry-after': '3', 'content-type': 'application/json' } })
    expect(JSON.parse(answer.body)).toMatchObject({ kind: 'Status', code: 429 })
    expect(arrived).toEqual([])
    expect(proxy.requests[0]).toMatchObject({ status: 429, fault: 'status' })
  })

  test('a status may carry any other body, as proxies on the way do', async () => {
    proxy.inject({ is: 'status', code: 502, body: '<html>bad gateway</html>' })
    expect(await ask('/')).toMatchObject({ status: 502, body: '<html>bad gateway</html>', headers: { 'content-type': 'text/html' } })
  })

  test('latency holds the request back before the server sees it', async () => {
    proxy.inject({ is: 'latency', ms: 60_000 })
    const asking = ask('/')
    await eventually(() => expect(proxy.count()).toBe(1))
    await clock.advance(59_999)
    expect(arrived).toEqual([])
    await clock.advance(1)
    expect(await asking).toMatchObject({ status: 200, body: 'hello\n' })
  })

  test('a black hole takes the request and says nothing until it is cut', async () => {
    proxy.inject({ is: 'blackhole' })
    const asking = ask('/').catch((error: Error) => error)
    await eventually(() => expect(proxy.open()).toBe(1))
    expect(arrived).toEqual([])
    expect(proxy.cut()).toBe(1)
    expect(await asking).toBeInstanceOf(Error)
  })

  test('a reset comes before the server sees anything', async () => {
    proxy.inject({ is: 'reset' })
    await expect(ask('/', { method: 'DELETE' })).rejects.toThrow('ECONNRESET')
    expect(arrived).toEqual([])
  })

  test('a lost answer comes after the server has done what was asked', async () => {
    proxy.inject({ is: 'lost-answer' }, { method: 'DELETE' })
    await expect(ask('/', { method: 'DELETE' })).rejects.toThrow(/socket hang up|ECONNRESET/)
    expect(arrived.map(({ method }) => method)).toEqual(['DELETE'])
    expect(await ask('/')).toMatchObject({ status: 200 })
  })

  test('a stream is cut in the middle of a line', async () => {
    handle = (_, answer) => void answer.write('aaaa\nbbbb\ncccc\n')
    proxy.inject({ is: 'truncate', after: { lines: 2 } }, { watch: true })
    expect(await ask('/pods?watch=true')).toMatchObject({ status: 200, body: 'aaaa\nbbbb\ncc', whole: false })
  })

  test('a body ends too early as if it were whole, although the server told its length', async () => {
    handle = (_, answer) => void answer.writeHead(200, { 'content-length': '10' }).end('0123456789')
    proxy.inject({ is: 'truncate', after: { bytes: 4 }, clean: true })
    expect(await ask('/')).toMatchObject({ status: 200, body: '0123', whole: true })
  })

  test('a stalled stream stays open and brings nothing more', async () => {
    let answerOf: ServerResponse | undefined
    handle = (incoming, answer) => {
      if (!incoming.url!.includes('watch')) return void answer.end('hello\n')
      answerOf = answer
      answer.write('aaaa\n')
    }
    proxy.inject({ is: 'stall', after: { bytes: 5 } }, { watch: true })
    let body = ''
    const asking = ask('/pods?watch=true', {
      onBody: (text) => {
        body = text
      },
    }).catch((error: Error) => error)
    await eventually(() => expect(body).toBe('aaaa\n'))
    answerOf!.write('bbbb\n')
    expect(await ask('/other')).toMatchObject({ status: 200 })
    expect(body).toBe('aaaa\n')
    expect(proxy.open({ watch: true })).toBe(1)
    proxy.cut()
    await asking
  })

  test('a line is put between two whole lines of a stream, which then goes on', async () => {
    handle = (_, answer) => {
      answer.write('aaaa\nbb')
      setTimeout(() => answer.end('bb\ncccc\n'), 20)
    }
    proxy.inject({ is: 'insert', afterLines: 2, line: errorFrame(500, 'InternalError', 'etcd hiccup') }, { watch: true })
    const { body, whole } = await ask('/pods?watch=true')
    const lines = body.split('\n')
    expect([lines[0], lines[1], lines[3], whole]).toEqual(['aaaa', 'bbbb', 'cccc', true])
    expect(JSON.parse(lines[2]!)).toMatchObject({ type: 'ERROR', object: { kind: 'Status', code: 500, reason: 'InternalError' } })
  })

  test('a line takes the place of another, wherever the chunks end', async () => {
    handle = (_, answer) => {
      answer.write('aaaa\nbb')
      setTimeout(() => answer.write('bb'), 10)
      setTimeout(() => answer.end('b\ncccc\n'), 20)
    }
    proxy.inject({ is: 'insert', afterLines: 1, line: 'x', instead: true }, { watch: true }, 1)
    expect((await ask('/pods?watch=true')).body).toBe('aaaa\nx\ncccc\n')
    proxy.inject({ is: 'insert', afterLines: 0, line: 'x', instead: true }, { watch: true }, 1)
    expect((await ask('/pods?watch=true')).body).toBe('x\nbbbbb\ncccc\n')
  })

  test('a line before all others is said although the stream is quiet', async () => {
    handle = (_, answer) => void answer.flushHeaders()
    proxy.inject({ is: 'insert', afterLines: 0, line: 'nonsense' }, { watch: true })
    const said = new Promise<string>((resolve) => void ask('/pods?watch=true', { onBody: resolve }))
    expect(await said).toBe('nonsense\n')
  })

  test('strikes as often as it was told, then no more', async () => {
    const injection = proxy.inject({ is: 'status', code: 503 }, { path: '/x' }, 2)
    const codes: number[] = []
    for (const path of ['/x', '/y', '/x', '/x']) codes.push((await ask(path)).status)
    expect(codes).toEqual([503, 200, 503, 200])
    expect(injection.hits).toBe(2)
  })

  test('is lifted at the end of its scope', async () => {
    {
      using _ = proxy.inject({ is: 'status', code: 500 })
      expect((await ask('/')).status).toBe(500)
    }
    expect((await ask('/')).status).toBe(200)
  })
})

describe('credentials', () => {
  test('only tokens that are admitted pass, under the target’s own identity', async () => {
    proxy.admit(['old'])
    expect((await ask('/', { headers: ['authorization', 'Bearer old'] })).status).toBe(200)
    proxy.admit(['new'])
    expect((await ask('/', { headers: ['authorization', 'Bearer old'] })).status).toBe(401)
    expect((await ask('/')).status).toBe(401)
    expect((await ask('/', { headers: ['authorization', 'Bearer new'] })).status).toBe(200)
    expect(arrived.map(({ headers }) => headers.authorization)).toEqual(['Bearer secret', 'Bearer secret'])
    proxy.admit(undefined)
    expect((await ask('/')).status).toBe(200)
  })

  test('a proxy with TLS rotates its certificate and its authority; who trusts only the old one refuses', async () => {
    const secure = await faultProxy({ server: `http://127.0.0.1:${portOf(server)}` }, { tls: true })
    const askWith = (ca: string | undefined) =>
      new Promise<string>((resolve, reject) => {
        const outgoing = tlsRequest(`${secure.url}/`, { ca, agent: false }, (response) => {
          const { fingerprint256 } = (response.socket as TLSSocket).getPeerCertificate()
          response.resume().once('end', () => resolve(fingerprint256))
        })
        outgoing.once('error', reject).end()
      })
    const first = secure.connection.caData
    const fingerprint = await askWith(first)
    expect(secure.rotate('certificate')).toBe(first)
    expect(await askWith(first)).not.toBe(fingerprint)
    const second = secure.rotate('authority')
    await expect(askWith(first)).rejects.toThrow(/certificate|self-signed/)
    await askWith(second)
    expect(secure.connection.caData).toBe(second)
    await secure.stop()
  })

  test('a proxy without TLS has nothing to rotate, and says so', () => {
    expect(() => proxy.rotate('authority')).toThrow('{ tls: true }')
  })
})

describe('cutting and refusing', () => {
  test('cut breaks only what it is told to', async () => {
    handle = (_, answer) => void answer.write('line\n')
    const watching = ask('/pods?watch=true')
    const controller = new AbortController()
    const other = ask('/list', { signal: controller.signal }).catch((error: Error) => error)
    await eventually(() => expect(arrived).toHaveLength(2))
    expect(proxy.cut({ watch: true })).toBe(1)
    expect(await watching).toMatchObject({ whole: false })
    expect(proxy.open()).toBe(1)
    controller.abort()
    await other
  })

  test('while paused the port refuses; after it, the same port answers', async () => {
    const { url } = proxy
    await proxy.pause()
    await expect(ask('/')).rejects.toThrow('ECONNREFUSED')
    await proxy.resume()
    expect(proxy.url).toBe(url)
    expect(await ask('/')).toMatchObject({ status: 200 })
  })

  test('a pause cuts the streams under way', async () => {
    handle = (_, answer) => void answer.write('line\n')
    let started = false
    const watching = ask('/pods?watch=true', {
      onBody: () => {
        started = true
      },
    })
    await eventually(() => expect(started).toBe(true))
    await proxy.pause()
    expect(await watching).toMatchObject({ whole: false })
  })

  test('stop may be called twice, and paused first', async () => {
    await proxy.pause()
    await proxy.stop()
    await proxy.stop()
    await expect(ask('/')).rejects.toThrow('ECONNREFUSED')
  })
})
