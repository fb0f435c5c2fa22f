import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect as dial, type Socket } from 'node:net'
import { messageOf } from '@kubewright/core'
import { afterEach, describe, expect, test } from 'vitest'
import { connect, connectTo } from '../connect.ts'
import { SERVER_PAIR, TEST_CA } from '../test-server/certificates.ts'
import { json, scriptedServer } from '../test-server/scripted-server.ts'

const proxies: { server: Server; sockets: Set<Socket> }[] = []
afterEach(async () => {
  for (const { server, sockets } of proxies.splice(0)) {
    for (const socket of sockets) socket.destroy()
    server.close()
    await once(server, 'close')
  }
})

/** A CONNECT proxy that remembers whom it was asked for, and by whom. `refuse`: the status it answers instead. */
async function proxy(refuse?: number) {
  const asked: { target: string | undefined; login: string | undefined }[] = []
  const server = createServer()
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => sockets.add(socket))
  server.on('connect', (request, socket: Socket) => {
    asked.push({ target: request.url, login: request.headers['proxy-authorization'] })
    if (refuse !== undefined) return void socket.end(`HTTP/1.1 ${refuse} No\r\ncontent-length: 0\r\n\r\n`)
    const [host = '', port = ''] = request.url!.split(':')
    const onward = dial(Number(port), host, () => socket.write('HTTP/1.1 200 Connection established\r\n\r\n'))
    sockets.add(onward)
    onward.on('error', () => socket.destroy())
    socket.on('error', () => onward.destroy())
    onward.pipe(socket).pipe(onward)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  proxies.push({ server, sockets })
  return { asked, port: (server.address() as AddressInfo).port }
}

describe('C17: proxies', () => {
  test('requests and watches go through the tunnel, TLS inside it, verified as without', async () => {
    await using server = await scriptedServer((_request, response) => json(response, { fine: true }), SERVER_PAIR)
    const { asked, port } = await proxy()
    const client = connectTo({ server: server.url, caData: TEST_CA, proxyUrl: `http://me:p%40ss@127.0.0.1:${port}` })
    expect(await client.request('GET', '/x')).toEqual({ fine: true })
    expect(asked).toEqual([{ target: `127.0.0.1:${server.port}`, login: `Basic ${Buffer.from('me:p@ss').toString('base64')}` }])
    await client.close()
  })

  test('impersonated groups stay apart behind a proxy, too', async () => {
    await using server = await scriptedServer((_request, response) => json(response, {}))
    const { port } = await proxy()
    const client = connectTo({ server: server.url, proxyUrl: `http://127.0.0.1:${port}` })
    await client.impersonate({ user: 'jane', groups: ['a', 'b'] }).request('GET', '/x')
    expect(server.received[0]?.rawHeaders.filter((text) => text === 'impersonate-group')).toHaveLength(2)
    await client.close()
  })

  test("a kubeconfig's proxy-url wins over the environment and its exceptions", async () => {
    await using server = await scriptedServer((_request, response) => json(response, {}))
    const { asked, port } = await proxy()
    const kubeconfigText = JSON.stringify({
      clusters: [{ name: 'c', cluster: { server: server.url, 'proxy-url': `http://127.0.0.1:${port}` } }],
      contexts: [{ name: 'x', context: { cluster: 'c' } }],
      'current-context': 'x',
    })
    const client = await connect({ kubeconfigText, environment: { HTTP_PROXY: 'http://127.0.0.1:1', NO_PROXY: '*' } })
    await client.request('GET', '/x')
    expect(asked).toHaveLength(1)
    await client.close()
  })

  test.each([
    [407, 'write user and password into the proxy URL'],
    [403, 'the proxy refused the tunnel (HTTP 403)'],
  ])('a proxy that answers %i is told as the proxy', async (status, words) => {
    const { port } = await proxy(status)
    const client = connectTo({ server: 'https://10.0.0.1:6443', proxyUrl: `http://me:hidden@127.0.0.1:${port}` })
    const message = await client.request('POST', '/x').then(() => '', messageOf)
    expect(message).toContain(`through the proxy 127.0.0.1:${port}`)
    expect(message).toContain(words)
    expect(message).not.toContain('hidden')
    await client.close()
  })

  test('a proxy that is not there', async () => {
    const client = connectTo({ server: 'https://10.0.0.1:6443', proxyUrl: 'http://127.0.0.1:1' }, { random: () => 0 })
    expect(await client.request('GET', '/x').then(() => '', messageOf)).toContain('connection refused')
    await client.close()
  })
})
