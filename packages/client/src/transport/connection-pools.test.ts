import { setTimeout as delay } from 'node:timers/promises'
import type { TLSSocket } from 'node:tls'
import { virtualClock } from '@kubewright/testing/virtual-clock'
import { expect, test } from 'vitest'
import { connect } from '../connect.ts'
import { CLIENT_PAIR, SERVER_PAIR, TEST_CA } from '../test-server/certificates.ts'
import { json, type Received, scriptedServer } from '../test-server/scripted-server.ts'
import { temporaryFolder } from '../test-server/temporary-folder.ts'

const mutual = { ...SERVER_PAIR, ca: TEST_CA, requestCert: true, rejectUnauthorized: true }
const base64 = (text: string) => Buffer.from(text).toString('base64')
/** Whom the client's certificate is for. */
const nameOf = ({ socket }: Received) => (socket as TLSSocket).getPeerCertificate().subject.CN
const kubeconfig = (server: string, user: object) =>
  JSON.stringify({
    clusters: [{ name: 'c', cluster: { server, 'certificate-authority-data': base64(TEST_CA) } }],
    users: [{ name: 'u', user }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
  })

test('C14: a client certificate that rotates makes new connections; requests and watches under way end on the old ones', async () => {
  const slow: (() => void)[] = []
  await using server = await scriptedServer((request, response) => {
    if (request.query.has('watch')) {
      response.writeHead(200).write('{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"1"}}}\n')
      slow.push(() => response.end('{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"2"}}}\n'))
    } else if (request.path === '/slow') slow.push(() => json(response, { for: nameOf(request) }))
    else json(response, { for: nameOf(request) })
  }, mutual)
  await using folder = await temporaryFolder()
  const user = {
    'client-certificate': await folder.write('crt', CLIENT_PAIR.cert),
    'client-key': await folder.write('key', CLIENT_PAIR.key),
  }
  const clock = virtualClock()
  const client = await connect({ kubeconfigText: kubeconfig(server.url, user), environment: {}, clock })
  const pods = await client.resource({ group: '', version: 'v1', kind: 'Pod', plural: 'pods', namespaced: true })
  const watch = pods.watch()[Symbol.asyncIterator]()
  await watch.next()
  const request = client.request('GET', '/slow', { timeout: 3_600_000 })
  while (slow.length < 2) await delay(1)

  await folder.write('crt', SERVER_PAIR.cert)
  await folder.write('key', SERVER_PAIR.key)
  expect(await client.request('GET', '/x')).toEqual({ for: 'admin' })
  await clock.advance(60_000)
  expect(await client.request('GET', '/x')).toEqual({ for: 'apiserver' })

  for (const end of slow) end()
  expect(await request).toEqual({ for: 'admin' })
  expect((await watch.next()).value).toMatchObject({ object: { metadata: { resourceVersion: '2' } } })
  expect((await watch.next()).done).toBe(true)
  // The old ones are closed once they are drained: the one of the last request is what stays.
  while (server.open > 1) await delay(1)
  await client.close()
})

test('C15: a certificate that a credential plugin renews makes new connections, and an expired one is not used', async () => {
  await using server = await scriptedServer((request, response) => json(response, { for: nameOf(request) }), mutual)
  await using folder = await temporaryFolder()
  const clock = virtualClock()
  const answer = (pair: typeof CLIENT_PAIR, expirationTimestamp: string) =>
    JSON.stringify({
      apiVersion: 'client.authentication.k8s.io/v1',
      kind: 'ExecCredential',
      status: { clientCertificateData: pair.cert, clientKeyData: pair.key, expirationTimestamp },
    })
  const file = await folder.write('answer', answer(CLIENT_PAIR, '2026-01-01T01:00:00Z'))
  const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: 'cat', args: [file], interactiveMode: 'Never' }
  const client = await connect({ kubeconfigText: kubeconfig(server.url, { exec }), environment: { PATH: process.env['PATH'] }, clock })
  expect(await client.request('GET', '/x')).toEqual({ for: 'admin' })
  await folder.write('answer', answer(SERVER_PAIR, '2026-01-01T02:00:00Z'))
  await clock.advance(3_589_999)
  expect(await client.request('GET', '/x')).toEqual({ for: 'admin' })
  await clock.advance(1)
  expect(await client.request('GET', '/x')).toEqual({ for: 'apiserver' })
  expect(new Set(server.received.map(({ connection }) => connection)).size).toBe(2)
  await client.close()
})
