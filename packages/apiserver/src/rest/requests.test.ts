import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import { connect } from 'node:tls'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CONFIG_MAPS, configMap, MERGE, type Sending, type TestClient, testClient } from '../test-client/api-client.ts'

let api: TestClient
beforeAll(async () => {
  api = await testClient({ controllers: false })
  await api.post(CONFIG_MAPS, configMap('a', { k: '1' }))
})
afterAll(() => api[Symbol.asyncDispose]())

describe('what is not there, or not allowed', () => {
  test.each<readonly [method: string, path: string, code: number, message: string]>([
    ['GET', `${CONFIG_MAPS}/zz`, 404, 'configmaps "zz" not found'],
    ['GET', '/apis/apps/v1/namespaces/default/deployments/zz', 404, 'deployments.apps "zz" not found'],
    ['GET', '/api/v1/namespaces/default/foos', 404, 'the server could not find the requested resource'],
    ['GET', '/api/v2/configmaps', 404, 'the server could not find the requested resource'],
    ['GET', '/apis/apps/v9', 404, 'the server could not find the requested resource'],
    ['GET', '/apis/apps/v9/deployments', 404, 'the server could not find the requested resource'],
    ['GET', '/api/v1/namespaces/default/nodes', 404, 'the server could not find the requested resource'],
    ['GET', `${CONFIG_MAPS}/a/status`, 404, 'the server could not find the requested resource'],
    ['POST', `${CONFIG_MAPS}/a`, 405, 'the server does not allow this method on the requested resource'],
    ['PUT', CONFIG_MAPS, 405, 'the server does not allow this method on the requested resource'],
    ['PATCH', CONFIG_MAPS, 405, 'the server does not allow this method on the requested resource'],
    ['POST', '/api/v1/configmaps', 405, 'the server does not allow this method on the requested resource'],
    ['DELETE', '/api/v1/configmaps', 405, 'the server does not allow this method on the requested resource'],
    ['DELETE', '/api/v1/namespaces', 405, 'the server does not allow this method on the requested resource'],
    ['POST', '/api/v1', 405, 'the server does not allow this method on the requested resource'],
    ['GET', '/api/v1/namespaces/default/pods/p/log', 501, 'pods/log is not implemented by the embedded API server'],
    ['POST', '/api/v1/namespaces/default/pods/p/exec', 501, 'pods/exec is not implemented by the embedded API server'],
  ])('%s %s is %i', async (method, path, code, message) => {
    const reply = await api.send(method, path, method === 'GET' || method === 'DELETE' ? {} : { body: {}, type: MERGE })
    expect([reply.code, reply.body.message]).toEqual([code, message])
  })

  test.each(['/foo', '/apis/nope', '/apis/nope.example.com/v1/foos'])('%s is no path of the API at all', async (path) => {
    const { code, text } = await api.get(path)
    expect([code, text]).toEqual([404, '404 page not found\n'])
  })
})

describe('the form of an answer', () => {
  const accepted = 'only the following media types are accepted: application/json, application/yaml'

  test.each([
    ['text/html', '406: Not Acceptable\n\nAvailable representations: application/json, application/yaml'],
    ['application/json;as=Foo;g=meta.k8s.io;v=v1', accepted],
  ])('%s is 406', async (accept, message) => {
    const { code, body } = await api.get(`${CONFIG_MAPS}/a`, { accept })
    expect([code, body.message]).toEqual([406, message])
  })

  test.each([
    ['application/vnd.kubernetes.protobuf, application/json', 'application/json'],
    ['*/*', 'application/json'],
    ['application/yaml', 'application/yaml'],
  ])('for %s is %s', async (accept, type) => {
    expect((await api.get(`${CONFIG_MAPS}/a`, { accept })).headers['content-type']).toBe(type)
  })

  test('is YAML as Go prints it: no indented lists, and quotes where an older reader would see something else', async () => {
    await api.post(CONFIG_MAPS, configMap('yaml', { yes: 'on', octal: '0644' }, { finalizers: ['a.b/c'], labels: { n: 'y' } }))
    const { text } = await api.get(`${CONFIG_MAPS}/yaml`, { accept: 'application/yaml' })
    expect(text).toContain('data:\n  octal: "0644"\n  "yes": "on"\n')
    expect(text).toContain('finalizers:\n  - a.b/c\n  labels:\n    "n": "y"\n')
    expect(text).toMatch(/creationTimestamp: "2026-01-01T00:00:00Z"/)
  })

  test('is a Table, with the object whole, in its metadata or not at all', async () => {
    const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json'
    const row = async (query: string) => {
      const { body } = await api.get(`${CONFIG_MAPS}/a${query}`, { accept })
      return (body as unknown as { rows: { cells: unknown[]; object?: { kind: string } }[] }).rows[0]
    }
    expect((await row(''))?.cells).toEqual(['a', 1, '0s'])
    expect((await row(''))?.object?.kind).toBe('PartialObjectMetadata')
    expect((await row('?includeObject=Object'))?.object?.kind).toBe('ConfigMap')
    expect(await row('?includeObject=None')).not.toHaveProperty('object')
    const refused = await api.get(`${CONFIG_MAPS}/a?includeObject=All`, { accept })
    expect([refused.code, refused.body.message]).toEqual([
      400,
      `Unable to convert to Table as requested: includeObject: Invalid value: "All": must be 'Metadata', 'Object', 'None', or empty`,
    ])
  })

  test('is metadata alone, for an object or a list, but one cannot be asked for as the other', async () => {
    const as = (name: string) => ({ accept: `application/json;as=${name};v=v1;g=meta.k8s.io` })
    const { body } = await api.get(`${CONFIG_MAPS}/a`, as('PartialObjectMetadata'))
    expect(body).toMatchObject({ kind: 'PartialObjectMetadata', metadata: { name: 'a' } })
    expect(body).not.toHaveProperty('data')
    const list = await api.get(CONFIG_MAPS, as('PartialObjectMetadataList'))
    expect(list.body).toMatchObject({ kind: 'PartialObjectMetadataList' })
    expect(list.body.items?.[0]).not.toHaveProperty('data')
    const wrong = await api.get(CONFIG_MAPS, as('PartialObjectMetadata'))
    expect([wrong.code, wrong.body.message]).toEqual([
      406,
      'you requested PartialObjectMetadata, but the requested object is a list (*core.ConfigMapList)',
    ])
    expect((await api.get(`${CONFIG_MAPS}/a`, as('PartialObjectMetadataList'))).code).toBe(406)
  })
})

describe('the form of a body', () => {
  const create = (body: unknown, sending: Sending = {}) => api.post(`${CONFIG_MAPS}?dryRun=All`, body, sending)

  test.each<readonly [string, string, string | null]>([
    ['JSON without a type', '{"metadata":{"name":"x"},"data":{"a":"1"}}', null],
    ['JSON', '{"metadata":{"name":"x"},"data":{"a":"1"}}', 'application/json; charset=utf-8'],
    ['YAML', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata:\n  a: "1"\n', 'application/yaml'],
  ])('may be %s', async (_, body, type) => {
    expect((await create(body, { type })).body).toMatchObject({ metadata: { name: 'x' }, data: { a: '1' } })
  })

  test('may be protobuf, as kubectl sends what it makes itself', async () => {
    // kubectl create configmap cm --from-literal=a=b --from-literal=c=
    const recorded = 'azhzAAoPCgJ2MRIJQ29uZmlnTWFwEioKGQoCY20SABoHZGVmYXVsdCIAKgAyADgAQgASBgoBYRIBYhIFCgFjEgAaACIA'
    const { code, body } = await create(Buffer.from(recorded, 'base64'), { type: 'application/vnd.kubernetes.protobuf' })
    expect(code).toBe(201)
    expect(body).toMatchObject({ kind: 'ConfigMap', metadata: { name: 'cm' }, data: { a: 'b', c: '' } })
  })

  test('YAML is 1.1: yes is true and 0644 is 420, but times and ratios stay text', async () => {
    const pod = `
metadata: {name: x, annotations: {time: 2024-01-01T00:00:00Z, ratio: 1:20}}
spec:
  hostNetwork: yes
  containers: [{name: c, image: i}]
  volumes: [{name: v, secret: {secretName: s, defaultMode: 0644}}]
`
    const { body } = await api.post('/api/v1/namespaces/default/pods?dryRun=All', pod, { type: 'application/yaml' })
    expect(body).toMatchObject({
      metadata: { annotations: { time: '2024-01-01T00:00:00Z', ratio: '1:20' } },
      spec: { hostNetwork: true, volumes: [{ secret: { defaultMode: 420 } }] },
    })
  })

  const unread = "the object provided is unrecognized (must be of type ConfigMap): couldn't get version/kind; json parse error: "

  test.each<readonly [body: string, message: string]>([
    ['', `${unread}unexpected end of JSON input (<empty>)`],
    ['{"metadata":', `${unread}unexpected end of JSON input ({"metadata":)`],
    ['{metadata:', `${unread}invalid character 'm' looking for beginning of object key string ({metadata:)`],
    ['hello', `${unread}invalid character 'h' looking for beginning of value (68656c6c6f)`],
    ['{"a":1}}', `${unread}invalid character '}' after top-level value ({"a":1}})`],
    [
      '{"metadata":{"name":5}}',
      'ConfigMap in version "v1" cannot be handled as a ConfigMap: json: cannot unmarshal number into Go struct field ObjectMeta.metadata.name of type string',
    ],
    [
      '{"kind":"Secret","apiVersion":"v1"}',
      'Secret in version "v1" cannot be handled as a ConfigMap: converting (v1.Secret) to (core.ConfigMap): unknown conversion',
    ],
    [
      '{"kind":"ConfigMap","apiVersion":"v2"}',
      'ConfigMap in version "v2" cannot be handled as a ConfigMap: no kind "ConfigMap" is registered for version "v2" in scheme "pkg/runtime/scheme.go:111"',
    ],
  ])('%j is 400', async (body, message) => {
    const reply = await create(body)
    expect([reply.code, reply.body.message]).toEqual([400, message])
  })

  test('that is broken YAML is 400 and names the line', async () => {
    const reply = await create('kind: ConfigMap\nmetadata: [\n', { type: 'application/yaml' })
    expect(reply.code).toBe(400)
    expect(reply.body.message).toMatch(/must be of type ConfigMap\): yaml: line \d: .* \(6b696e643a/)
  })

  test('null is an object without fields', async () => {
    expect((await create('null')).body.message).toContain('name or generateName is required')
  })

  test('of an unknown type is 415', async () => {
    const reply = await create('x', { type: 'text/plain' })
    expect([reply.code, reply.body.reason]).toEqual([415, 'UnsupportedMediaType'])
  })

  test('of more than 3 MiB is 413', async () => {
    const reply = await create(configMap('big', { a: 'x'.repeat(4 * 1024 * 1024) }))
    expect([reply.code, reply.body.message]).toEqual([413, 'Request entity too large: limit is 3145728'])
  })

  test('that is too large is heard to its end: whoever is still writing would see a broken pipe and not the refusal', async () => {
    const { port, connection } = api.server
    const socket = connect({ host: '127.0.0.1', port, ca: connection.caData })
    let heard = ''
    socket.setEncoding('utf8').on('data', (text: string) => {
      heard += text
    })
    const half = 'x'.repeat(4 * 1024 * 1024)
    const head = ['host: x', 'connection: close', `authorization: Bearer ${connection.token}`, `content-length: ${2 * half.length}`]
    socket.write(`POST ${CONFIG_MAPS} HTTP/1.1\r\n${head.join('\r\n')}\r\n\r\n`)
    await promisify((text: string, done: () => void) => socket.write(text, done))(half)
    await setTimeout(50)
    expect(heard).toBe('')
    socket.write(half)
    await once(socket, 'close')
    expect(heard).toMatch(/^HTTP\/1\.1 413 /)
  })
})

describe('fields that are not known', () => {
  const odd = '{"metadata":{"name":"x","nme":1},"data":{"a":"1","a":"2"},"dta":{}}'
  const problems = ['unknown field "metadata.nme"', 'duplicate field "data.a"', 'unknown field "dta"']

  test('are refused when the client is strict', async () => {
    const { code, body } = await api.post(`${CONFIG_MAPS}?fieldValidation=Strict`, odd)
    expect([code, body.message]).toEqual([
      400,
      `ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: ${problems.join(', ')}`,
    ])
  })

  test('are warned of when it says nothing, and dropped', async () => {
    const { code, headers, body } = await api.post(`${CONFIG_MAPS}?dryRun=All`, odd)
    expect(code).toBe(201)
    expect(headers['warning']).toBe(problems.map((problem) => `299 - "${problem.replaceAll('"', '\\"')}"`).join(', '))
    expect(body).not.toHaveProperty('dta')
  })

  test('are dropped in silence when it does not want to know', async () => {
    const { code, headers } = await api.post(`${CONFIG_MAPS}?dryRun=All&fieldValidation=Ignore`, odd)
    expect([code, headers['warning']]).toEqual([201, undefined])
  })

  test('and keys that stand twice in YAML are named with their line', async () => {
    const yaml = 'metadata: {name: x}\ndata:\n  a: "1"\n  a: "2"\n'
    const { body } = await api.post(`${CONFIG_MAPS}?fieldValidation=Strict`, yaml, { type: 'application/yaml' })
    expect(body.message).toContain('yaml: unmarshal errors:\n  line 4: key "a" already set in map')
  })
})
