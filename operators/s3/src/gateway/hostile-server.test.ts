// A server that knows no settings, as all do of some: it takes DELETE of anything for DELETE of the bucket, PUT for its creation, GET for a listing.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { systemClock } from 'kubewright'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { Provider } from '../kinds/provider.ts'
import { type Connection, connectTo } from './connection.ts'
import { SUBRESOURCES, type Subresource } from './subresource.ts'

const LISTING = '<?xml version="1.0"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>b</Name></ListBucketResult>'
const never = new AbortController().signal

let server: Server
let connection: Connection
let requests: string[] = []

beforeAll(async () => {
  server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`)
    request.resume()
    response.writeHead(request.method === 'DELETE' ? 204 : 200, { 'content-type': 'application/xml' })
    response.end(request.method === 'GET' ? LISTING : '')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const { spec } = Provider.of({
    metadata: { name: 'hostile', namespace: 'x' },
    spec: {
      endpoint: `http://127.0.0.1:${port}`,
      region: 'us-east-1',
      auth: { accessKeySecretRef: { name: 's' }, secretKeySecretRef: { name: 's' } },
      rateLimit: { s3PerSecond: 10_000, s3Burst: 10_000 },
    },
  })
  connection = await connectTo({
    ...{ spec, ca: undefined, clock: systemClock, random: () => 0 },
    credentials: { keys: { accessKeyId: 'a', secretAccessKey: 'b' }, expiresAt: undefined },
    assertLeader: () => {},
    hide: (text) => text,
    observe: () => {},
  })
})

afterAll(async () => {
  connection.close()
  await new Promise((resolve) => server.close(resolve))
})

beforeEach(() => {
  requests = []
})

test.each(Object.keys(SUBRESOURCES) as Subresource[])(
  '5 on a hostile server nothing is deleted and nothing made: %s',
  async (subresource) => {
    const { storage } = connection
    expect(await storage.read('photos', subresource, never)).toMatchObject({ is: 'unsupported' })
    await expect(storage.remove('photos', subresource, never)).rejects.toMatchObject({ is: 'Unsupported' })
    await expect(storage.write('photos', subresource, {}, never)).rejects.toMatchObject({ is: 'Unsupported' })
    expect(requests.filter((request) => !request.startsWith('GET '))).toEqual([])
    expect(storage.capabilities()[subresource]).toBe('Unsupported')
  },
)

test('the bucket itself can be made and deleted, when that is what is meant', async () => {
  await connection.storage.create('photos', { region: undefined, objectLock: false }, never)
  await connection.storage.deleteBucket('photos', never)
  expect(requests).toEqual([expect.stringMatching(/^PUT \/photos\/?$/), expect.stringMatching(/^DELETE \/photos\/?$/)])
})
