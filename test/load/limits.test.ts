import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { type Server as HttpServer, type IncomingMessage, request } from 'node:http'
import { request as requestSecurely } from 'node:https'
import { connect, Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { systemClock } from '@kubewright/core'
import { fakeS3, fakeVault } from '@kubewright/testing'
import { expect, onTestFinished, test, vi } from 'vitest'
import { startApiServer } from '../../packages/apiserver/src/index.ts'
import { createLogger, ReplaceableCertificate } from '../../packages/runtime/src/index.ts'
import { serveHttp } from '../../packages/runtime/src/serving/http-server.ts'
import { newAuthority, newServer } from '../../packages/webhook/src/certificates/issue.ts'
import { serveWebhooks } from '../../packages/webhook/src/server/https-server.ts'

const YEAR = 365 * 86_400_000
const TABLE = readFileSync(join(import.meta.dirname, '../../docs/limits.md'), 'utf8')

interface Started {
  readonly port: number
  /** A request that is none, for which nobody needs credentials. */
  readonly url: string
}

/** Starts the server, and stops it when the test is over. */
const STARTS: Readonly<Record<string, () => Promise<Started>>> = {
  async 'metrics, probes, dashboard'() {
    const endpoint = (await serveHttp('--flag', '127.0.0.1:0', async () => ({ status: 200, body: '' })))!
    onTestFinished(() => endpoint.close())
    return { port: Number(endpoint.address.split(':')[1]), url: `http://${endpoint.address}/` }
  },
  async webhooks() {
    const endpoint = await serveWebhooks({
      bind: { host: '127.0.0.1', port: 0 },
      certificate: new ReplaceableCertificate(newServer(newAuthority(Date.now(), YEAR), ['127.0.0.1'], Date.now(), YEAR)),
      routes: new Map(),
      timeoutOf: () => undefined,
      clock: systemClock,
      log: createLogger({ level: 'silent' }),
    })
    onTestFinished(() => endpoint.drain(0))
    return { port: endpoint.port, url: `https://127.0.0.1:${endpoint.port}/` }
  },
  async 'embedded API server'() {
    const api = await startApiServer()
    onTestFinished(() => api.stop())
    return { port: api.port, url: `${api.url}/healthz` }
  },
  async 'in-process Vault'() {
    const vault = await fakeVault()
    onTestFinished(() => vault.stop())
    return { port: Number(new URL(vault.address).port), url: `${vault.address}/v1/sys/health` }
  },
  async 'in-process S3'() {
    const s3 = await fakeS3()
    onTestFinished(() => s3.stop())
    return { port: Number(new URL(s3.address).port), url: s3.address }
  },
}

/** Starts a server, and finds those of Node's behind it: the one that listens, and the one that speaks HTTP. */
async function start(name: string) {
  const listen = vi.spyOn(Server.prototype, 'listen')
  const emit = vi.spyOn(Server.prototype, 'emit')
  onTestFinished(() => {
    listen.mockRestore()
    emit.mockRestore()
  })
  const started = await STARTS[name]!()
  const listening = listen.mock.contexts.at(-1) as Server
  emit.mockClear()
  const speaking = async () => {
    const socket = await dial(started.port)
    // Before its first byte the in-process Vault does not know which of its servers a connection is for.
    socket.write('GET')
    return await vi.waitFor(() => {
      const calls: readonly (readonly unknown[])[] = emit.mock.calls
      const at = calls.findIndex(([event], index) => event === 'connection' && 'headersTimeout' in (emit.mock.contexts[index] as object))
      expect(at).not.toBe(-1)
      return emit.mock.contexts[at] as HttpServer & { readonly maxHeaderSize?: number }
    })
  }
  return { ...started, listening, speaking }
}

async function dial(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  socket.on('error', () => {})
  await once(socket, 'connect')
  return socket
}

const rows = TABLE.split('\n')
  .filter((line) => line.startsWith('| '))
  .slice(2)
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .map(([, name, connections, head, request, size]) => ({
    name: name!,
    connections: Number(connections),
    head: Number.parseInt(head!, 10) * 1000,
    request: Number.parseInt(request!, 10) * 1000,
    size: Number.parseInt(size!, 10) * 1024,
  }))

test('the table has every server', () => expect(rows.map(({ name }) => name).sort()).toEqual(Object.keys(STARTS).sort()))

test.each(rows)('$name has the limits of the table', async ({ name, connections, head, request, size }) => {
  const { listening, speaking } = await start(name)
  const { headersTimeout, requestTimeout, maxHeaderSize = 16_384 } = await speaking()
  expect([listening.maxConnections, headersTimeout, requestTimeout, maxHeaderSize]).toEqual([connections, head, request, size])
})

test.each(rows)('$name serves others while connections lie idle, are reset, and send nonsense', async ({ name, connections }) => {
  const { port, url } = await start(name)
  // A quarter of what there may be of each, and not more than files may be open on a developer's machine.
  const many = Math.min(connections / 4, 150)
  const sockets = await Promise.all(Array.from({ length: many * 3 }, () => dial(port)))
  for (const [index, socket] of sockets.entries()) {
    if (index % 3 === 1) socket.resetAndDestroy()
    if (index % 3 === 2) socket.write(Buffer.from('\x16\x03\x01\0\xff no TLS and no HTTP \r\n\r\n', 'latin1'))
  }
  const asked = url.startsWith('https') ? requestSecurely(url, { agent: false, rejectUnauthorized: false }) : request(url, { agent: false })
  const [answer] = (await once(asked.end(), 'response')) as [IncomingMessage]
  answer.resume()
  expect(answer.statusCode).toBeLessThan(500)
})
