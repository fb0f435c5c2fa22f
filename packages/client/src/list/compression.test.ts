import type { ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import { isConnectionError } from '@kubewright/core'
import { describe, expect, test } from 'vitest'
import { connect } from '../connect.ts'
import { ConfigMap } from '../kinds/index.ts'
import { all, collect, item, JSON_HEAD, list, listing } from '../test-server/listing.ts'
import { json, scriptedServer } from '../test-server/scripted-server.ts'

describe('compression', () => {
  const packed = (response: ServerResponse, body: Buffer) =>
    void response.writeHead(200, { ...JSON_HEAD, 'content-encoding': 'gzip' }).end(body)
  const text = JSON.stringify(list(Array.from({ length: 5_000 }, (_, index) => item(`n${index}`))))

  test('is asked for and undone', async () => {
    await using fixture = await listing((_request, response) => packed(response, gzipSync(text)))
    expect((await collect(fixture.resource.listParts())).seen).toHaveLength(5_001)
    expect((await fixture.resource.list()).items).toHaveLength(5_000)
    expect(fixture.server.received.map(({ headers }) => headers['accept-encoding'])).toEqual(['gzip', 'gzip'])
  })

  test('is not asked for without compression, nor for watches and single objects', async () => {
    await using fixture = await listing((_request, response) => json(response, list([])), { compression: false })
    await fixture.resource.list()
    expect(fixture.server.received[0]?.headers).not.toHaveProperty('accept-encoding')
    await using other = await listing((_request, response) => void response.writeHead(200).end())
    await all(other.resource.watch())
    await other.resource.get({ name: 'a', namespace: 'x' }).catch(() => {})
    expect(other.server.received.map(({ headers }) => headers['accept-encoding'])).toEqual([undefined, undefined])
  })

  test.each([
    ['true', undefined, undefined],
    ['true', true, 'gzip'],
    ['false', undefined, 'gzip'],
  ])(
    'C17: disable-compression: %s in a kubeconfig is heeded, unless the program says compression: %s',
    async (text, compression, asked) => {
      await using server = await scriptedServer((_request, response) => json(response, list([])))
      const kubeconfigText = `
      clusters: [{name: c, cluster: {server: 'http://127.0.0.1:${server.port}', disable-compression: ${text}}}]
      contexts: [{name: x, context: {cluster: c}}]
      current-context: x`
      const client = await connect({ kubeconfigText, ...(compression === undefined ? {} : { compression }) })
      await (await client.resource(ConfigMap)).list()
      expect(server.received.at(-1)?.headers['accept-encoding']).toBe(asked)
      await client.close()
    },
  )

  test('cut short is an error after what came of it', async () => {
    await using fixture = await listing((_request, response) => packed(response, gzipSync(text).subarray(0, -200)))
    const { seen, error } = await collect(fixture.resource.listParts())
    expect(seen.length).toBeLessThan(5_000)
    expect(isConnectionError(error) && error.message).toContain('the list broke')
  })

  test('of what is none is an error, too', async () => {
    await using fixture = await listing((_request, response) => packed(response, Buffer.from(text)))
    const { seen, error } = await collect(fixture.resource.listParts())
    expect([seen, isConnectionError(error)]).toEqual([[], true])
  })

  test('of a refusal is undone', async () => {
    await using fixture = await listing((_request, response) => {
      const status = { kind: 'Status', status: 'Failure', code: 403, reason: 'Forbidden', message: 'not for you' }
      response.writeHead(403, { ...JSON_HEAD, 'content-encoding': 'gzip' }).end(gzipSync(JSON.stringify(status)))
    })
    await expect(fixture.resource.list()).rejects.toThrow('not for you')
  })
})
