import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { CONFIG_MAPS, configMap, JSON_PATCH, MERGE, STRATEGIC, type TestClient, testClient } from '../test-client/api-client.ts'

let api: TestClient
beforeAll(async () => {
  api = await testClient({ controllers: false })
})
afterAll(() => api[Symbol.asyncDispose]())

const path = `${CONFIG_MAPS}/a`
beforeEach(async () => {
  await api.delete(path)
  await api.post(CONFIG_MAPS, configMap('a', { x: '1', y: '2' }))
})

const patch = (body: unknown, type = MERGE, query = '') => api.patch(`${path}${query}`, body, { type })

describe('what a patch can do', () => {
  test('a merge patch sets, and takes away with null', async () => {
    expect((await patch({ data: { x: null, z: '3' }, metadata: { labels: { a: 'b' } } })).body).toMatchObject({
      metadata: { labels: { a: 'b' } },
      data: { y: '2', z: '3' },
    })
  })

  test('a JSON patch tests before it changes', async () => {
    const operations = [
      { op: 'test', path: '/data/x', value: '1' },
      { op: 'replace', path: '/data/x', value: '9' },
    ]
    expect((await patch(operations, JSON_PATCH)).body['data']).toEqual({ x: '9', y: '2' })
    const again = await patch(operations, JSON_PATCH)
    expect([again.code, again.body.message]).toEqual([422, 'the server rejected our request due to an error in our request'])
  })

  test('a strategic merge patch knows lists by their keys', async () => {
    const deployments = '/apis/apps/v1/namespaces/default/deployments'
    const template = {
      metadata: { labels: { a: 'b' } },
      spec: {
        containers: [
          {
            name: 'c',
            image: 'i:1',
            env: [
              { name: 'A', value: '1' },
              { name: 'B', value: '2' },
            ],
          },
        ],
      },
    }
    await api.post(deployments, { metadata: { name: 'd' }, spec: { selector: { matchLabels: { a: 'b' } }, template } })
    const containers = [
      { name: 'sidecar', image: 's:1' },
      {
        name: 'c',
        env: [
          { name: 'A', value: '9' },
          { name: 'B', $patch: 'delete' },
        ],
      },
    ]
    const order = { '$setElementOrder/containers': [{ name: 'sidecar' }, { name: 'c' }] }
    const { body } = await api.patch(`${deployments}/d`, { spec: { template: { spec: { ...order, containers } } } }, { type: STRATEGIC })
    expect(body).toMatchObject({
      metadata: { generation: 2 },
      spec: { template: { spec: { containers: [{ name: 'sidecar' }, { name: 'c', image: 'i:1', env: [{ name: 'A', value: '9' }] }] } } },
    })
  })

  test('is nothing when nothing changes: the version stays', async () => {
    const { metadata } = await api.get(path)
    expect((await patch({ data: { x: '1' } })).metadata).toEqual(metadata)
    expect((await patch({})).metadata).toEqual(metadata)
  })

  test('is conditional when it carries a version', async () => {
    const { metadata } = await api.get(path)
    const conditional = { metadata: { resourceVersion: metadata.resourceVersion }, data: { x: '5' } }
    expect((await patch(conditional)).code).toBe(200)
    const { code, body } = await patch({ ...conditional, data: { x: '6' } })
    expect([code, body.reason]).toEqual([409, 'Conflict'])
  })
})

describe('what it cannot', () => {
  const url = 'the name of the object (b) does not match the name on the URL (a)'
  const map = 'json: cannot unmarshal array into Go value of type map[string]interface {}'

  test.each<readonly [string, unknown, string, number, string]>([
    ['rename', { metadata: { name: 'b' } }, MERGE, 400, url],
    ['be no JSON', '{x', MERGE, 400, "error decoding patch: invalid character 'x' looking for beginning of object key string"],
    ['be no JSON, as a strategic one', '{x', STRATEGIC, 400, "invalid character 'x' looking for beginning of object key string"],
    ['be empty', '', MERGE, 400, 'error decoding patch: unexpected end of JSON input'],
    ['be a list, as a merge patch', [], MERGE, 400, `error decoding patch: ${map}`],
    ['be a list, as a strategic one', [], STRATEGIC, 400, map],
    [
      'be an object, as a JSON patch',
      {},
      JSON_PATCH,
      400,
      'error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp',
    ],
    [
      'remove what is not there',
      [{ op: 'remove', path: '/data/q' }],
      JSON_PATCH,
      422,
      'the server rejected our request due to an error in our request',
    ],
    ['have no type', {}, 'application/json', 415, '415: Unsupported Media Type'],
  ])('%s', async (_, body, type, code, message) => {
    const reply = await patch(body, type)
    expect([reply.code, reply.body.message]).toEqual([code, message])
  })

  test.each<readonly [string, unknown, string, string]>([
    ['another kind', { kind: 'Foo' }, MERGE, 'no kind "Foo" is registered for version "v1" in scheme "pkg/runtime/scheme.go:111"'],
    ['a number for text', { data: { x: 5 } }, MERGE, 'json: cannot unmarshal number into Go struct field ConfigMap.data of type string'],
    ['an unknown field', { foo: 1 }, MERGE, 'strict decoding error: unknown field "foo"'],
    ['a key twice', '{"data":{"x":"1","x":"2"}}', MERGE, 'strict decoding error: duplicate field "data.x"'],
    [
      'an operation with a field too many',
      [{ op: 'add', path: '/data/x', value: '1', foo: 1 }],
      JSON_PATCH,
      'strict decoding error: json patch unknown field "[0].foo"',
    ],
  ])('bring %s, when the client is strict', async (_, body, type, problem) => {
    const reply = await patch(body, type, '?fieldValidation=Strict')
    expect(reply.code).toBe(422)
    expect(reply.body.message).toMatch(/^ "" is invalid: patch: Invalid value: "/)
    expect(reply.body.message?.endsWith(`: ${problem}`)).toBe(true)
  })

  test('change what identifies the object', async () => {
    const { code, body } = await patch({ metadata: { uid: 'b' } })
    expect([code, body.message]).toEqual([422, 'ConfigMap "a" is invalid: metadata.uid: Invalid value: "b": field is immutable'])
  })

  test('name a manager longer than 128 bytes, or force what is no apply', async () => {
    expect((await patch({}, MERGE, `?fieldManager=${'x'.repeat(129)}`)).body.message).toContain(
      'fieldManager: Too long: may not be more than 128 bytes',
    )
    expect((await patch({}, MERGE, '?force=true')).body.message).toBe(
      'PatchOptions.meta.k8s.io "" is invalid: force: Forbidden: may not be specified for non-apply patch',
    )
  })

  test('reach a custom resource, as a strategic one', async () => {
    await api.post('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
      metadata: { name: 'things.example.com' },
      spec: {
        group: 'example.com',
        scope: 'Cluster',
        names: { plural: 'things', kind: 'Thing' },
        versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
      },
    })
    const things = '/apis/example.com/v1/things'
    await api.post(things, { apiVersion: 'example.com/v1', kind: 'Thing', metadata: { name: 't' } })
    const { code, body } = await api.patch(`${things}/t`, {}, { type: STRATEGIC })
    expect([code, body.message]).toEqual([
      415,
      'the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml',
    ])
  })
})
