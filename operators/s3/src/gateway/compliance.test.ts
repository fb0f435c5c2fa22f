// Wasabi's ?compliance goes to Wasabi alone: every other server takes it for a misspelling, and a misspelled DELETE or PUT for that of the bucket.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { systemClock } from 'kubewright'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { complianceSettings } from '../canonical/compliance.ts'
import { Provider } from '../kinds/provider.ts'
import { type Connection, connectTo } from './connection.ts'

const never = new AbortController().signal
const ANSWER = `<?xml version="1.0"?><BucketComplianceConfiguration xml:ns="http://s3.amazonaws.com/doc/2006-03-01/">
  <Status>enabled</Status><LockTime>2027-01-01T00:00:00Z</LockTime><IsLocked>true</IsLocked>
  <RetentionDays>365</RetentionDays><ConditionalHold>false</ConditionalHold><DeleteAfterRetention>true</DeleteAfterRetention>
</BucketComplianceConfiguration>`

let server: Server
let connections: Connection[] = []
let requests: { readonly line: string; readonly body: string; readonly isSigned: boolean }[] = []

beforeEach(async () => {
  requests = []
  server = createServer((request, response) => {
    void text(request).then((body) => {
      requests.push({ line: `${request.method} ${request.url}`, body, isSigned: request.headers.authorization !== undefined })
      response.writeHead(200, { 'content-type': 'application/xml' }).end(request.method === 'GET' ? ANSWER : '')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})
afterEach(async () => {
  for (const connection of connections) connection.close()
  connections = []
  await new Promise((resolve) => server.close(resolve))
})

async function storageOf(type: string) {
  const { port } = server.address() as AddressInfo
  const { spec } = Provider.of({
    metadata: { name: 'store', namespace: 'x' },
    spec: {
      ...{ type: type as 'wasabi', endpoint: `http://127.0.0.1:${port}`, region: 'us-east-1' },
      auth: { accessKeySecretRef: { name: 's' }, secretKeySecretRef: { name: 's' } },
    },
  })
  const connection = await connectTo({
    ...{ spec, ca: undefined, clock: systemClock, random: () => 0 },
    credentials: { keys: { accessKeyId: 'a', secretAccessKey: 'b' }, expiresAt: undefined },
    ...{ assertLeader: () => {}, hide: (said: string) => said, observe: () => {} },
  })
  connections.push(connection)
  return connection.storage
}

test('on Wasabi it is read and written, signed, at its own address', async () => {
  const storage = await storageOf('wasabi')
  const seen = await storage.read('photos', 'compliance', never)
  expect(seen).toEqual({
    is: 'set',
    value: {
      ...{ Status: 'enabled', LockTime: '2027-01-01T00:00:00Z', IsLocked: true, RetentionDays: 365 },
      ...{ ConditionalHold: false, DeleteAfterRetention: true },
    },
  })
  const wanted = { enabled: true, retentionDays: 400, conditionalHold: false, deleteAfterRetention: false }
  await storage.write('photos', 'compliance', complianceSettings(wanted, seen.is === 'set' ? seen.value : undefined), never)
  expect(requests.map(({ line }) => line)).toEqual(['GET /photos/?compliance=', 'PUT /photos/?compliance='])
  expect(requests.every(({ isSigned }) => isSigned)).toBe(true)
  expect(requests[1]!.body).toBe(
    '<BucketComplianceConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Status>enabled</Status><LockTime>2027-01-01T00:00:00Z</LockTime><RetentionDays>400</RetentionDays><ConditionalHold>false</ConditionalHold><DeleteAfterRetention>false</DeleteAfterRetention></BucketComplianceConfiguration>',
  )
})

test.each(['aws', 'minio', 'ceph', 'seaweedfs', 'generic'])(
  '2.6 to a server of the type %s nothing is sent, not even a question',
  async (type) => {
    const storage = await storageOf(type)
    expect(await storage.read('photos', 'compliance', never)).toMatchObject({ is: 'unsupported' })
    await expect(storage.write('photos', 'compliance', {}, never)).rejects.toMatchObject({ is: 'Unsupported' })
    await expect(storage.remove('photos', 'compliance', never)).rejects.toMatchObject({ is: 'Unsupported' })
    expect(requests).toEqual([])
  },
)

test('2.6 it is never removed, on Wasabi either: there is no DELETE of it', async () => {
  const storage = await storageOf('wasabi')
  await expect(storage.remove('photos', 'compliance', never)).rejects.toMatchObject({ is: 'Unsupported' })
  expect(requests.filter(({ line }) => !line.startsWith('GET '))).toEqual([])
})
