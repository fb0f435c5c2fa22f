import { once } from 'node:events'
import { connect, Server } from 'node:net'
import { sleep, systemClock } from '@kubewright/core'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { parseBindAddress } from './bind-address.ts'
import { type Answering, serveHttp } from './http-server.ts'
import { selfSignedCertificate } from './self-signed.ts'

describe('an address to listen on', () => {
  test.each([
    [':8080', { host: undefined, port: 8080 }],
    ['127.0.0.1:0', { host: '127.0.0.1', port: 0 }],
    ['localhost:9', { host: 'localhost', port: 9 }],
    ['[::1]:8080', { host: '::1', port: 8080 }],
    ['0', undefined],
    ['', undefined],
  ])('%j', (text, expected) => {
    expect(parseBindAddress('--flag', text)).toEqual(expected)
  })

  test.each(['8080', ':', ':99999', 'a:b', '::1:8080', 'http://x:1'])('%j is refused with the mend', (text) => {
    expect(() => parseBindAddress('--flag', text)).toThrow(`--flag "${text}" is no address: write ":8080"`)
  })
})

async function serve(answer: Answering) {
  const endpoint = (await serveHttp('--flag', '127.0.0.1:0', answer))!
  onTestFinished(() => endpoint.close())
  return { endpoint, url: `http://${endpoint.address}`, port: Number(endpoint.address.split(':')[1]) }
}

describe('a server', () => {
  test('takes orders where it is told to, and none with a body', async () => {
    const endpoint = (await serveHttp('--flag', '127.0.0.1:0', async (_, { method }) => ({ status: 200, body: method }), {
      takesOrders: true,
    }))!
    onTestFinished(() => endpoint.close())
    const order = async (more: RequestInit) => {
      const answer = await fetch(`http://${endpoint.address}/x`, { method: 'POST', ...more })
      return `${answer.status} ${await answer.text()}`
    }
    expect(await order({})).toBe('200 POST')
    expect(await order({ body: 'x' })).toBe('413 ')
    const chunked = new ReadableStream({
      start(stream) {
        stream.enqueue(new TextEncoder().encode('x'))
        stream.close()
      },
    })
    expect(await order({ body: chunked, duplex: 'half' } as RequestInit)).toBe('413 ')
    expect(await order({ method: 'DELETE' })).toBe('405 ')
    expect(await order({ method: 'GET' })).toBe('200 GET')
  })

  test('answers GET and HEAD, refuses the rest, and a failing answer is a 500 and not the end', async () => {
    const { endpoint, url } = await serve(async ({ pathname }) => {
      if (pathname === '/bad') throw new Error('oops')
      return { status: 200, body: pathname }
    })
    expect(await (await fetch(`${url}/x`)).text()).toBe('/x')
    expect((await fetch(`${url}/x`, { method: 'HEAD' })).status).toBe(200)
    expect((await fetch(`${url}/x`, { method: 'POST', body: 'x'.repeat(1_000_000) })).status).toBe(405)
    expect((await fetch(`${url}/bad`)).status).toBe(500)
    await endpoint.close()
    await expect(fetch(`${url}/x`)).rejects.toThrow()
  })

  test('that cannot listen says why, with the flag', async () => {
    await expect(serveHttp('--flag', 'no.such.host.invalid:80', async () => ({ status: 200, body: '' }))).rejects.toMatchObject({
      name: 'ConfigurationError',
      message: expect.stringMatching(/^--flag "no.such.host.invalid:80"/),
    })
    const { endpoint } = await serve(async () => ({ status: 200, body: '' }))
    await expect(serveHttp('--flag', endpoint.address, async () => ({ status: 200, body: '' }))).rejects.toThrow('the port is in use')
  })

  test('goes on when connections cannot be accepted, however often: the process may have too many files open for a while', async () => {
    const listen = vi.spyOn(Server.prototype, 'listen')
    onTestFinished(() => listen.mockRestore())
    const { url } = await serve(async () => ({ status: 200, body: '' }))
    const server = listen.mock.contexts[0] as Server
    for (let times = 0; times < 3; times++) server.emit('error', Object.assign(new Error('accept EMFILE'), { code: 'EMFILE' }))
    expect((await fetch(url)).status).toBe(200)
  })

  test('over TLS closes at once, with somebody connected who has not begun to talk TLS', async () => {
    const { certificate } = selfSignedCertificate(systemClock)
    const endpoint = (await serveHttp('--flag', '127.0.0.1:0', async () => ({ status: 200, body: '' }), { certificate }))!
    const socket = connect(Number(endpoint.address.split(':')[1]), '127.0.0.1')
    onTestFinished(() => void socket.destroy())
    await once(socket, 'connect')
    const closed = endpoint.close().then(() => 'closed')
    expect(await Promise.race([closed, sleep(1_000).then(() => 'still open')])).toBe('closed')
  })

  test('tells the answer when the one who asked is gone, and when it closes', async () => {
    const asked = Promise.withResolvers<void>()
    const gone = Promise.withResolvers<unknown>()
    const { endpoint, url } = await serve((_, { signal }) => {
      asked.resolve()
      return new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          gone.resolve(signal.reason)
          reject(signal.reason)
        })
      })
    })
    const leaving = new AbortController()
    const request = fetch(url, { signal: leaving.signal }).catch(() => 'left')
    await asked.promise
    leaving.abort()
    expect(await gone.promise).toMatchObject({ message: 'the one who asked is gone' })
    expect(await request).toBe('left')
    await endpoint.close()
  })

  test.each([
    ['a head of more than 16 KiB', `GET / HTTP/1.1\r\nhost: x\r\na: ${'b'.repeat(20_000)}\r\n\r\n`, 'HTTP/1.1 431'],
    ['what is no HTTP', '\x16\x03\x01\x00\xff\r\n\r\n', 'HTTP/1.1 400'],
    ['a path that is no path', 'GET http://[ HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n', 'HTTP/1.1 400'],
  ])('refuses %s', async (_, sent, answer) => {
    const { port } = await serve(async () => ({ status: 200, body: '' }))
    const socket = connect(port, '127.0.0.1').end(sent)
    expect(Buffer.concat(await socket.toArray()).toString()).toMatch(new RegExp(`^${answer}`))
  })
})
