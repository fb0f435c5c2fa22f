import { once } from 'node:events'
import { type AddressInfo, connect as connectPlain, type Socket } from 'node:net'
import { connect, type TLSSocket } from 'node:tls'
import { Authority } from '@kubewright/core/certificates'
import { describe, expect, onTestFinished, test } from 'vitest'
import { LARGEST_BODY, textAnswer } from '../rest/exchange.ts'
import { Refusal } from '../status/index.ts'
import { createTransport, type TransportLimits } from './transport.ts'

const authority = new Authority(Date.now())
const pair = authority.server(['127.0.0.1'])

/** A server that answers what the body was, and `forever` with a stream that has no end. */
async function serve(limits: Partial<TransportLimits> = {}) {
  const { server, cutConnections } = createTransport({
    ...pair,
    clientCa: [],
    limits: { connectionsCheckingInterval: 20, ...limits },
    observe: () => {},
    async answer({ path, method, body, signal }) {
      if (path === '/forever') {
        const ended = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
        return { code: 200, headers: {}, run: (sink) => Promise.resolve(sink.write('begun')).then(() => ended) }
      }
      try {
        return textAnswer(200, method === 'GET' ? 'served' : `${(await body()).length} bytes`)
      } catch (error) {
        if (error instanceof Refusal) return textAnswer(error.code, 'too large')
        throw error
      }
    },
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    cutConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  const open = async (): Promise<TLSSocket> => {
    const socket = connect({ host: '127.0.0.1', port, ca: authority.cert })
    onTestFinished(() => void socket.destroy())
    await once(socket, 'secureConnect')
    return socket
  }
  const ask = async (bytes: string) => {
    const socket = await open()
    socket.write(bytes)
    return told(socket)
  }
  return { port, server, open, ask }
}

/** Not by `once`, which a reset would make fail. */
const closed = (socket: Socket) => new Promise<void>((resolve) => (socket.closed ? resolve() : socket.once('close', () => resolve())))

/** All that is said until the connection is closed, be it by a reset. */
async function told(socket: TLSSocket): Promise<string> {
  const chunks: Buffer[] = []
  socket.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', () => {})
  await closed(socket)
  return Buffer.concat(chunks).toString()
}

const GET = 'GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n'
const POST = 'POST / HTTP/1.1\r\nhost: x\r\nauthorization: Bearer x\r\nconnection: close\r\n'

describe('who is slow is let go, and others are served meanwhile', () => {
  test('with the head of a request', async () => {
    const { open, ask } = await serve({ headersTimeout: 200, requestTimeout: 200 })
    const slow = await open()
    slow.write('GET / HTTP/1.1\r\nhost:')
    expect(await ask(GET)).toContain('served')
    expect(await told(slow)).toMatch(/^HTTP\/1.1 408/)
  })

  test('with a body', async () => {
    const { open, ask } = await serve({ requestTimeout: 200, headersTimeout: 200 })
    const slow = await open()
    slow.write(`${POST}content-length: 10\r\n\r\nabc`)
    expect(await ask(GET)).toContain('served')
    expect(await told(slow)).toMatch(/^HTTP\/1.1 408/)
  })

  test('with the TLS handshake', async () => {
    const { port, ask } = await serve({ handshakeTimeout: 200 })
    const mute = connectPlain(port, '127.0.0.1')
    await once(mute, 'connect')
    expect(await ask(GET)).toContain('served')
    await closed(mute.resume().on('error', () => {}))
  })

  test('a watch is no slow request: its answer goes on', async () => {
    const { open, ask } = await serve({ requestTimeout: 100, headersTimeout: 100 })
    const watch = await open()
    watch.write('GET /forever HTTP/1.1\r\nhost: x\r\n\r\n')
    await once(watch, 'data')
    const slow = await open()
    slow.write('GET')
    // Let go later than the watch would have been.
    expect(await told(slow)).toMatch(/^HTTP\/1.1 408/)
    expect(await ask(GET)).toContain('served')
    expect(watch.destroyed || watch.readableEnded).toBe(false)
  })
})

test('more connections than there may be are closed at once, and those that are there go on', async () => {
  const { open, port } = await serve({ maxConnections: 2 })
  const [first, second] = [await open(), await open()]
  const third = connectPlain(port, '127.0.0.1')
  await closed(third.resume().on('error', () => {}))
  first.write(GET)
  expect(await told(first)).toContain('served')
  second.write(GET)
  expect(await told(second)).toContain('served')
})

test('a head as long as in Go, for selectors of many names, and not longer', async () => {
  const { ask } = await serve()
  expect(await ask(GET.replace('/', `/?labelSelector=${'a'.repeat(500_000)}`))).toContain('served')
  expect(await ask(GET.replace('host', `${'a: b\r\n'.repeat(200_000)}host`))).not.toContain('served')
})

describe('a body that is too large', () => {
  test('is refused when it is over, so that the client hears why', async () => {
    const { ask } = await serve()
    const size = LARGEST_BODY + 1
    expect(await ask(`${POST}content-length: ${size}\r\n\r\n${'a'.repeat(size)}`)).toMatch(/^HTTP\/1.1 413/)
  })

  test('is cut off when it has no end', async () => {
    const { open } = await serve()
    const socket = await open()
    const ended = told(socket)
    socket.write(`${POST.replace('connection: close\r\n', '')}transfer-encoding: chunked\r\n\r\n`)
    const chunk = `100000\r\n${'a'.repeat(2 ** 20)}\r\n`
    let sent = 0
    while (!socket.destroyed && sent < 200) {
      sent++
      if (!socket.write(chunk)) await Promise.race([once(socket, 'drain').catch(() => {}), ended])
    }
    expect(sent).toBeLessThan(200)
    await ended
  })
})

test.each(['TLSv1', 'TLSv1.1'] as const)('%s is not spoken', async (version) => {
  const { port } = await serve()
  const socket = connect({
    host: '127.0.0.1',
    port,
    ca: authority.cert,
    minVersion: version,
    maxVersion: version,
    ciphers: 'DEFAULT@SECLEVEL=0',
  })
  await expect(once(socket, 'secureConnect')).rejects.toThrow()
})
