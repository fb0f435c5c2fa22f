import { setTimeout as delay } from 'node:timers/promises'
import { isConnectionError, messageOf } from '@kubewright/core'
import { describe, expect, test } from 'vitest'
import { connectTo } from '../connect.ts'
import type { ClientOptions, ClusterConnection } from '../connection.ts'
import { CLIENT_PAIR, NAMED_PAIR, OTHER_CA, SERVER_PAIR, TEST_CA } from '../test-server/certificates.ts'
import { json, scriptedServer } from '../test-server/scripted-server.ts'

const at = (server: { url: string }, more: Partial<ClusterConnection> = {}, options: ClientOptions = {}) =>
  connectTo({ server: server.url, ...more }, { random: () => 0, ...options })
const failureOf = (work: Promise<unknown>) =>
  work.then(
    () => expect.fail('it did not fail'),
    (error: unknown) => error,
  )

describe('connections', () => {
  test('C14: 200 requests one after the other over TLS share their connections', async () => {
    await using server = await scriptedServer((_request, response) => json(response, {}), SERVER_PAIR)
    const client = at(server, { caData: TEST_CA, token: 't' })
    for (let count = 0; count < 200; count++) await client.request('GET', '/version')
    // Two, as undici rests a connection for one turn of the event loop before it uses it again; client-node opened 200.
    expect(server.connections).toBeLessThanOrEqual(2)
    await client.close()
  })

  test('C14: many requests at once use no more than the configured number', async () => {
    await using server = await scriptedServer(async (_request, response) => {
      await delay(1)
      json(response, {})
    })
    const client = at(server, {}, { connections: 4 })
    await Promise.all(Array.from({ length: 100 }, () => client.request('GET', '/version')))
    expect(server.connections).toBe(4)
    await client.close()
  })

  test('C14: a DELETE with a body keeps its connection', async () => {
    await using server = await scriptedServer((_request, response) => json(response, {}))
    const client = at(server)
    for (let count = 0; count < 20; count++) await client.request('DELETE', '/x', { body: { kind: 'DeleteOptions' } })
    expect(server.connections).toBeLessThanOrEqual(2)
    await client.close()
  })

  test('C14: an impersonating client shares them, and its close leaves them alone', async () => {
    await using server = await scriptedServer((_request, response) => json(response, {}))
    const client = at(server)
    await client.request('GET', '/1')
    const jane = client.impersonate({ user: 'jane' })
    await jane.request('GET', '/2')
    await jane.close()
    for (let count = 0; count < 10; count++) await client.request('GET', '/3')
    expect(server.connections).toBeLessThanOrEqual(2)
    await client.close()
  })

  test('C14: close ends requests under way', async () => {
    await using server = await scriptedServer(() => {})
    const client = at(server)
    const request = failureOf(client.request('GET', '/hangs'))
    while (server.received.length === 0) await delay(1)
    await client.close()
    expect(isConnectionError(await request)).toBe(true)
    expect(messageOf(await failureOf(client.request('GET', '/late')))).toContain('the client is closed')
  })
})

describe('TLS', () => {
  test('C18: a server of another certificate authority is refused, with the name of ours', async () => {
    await using server = await scriptedServer((_request, response) => json(response, {}), SERVER_PAIR)
    const client = at(server, { caData: OTHER_CA })
    const error = await failureOf(client.request('GET', '/'))
    expect(isConnectionError(error)).toBe(true)
    expect(messageOf(error)).toContain('not signed by the certificate authority of connection.caData')
    expect(server.received).toHaveLength(0)
    await client.close()
  })

  test('C18: without a certificate authority the own roots count, and their refusal says so', async () => {
    await using server = await scriptedServer((_request, response) => json(response, {}), SERVER_PAIR)
    const client = at(server)
    expect(messageOf(await failureOf(client.request('GET', '/')))).toContain('no other was given')
    await client.close()
  })

  test('C18: a certificate for another name is refused; tls-server-name accepts it', async () => {
    await using server = await scriptedServer((_request, response) => json(response, { fine: true }), NAMED_PAIR)
    const wrong = at(server, { caData: TEST_CA })
    expect(messageOf(await failureOf(wrong.request('GET', '/')))).toContain('for other names than 127.0.0.1')
    const right = at(server, { caData: TEST_CA, tlsServerName: 'kubernetes.internal' })
    expect(await right.request('GET', '/')).toEqual({ fine: true })
    await Promise.all([wrong.close(), right.close()])
  })

  test('C18: insecureSkipTlsVerify takes any certificate', async () => {
    await using server = await scriptedServer((_request, response) => json(response, { fine: true }), SERVER_PAIR)
    const client = at(server, { insecureSkipTlsVerify: true })
    expect(await client.request('GET', '/')).toEqual({ fine: true })
    await client.close()
  })

  test('C18: a client certificate logs in, PEM or base64 of it', async () => {
    const mutual = { ...SERVER_PAIR, ca: TEST_CA, requestCert: true, rejectUnauthorized: true }
    await using server = await scriptedServer((_request, response) => json(response, { fine: true }), mutual)
    for (const encode of [(pem: string) => pem, (pem: string) => Buffer.from(pem).toString('base64')]) {
      const client = at(server, { caData: encode(TEST_CA), certData: encode(CLIENT_PAIR.cert), keyData: encode(CLIENT_PAIR.key) })
      expect(await client.request('GET', '/')).toEqual({ fine: true })
      await client.close()
    }
  })

  test('C18: a plain http server needs no flag', async () => {
    await using server = await scriptedServer((_request, response) => json(response, { fine: true }))
    const client = at(server)
    expect(await client.request('GET', '/')).toEqual({ fine: true })
    await client.close()
  })

  test('C18: https to a plain http port is told', async () => {
    await using server = await scriptedServer((_request, response) => json(response, {}))
    const client = connectTo({ server: server.url.replace('http:', 'https:') })
    expect(messageOf(await failureOf(client.request('GET', '/')))).toContain('does not speak TLS')
    await client.close()
  })
})
