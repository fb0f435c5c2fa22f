import { unlink } from 'node:fs/promises'
import { isConnectionError, messageOf } from '@kubewright/core'
import { virtualClock } from '@kubewright/testing/virtual-clock'
import { expect, test } from 'vitest'
import { connect } from '../connect.ts'
import { OTHER_CA, SERVER_PAIR, TEST_CA } from '../test-server/certificates.ts'
import { json, refuse, scriptedServer } from '../test-server/scripted-server.ts'
import { temporaryFolder } from '../test-server/temporary-folder.ts'
import { inClusterIdentity } from './in-cluster.ts'

const pod = async (files: Record<string, string>, server: { port: number }) => {
  const folder = await temporaryFolder()
  for (const [name, text] of Object.entries(files)) await folder.write(name, text)
  const environment = { KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT: String(server.port) }
  return { folder, options: { environment, serviceAccountDirectory: folder.path } }
}

test('C16: token, CA and namespace come from the mounted files', async () => {
  await using server = await scriptedServer((_request, response) => json(response, {}), SERVER_PAIR)
  const { folder, options } = await pod({ token: 't\n', 'ca.crt': TEST_CA, namespace: 'mine\n' }, server)
  const client = await connect(options)
  await client.request('GET', '/x')
  expect([client.namespace, client.inCluster, server.received[0]?.headers.authorization]).toEqual(['mine', true, 'Bearer t'])
  await client.close()
  await folder[Symbol.asyncDispose]()
})

test('C16: a token that the kubelet rotates is read within a minute', async () => {
  await using server = await scriptedServer((_request, response) => json(response, {}), SERVER_PAIR)
  const { folder, options } = await pod({ token: 'one', 'ca.crt': TEST_CA }, server)
  const clock = virtualClock()
  const client = await connect({ ...options, clock })
  await client.request('GET', '/x')
  await folder.write('token', 'two')
  await client.request('GET', '/x')
  await clock.advance(60_000)
  await client.request('GET', '/x')
  expect(server.received.map(({ headers }) => headers.authorization)).toEqual(['Bearer one', 'Bearer one', 'Bearer two'])
  await client.close()
  await folder[Symbol.asyncDispose]()
})

test('C16: a CA bundle that changes makes new connections; the same bundle keeps them', async () => {
  await using server = await scriptedServer((_request, response) => json(response, {}), SERVER_PAIR)
  const { folder, options } = await pod({ token: 't', 'ca.crt': TEST_CA }, server)
  const clock = virtualClock()
  const client = await connect({ ...options, clock, connections: 1 })
  await client.request('GET', '/x')
  await clock.advance(60_000)
  await client.request('GET', '/x')
  expect(server.connections).toBe(1)
  await folder.write('ca.crt', TEST_CA + OTHER_CA)
  await clock.advance(60_000)
  await client.request('GET', '/x')
  expect(server.connections).toBe(2)
  await client.close()
  await folder[Symbol.asyncDispose]()
})

test('C16: a server that is no longer trusted makes the bundle be read again for the next request', async () => {
  await using server = await scriptedServer((_request, response) => json(response, { fine: true }), SERVER_PAIR)
  const { folder, options } = await pod({ token: 't', 'ca.crt': OTHER_CA }, server)
  const client = await connect(options)
  const error = await client.request('GET', '/x').catch((thrown: unknown) => thrown)
  expect(isConnectionError(error)).toBe(true)
  await folder.write('ca.crt', TEST_CA)
  expect(await client.request('GET', '/x')).toEqual({ fine: true })
  await client.close()
  await folder[Symbol.asyncDispose]()
})

test('C16: a 401 makes the token be read again at once', async () => {
  await using server = await scriptedServer(
    ({ headers }, response) =>
      headers.authorization === 'Bearer new' ? json(response, { fine: true }) : refuse(response, 401, 'Unauthorized'),
    SERVER_PAIR,
  )
  const { folder, options } = await pod({ token: 'old', 'ca.crt': TEST_CA }, server)
  const client = await connect({ ...options, clock: virtualClock() })
  await folder.write('token', 'new')
  expect(await client.request('GET', '/x')).toEqual({ fine: true })
  expect(server.received).toHaveLength(2)
  await client.close()
  await folder[Symbol.asyncDispose]()
})

test('C16: the new certificate authority is the one that counts, without a restart', async () => {
  await using server = await scriptedServer((_request, response) => json(response, {}), SERVER_PAIR)
  const { folder, options } = await pod({ token: 't', 'ca.crt': TEST_CA }, server)
  const clock = virtualClock()
  const client = await connect({ ...options, clock })
  await client.request('GET', '/x')
  await folder.write('ca.crt', OTHER_CA)
  await clock.advance(60_000)
  const error = await client.request('GET', '/x').catch((thrown: unknown) => thrown)
  expect(messageOf(error)).toContain(`not signed by the certificate authority of ${folder.path}/ca.crt`)
  await client.close()
  await folder[Symbol.asyncDispose]()
})

test('C16: a CA file that holds no certificate is told at the start', async () => {
  const { folder, options } = await pod({ token: 't', 'ca.crt': 'soon' }, { port: 443 })
  await expect(connect(options)).rejects.toThrow('ca.crt holds no certificate')
  await folder[Symbol.asyncDispose]()
})

test.each([
  ['', 'http://proxy.corp:3128/'],
  ['10.96.0.0/12', undefined],
  ['10.96.0.1:443', undefined],
])('C17: with NO_PROXY=%j the proxy to the service address is %s, as in Go', async (NO_PROXY, proxy) => {
  const { folder, options } = await pod({ token: 't', 'ca.crt': TEST_CA }, { port: 443 })
  const environment = { KUBERNETES_SERVICE_HOST: '10.96.0.1', HTTPS_PROXY: 'proxy.corp:3128', NO_PROXY }
  const identity = await inClusterIdentity({ environment, directory: options.serviceAccountDirectory, clock: virtualClock() })
  expect(identity.proxy?.href).toBe(proxy)
  await folder[Symbol.asyncDispose]()
})

test('C16: a mounted folder without its CA is told', async () => {
  const { folder, options } = await pod({ token: 't', 'ca.crt': TEST_CA }, { port: 443 })
  await unlink(`${folder.path}/ca.crt`)
  await expect(connect(options)).rejects.toThrow('ca.crt cannot be read')
  await folder[Symbol.asyncDispose]()
})

test('C16: an IPv6 service address is put in brackets', async () => {
  const { folder, options } = await pod({ token: 't', 'ca.crt': TEST_CA }, { port: 443 })
  const client = await connect({ ...options, environment: { KUBERNETES_SERVICE_HOST: 'fd00::1' } })
  expect(client.server).toBe('https://[fd00::1]:443')
  await folder[Symbol.asyncDispose]()
})
