import { messageOf } from '@kubewright/core'
import { describe, expect, test } from 'vitest'
import { connect, connectTo } from '../connect.ts'
import { CLIENT_PAIR, OTHER_CA, SERVER_PAIR, TEST_CA } from '../test-server/certificates.ts'
import { connectProxy, type ProxyServerOptions, socksProxy } from '../test-server/proxy-server.ts'
import { json, scriptedServer } from '../test-server/scripted-server.ts'

const mutual = { ...SERVER_PAIR, ca: TEST_CA, requestCert: true, rejectUnauthorized: true }
const LOGIN = 'me:p@ss wörd'
const USERINFO = 'me:p%40ss%20w%C3%B6rd@'

describe('each kind of proxy', () => {
  test.each<[string, string, (options: ProxyServerOptions) => ReturnType<typeof connectProxy>, ProxyServerOptions]>([
    ['http', 'http://', connectProxy, {}],
    ['http with user and password', `http://${USERINFO}`, connectProxy, { login: LOGIN }],
    ['https', 'https://', connectProxy, { tls: SERVER_PAIR }],
    ['https with user and password', `https://${USERINFO}`, connectProxy, { tls: SERVER_PAIR, login: LOGIN }],
    ['socks5', 'socks5://', socksProxy, {}],
    ['socks5 with user and password', `socks5://${USERINFO}`, socksProxy, { login: LOGIN }],
    ['socks5h', 'socks5h://', socksProxy, {}],
  ])('C17: %s carries our own CA, a client certificate and TLS to the server', async (_name, scheme, start, options) => {
    await using server = await scriptedServer((_request, response) => json(response, { fine: true }), mutual)
    await using proxy = await start(options)
    const { cert, key } = CLIENT_PAIR
    const proxyUrl = `${scheme}127.0.0.1:${proxy.port}`
    const client = connectTo({ server: server.url, caData: TEST_CA, certData: cert, keyData: key, proxyUrl })
    expect(await client.request('GET', '/x')).toEqual({ fine: true })
    expect(await client.request('GET', '/y')).toEqual({ fine: true })
    const target = `${start === socksProxy ? 'ipv4 ' : ''}127.0.0.1:${server.port}`
    expect(new Set(proxy.asked.map((asked) => `${asked.target} ${asked.login}`))).toEqual(new Set([`${target} ${options.login}`]))
    expect(server.connections).toBe(proxy.asked.length)
    await client.close()
    while (server.open > 0 || proxy.open > 0) await new Promise(setImmediate)
  })

  test('C17: the certificate of the server is verified through the tunnel as without', async () => {
    await using server = await scriptedServer((_request, response) => json(response, {}), SERVER_PAIR)
    await using proxy = await socksProxy()
    const client = connectTo({ server: server.url, caData: OTHER_CA, proxyUrl: `socks5://127.0.0.1:${proxy.port}` })
    expect(await client.request('GET', '/x').then(() => '', messageOf)).toContain('certificate authority of connection.caData')
    expect(server.received).toEqual([])
    await client.close()
  })

  test('C17: an https proxy of an unknown authority gets no request, and is told as the proxy', async () => {
    await using proxy = await connectProxy({ tls: SERVER_PAIR })
    const client = connectTo({ server: 'https://10.0.0.1:6443', caData: OTHER_CA, proxyUrl: `https://127.0.0.1:${proxy.port}` })
    expect(await client.request('POST', '/x').then(() => '', messageOf)).toContain("the proxy's certificate is not trusted")
    expect(proxy.asked).toEqual([])
    await client.close()
  })

  test.each(['socks5', 'socks5h'])(
    'C17: with %s a name is looked up by the proxy, as kubectl does, and the certificate is for the name',
    async (scheme) => {
      await using server = await scriptedServer((_request, response) => json(response, { fine: true }), SERVER_PAIR)
      await using proxy = await socksProxy()
      const proxyUrl = `${scheme}://127.0.0.1:${proxy.port}`
      const client = connectTo({ server: `https://kubernetes.internal:${server.port}`, caData: TEST_CA, proxyUrl })
      expect(await client.request('GET', '/x')).toEqual({ fine: true })
      expect(proxy.asked[0]?.target).toBe(`name kubernetes.internal:${server.port}`)
      await client.close()
    },
  )

  test('C17: watches go through the tunnel, too, each through its own', async () => {
    await using server = await scriptedServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      response.write('{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"7"}}}\n')
    }, SERVER_PAIR)
    await using proxy = await socksProxy()
    const client = connectTo({ server: server.url, caData: TEST_CA, proxyUrl: `socks5://127.0.0.1:${proxy.port}` })
    const pods = await client.resource({ group: '', version: 'v1', kind: 'Pod', plural: 'pods', namespaced: true })
    const watches = [pods.watch()[Symbol.asyncIterator](), pods.watch()[Symbol.asyncIterator]()]
    for (const watch of watches) expect((await watch.next()).value).toMatchObject({ type: 'BOOKMARK' })
    expect(proxy.asked).toHaveLength(2)
    for (const watch of watches) await watch.return?.()
    await client.close()
  })
})

test('C18: impersonated groups stay apart behind a proxy', async () => {
  await using server = await scriptedServer((_request, response) => json(response, {}))
  await using proxy = await connectProxy()
  const client = connectTo({ server: server.url, proxyUrl: `http://127.0.0.1:${proxy.port}` })
  await client.impersonate({ user: 'jane', groups: ['a', 'b'] }).request('GET', '/x')
  expect(server.received[0]?.rawHeaders.filter((text) => text === 'impersonate-group')).toHaveLength(2)
  await client.close()
})

describe('which proxy', () => {
  const kubeconfig = (server: string, proxy?: string) =>
    JSON.stringify({
      clusters: [{ name: 'c', cluster: { server, ...(proxy && { 'proxy-url': proxy }) } }],
      contexts: [{ name: 'x', context: { cluster: 'c' } }],
      'current-context': 'x',
    })

  test("C17: a kubeconfig's proxy-url wins over the environment and its exceptions", async () => {
    await using server = await scriptedServer((_request, response) => json(response, {}))
    await using proxy = await connectProxy()
    const kubeconfigText = kubeconfig(server.url, `http://127.0.0.1:${proxy.port}`)
    const client = await connect({ kubeconfigText, environment: { HTTP_PROXY: 'http://127.0.0.1:1', NO_PROXY: '*' } })
    await client.request('GET', '/x')
    expect(proxy.asked).toHaveLength(1)
    await client.close()
  })

  test('C17: without one the environment chooses', async () => {
    await using server = await scriptedServer((_request, response) => json(response, {}), SERVER_PAIR)
    await using proxy = await socksProxy()
    const kubeconfigText = kubeconfig(`https://api.kubernetes.internal:${server.port}`)
    const environment = { HTTPS_PROXY: `socks5://127.0.0.1:${proxy.port}`, NO_PROXY: 'other' }
    const client = await connect({ kubeconfigText, environment })
    // Its certificate is of an authority that nobody named: what matters is who was asked.
    expect(await client.request('GET', '/x').then(() => '', messageOf)).toContain('no other was given')
    expect(proxy.asked).toHaveLength(1)
    await client.close()
  })
})

describe('a proxy that does not do it is told as the proxy, without its password', () => {
  test.each<[string, string, () => ReturnType<typeof connectProxy>, string]>([
    ['wants another login', 'http', () => connectProxy({ login: 'x:y' }), 'write user and password into the proxy URL'],
    ['forbids the tunnel', 'http', () => connectProxy({ refuse: 403 }), 'the proxy refused the tunnel: HTTP 403'],
    ['wants another login', 'socks5', () => socksProxy({ login: 'x:y' }), 'user or password are wrong'],
    ['forbids the tunnel', 'socks5', () => socksProxy({ refuse: 2 }), 'the proxy refused the tunnel: its rules forbid'],
    ['is no SOCKS proxy', 'socks5', () => connectProxy(), 'it does not speak SOCKS5'],
  ])('C17: one that %s (%s)', async (_name, scheme, start, words) => {
    await using proxy = await start()
    const client = connectTo({ server: 'https://10.0.0.1:6443', proxyUrl: `${scheme}://me:hidden@127.0.0.1:${proxy.port}` })
    const message = await client.request('GET', '/x').then(() => '', messageOf)
    expect(message).toContain(`through the proxy 127.0.0.1:${proxy.port}`)
    expect(message).toContain(words)
    expect(message).not.toContain('hidden')
    await client.close()
  })

  test('C17: one that wants a login and is given none', async () => {
    await using proxy = await socksProxy({ login: 'x:y' })
    const client = connectTo({ server: 'https://10.0.0.1:6443', proxyUrl: `socks5://127.0.0.1:${proxy.port}` })
    expect(await client.request('GET', '/x').then(() => '', messageOf)).toContain('write user and password into the proxy URL')
    await client.close()
  })

  test('C17: one that is not there', async () => {
    const client = connectTo({ server: 'https://10.0.0.1:6443', proxyUrl: 'http://127.0.0.1:1' }, { random: () => 0 })
    expect(await client.request('GET', '/x').then(() => '', messageOf)).toContain('connection refused')
    await client.close()
  })
})
