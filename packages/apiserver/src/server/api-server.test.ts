import { once } from 'node:events'
import { connect as connectPlain, createServer, Server } from 'node:net'
import { connect } from 'node:tls'
import { ConfigurationError } from '@kubewright/core'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { parse } from 'yaml'
import { startApiServer } from '../index.ts'
import { CONFIG_MAPS, configMap, testClient } from '../test-client/api-client.ts'

const WHO = '/apis/authentication.k8s.io/v1/selfsubjectreviews'
const username = (body: unknown) => (body as { status?: { userInfo: { username: string; groups: string[] } } }).status?.userInfo

describe('a server', () => {
  test('says where it is and how an administrator comes in', async () => {
    await using api = await testClient()
    const { url, port, connection, kubeconfig } = api.server
    expect(url).toBe(`https://127.0.0.1:${port}`)
    const config = parse(kubeconfig) as { clusters: { cluster: Record<string, string> }[]; users: { user: Record<string, string> }[] }
    expect(config.clusters[0]?.cluster['server']).toBe(connection.server)
    expect(Buffer.from(config.clusters[0]?.cluster['certificate-authority-data'] ?? '', 'base64').toString()).toBe(connection.caData)
    expect(config.users[0]?.user['token']).toBe(connection.token)
    expect((await api.get('/healthz')).text).toBe('ok')
  })

  test('has the namespaces and the service that every cluster has', async () => {
    await using api = await testClient()
    const { body } = await api.get('/api/v1/namespaces')
    expect(body.items?.map(({ metadata }) => metadata.name)).toEqual(['default', 'kube-node-lease', 'kube-public', 'kube-system'])
    expect((await api.get('/api/v1/namespaces/default/services/kubernetes')).body).toMatchObject({ spec: { clusterIP: '10.96.0.1' } })
  })

  test('that is stopped ends its watches, closes every connection and frees its port', async () => {
    const api = await testClient()
    const watch = await api.watch(CONFIG_MAPS)
    // One that never says a word, not even a TLS greeting.
    const idle = connectPlain(api.server.port, '127.0.0.1')
    await once(idle, 'connect')
    idle.on('error', () => {}).resume()
    const closed = once(idle, 'close')
    await Promise.all([api.server.stop(), api.server.stop(), watch.ended, closed])
    expect(api.clock.pending).toBe(0)
    const next = createServer().listen(api.server.port, '127.0.0.1')
    await once(next, 'listening')
    next.close()
    await api[Symbol.asyncDispose]()
  })

  test('on a port that is taken says so and what to do', async () => {
    await using api = await testClient()
    const second = startApiServer({ port: api.server.port })
    await expect(second).rejects.toThrow(ConfigurationError)
    await expect(second).rejects.toThrow(`port ${api.server.port} of 127.0.0.1 is in use by another program: choose another one, or 0`)
  })

  test('with a certificate that came alone gives Pods that one to verify it by', async () => {
    await using first = await testClient()
    const pair = first.server.clientCertificate('kubernetes')
    await using api = await testClient({ tls: pair })
    await api.settle()
    const { body } = await api.get(`${CONFIG_MAPS}/kube-root-ca.crt`, { tls: { agent: false, rejectUnauthorized: false } })
    expect([body['data'], api.server.connection.caData]).toEqual([{ 'ca.crt': pair.cert }, pair.cert])
  })

  test('whose certificates are none says which', async () => {
    await using api = await testClient()
    const pair = api.server.clientCertificate('kubernetes')
    const refused = [
      startApiServer({ tls: { ...pair, key: pair.cert } }),
      startApiServer({ tls: { ...pair, key: api.server.clientCertificate('other').key } }),
      startApiServer({ clientCa: 'no PEM' }),
    ]
    const messages = await Promise.all(
      refused.map((each) =>
        each.then(
          () => 'started',
          (error: unknown) => String(error),
        ),
      ),
    )
    expect(messages).toEqual([
      expect.stringMatching(/^ConfigurationError: the serving certificate and its private key do not work: .* Give both as PEM/),
      expect.stringMatching(/^ConfigurationError: the serving certificate and its private key do not work: .* Give both as PEM/),
      expect.stringMatching(/^ConfigurationError: the CA of client certificates cannot be read: .* Give it as PEM$/),
    ])
  })

  test('counts its answers by method and code', async () => {
    await using api = await testClient()
    await api.get(`${CONFIG_MAPS}/nope`)
    await api.get(`${CONFIG_MAPS}/nope`)
    await api.post(CONFIG_MAPS, configMap('a'))
    expect(Object.fromEntries(api.server.requests)).toEqual({ 'GET 404': 2, 'POST 201': 1 })
  })

  test('on all interfaces is reached by the loopback address', async () => {
    await using server = await startApiServer({ host: '0.0.0.0' })
    expect(server.url).toBe(`https://127.0.0.1:${server.port}`)
  })

  test('with certificates of others hands their authority to its clients', async () => {
    await using first = await testClient()
    const { cert, key } = first.server.clientCertificate('kubernetes')
    await using server = await startApiServer({ tls: { cert, key, ca: first.server.connection.caData } })
    expect(server.connection.caData).toBe(first.server.connection.caData)
    const socket = connect({ host: '127.0.0.1', port: server.port, rejectUnauthorized: false })
    await once(socket, 'secureConnect')
    expect(socket.getPeerCertificate().subject.CN).toBe('kubernetes')
    socket.destroy()
  })
})

describe('who is asking', () => {
  test('is told by a token of the server, or one of the token file', async () => {
    await using api = await testClient({ tokenFile: 'abc,ann,1,"devs,ops"\n' })
    expect(username((await api.post(WHO, {})).body)).toMatchObject({ username: 'kubernetes-admin' })
    const { body } = await api.post(WHO, {}, { token: 'abc' })
    expect(username(body)).toEqual({ username: 'ann', uid: '1', groups: ['devs', 'ops', 'system:authenticated'] })
  })

  test('is told by a client certificate', async () => {
    await using api = await testClient()
    const tls = api.server.clientCertificate('bob', ['devs'])
    const { body } = await api.post(WHO, {}, { token: null, tls: { ...tls, agent: false, ca: api.server.connection.caData } })
    expect(username(body)).toEqual({ username: 'bob', groups: ['devs', 'system:authenticated'] })
  })

  test.each([
    ['a token that nobody has', 'wrong'],
    ['no credentials', null],
  ])('with %s is nobody, and is told no more than that', async (_, token) => {
    await using api = await testClient()
    const reply = await api.get(CONFIG_MAPS, { token })
    expect(reply.code).toBe(401)
    expect(reply.body).toEqual({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: 'Unauthorized',
      reason: 'Unauthorized',
      code: 401,
    })
  })

  test('with a certificate of a strange authority is nobody', async () => {
    await using api = await testClient()
    await using stranger = await testClient()
    const tls = stranger.server.clientCertificate('bob', ['system:masters'])
    const reply = await api.get(CONFIG_MAPS, { token: null, tls: { ...tls, agent: false, ca: api.server.connection.caData } })
    expect(reply.code).toBe(401)
  })

  test.each(['/healthz', '/livez', '/readyz', '/version'])('may stay unknown on %s', async (path) => {
    await using api = await testClient()
    expect((await api.get(path, { token: null })).code).toBe(200)
  })

  test('can be somebody else for one request', async () => {
    await using api = await testClient()
    const headers = { 'impersonate-user': 'eve', 'impersonate-group': 'devs' }
    expect(username((await api.post(WHO, {}, { headers })).body)).toEqual({ username: 'eve', groups: ['devs', 'system:authenticated'] })
    const { code } = await api.post(WHO, {}, { headers: { 'impersonate-group': 'devs' } })
    expect(code).toBe(400)
  })
})

test('a failure of the server itself is logged whole and answered without its details', async () => {
  const lines: string[] = []
  let isBroken = false
  const random = () => {
    if (isBroken) throw new Error('secret detail')
    return 0.5
  }
  await using api = await testClient({ log: (line) => lines.push(line), random })
  isBroken = true
  const reply = await api.post(CONFIG_MAPS, { metadata: { generateName: 'a-' } })
  expect(reply.code).toBe(500)
  expect(reply.text).not.toContain('secret')
  expect(lines.join()).toContain('secret detail')
})

test('a connection that cannot be accepted is logged, and is not the end of the program', async () => {
  const listen = vi.spyOn(Server.prototype, 'listen')
  onTestFinished(() => listen.mockRestore())
  const lines: string[] = []
  await using api = await testClient({ log: (line) => lines.push(line) })
  const server = listen.mock.contexts[0] as Server
  server.emit('error', Object.assign(new Error('accept EMFILE'), { code: 'EMFILE' }))
  expect(lines).toEqual(['apiserver: a connection cannot be accepted: accept EMFILE'])
  expect((await api.get('/healthz')).code).toBe(200)
})
