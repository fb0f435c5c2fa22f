import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { CONFIG_MAPS, configMap, type TestClient, testClient } from '../test-client/api-client.ts'

let api: TestClient
beforeAll(async () => {
  api = await testClient({ controllers: false, random: () => 0 })
})
afterAll(() => api[Symbol.asyncDispose]())

const refusal = ({ code, body }: { readonly code: number; readonly body: { readonly message?: string } }) => [code, body.message]
const MODIFIED = 'the object has been modified; please apply your changes to the latest version and try again'
const uid = '11111111-1111-4111-8111-111111111111'

describe('create', () => {
  test('gives an object its identity and tells it whole', async () => {
    const { code, body } = await api.post(CONFIG_MAPS, configMap('new', { a: '1' }, { resourceVersion: '', generation: 7 }))
    expect(code).toBe(201)
    expect(body).toEqual({
      kind: 'ConfigMap',
      apiVersion: 'v1',
      metadata: {
        name: 'new',
        namespace: 'default',
        uid: expect.stringMatching(/^[0-9a-f-]{36}$/),
        resourceVersion: expect.stringMatching(/^\d+$/),
        // ConfigMaps have none of the server's own: the real server keeps what it is given.
        generation: 7,
        creationTimestamp: '2026-01-01T00:00:00Z',
        managedFields: [
          {
            manager: 'tester',
            operation: 'Update',
            apiVersion: 'v1',
            time: '2026-01-01T00:00:00Z',
            fieldsType: 'FieldsV1',
            fieldsV1: { 'f:data': { '.': {}, 'f:a': {} } },
          },
        ],
      },
      data: { a: '1' },
    })
  })

  test('in a dry run does everything but keep it', async () => {
    const { code, metadata } = await api.post(`${CONFIG_MAPS}?dryRun=All`, configMap('dry'))
    expect([code, metadata.resourceVersion]).toEqual([201, undefined])
    expect((await api.get(`${CONFIG_MAPS}/dry`)).code).toBe(404)
  })

  test('makes up a name that is free', async () => {
    const { metadata } = await api.post(CONFIG_MAPS, { metadata: { generateName: 'job-' } })
    expect(metadata.name).toBe('job-bbbbb')
    const again = await api.post(CONFIG_MAPS, { metadata: { generateName: 'job-' } })
    expect(again.body.reason).toBe('AlreadyExists')
  })

  test('of what the server adds leaves no trace in managedFields', async () => {
    const { metadata } = await api.post('/api/v1/namespaces', { metadata: { name: 'traces' } })
    expect(metadata.managedFields?.[0]?.fieldsV1).toEqual({
      'f:metadata': { 'f:labels': { '.': {}, 'f:kubernetes.io/metadata.name': {} } },
    })
  })

  const NAME_RULE =
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"

  test.each<readonly [string, string, object, number, string]>([
    ['a name that is taken', CONFIG_MAPS, configMap('new'), 409, 'configmaps "new" already exists'],
    ['no name', CONFIG_MAPS, {}, 422, 'ConfigMap "" is invalid: metadata.name: Required value: name or generateName is required'],
    ['a bad name', CONFIG_MAPS, configMap('A_b'), 422, `ConfigMap "A_b" is invalid: metadata.name: Invalid value: "A_b": ${NAME_RULE}`],
    [
      'another namespace',
      CONFIG_MAPS,
      configMap('x', {}, { namespace: 'other' }),
      400,
      'the namespace of the provided object does not match the namespace sent on the request',
    ],
    ['a namespace that is not there', '/api/v1/namespaces/nope/configmaps', configMap('x'), 404, 'namespaces "nope" not found'],
    [
      'a resourceVersion',
      CONFIG_MAPS,
      configMap('x', {}, { resourceVersion: '1' }),
      500,
      'resourceVersion should not be set on objects to be created',
    ],
    [
      'a bad key',
      CONFIG_MAPS,
      configMap('x', { '..': '' }),
      422,
      `ConfigMap "x" is invalid: data[..]: Invalid value: "..": must not be '..'`,
    ],
    [
      'two values of a key',
      CONFIG_MAPS,
      { ...configMap('x', { a: '1' }), binaryData: { a: 'YQ==' } },
      422,
      'ConfigMap "x" is invalid: data[a]: Invalid value: "a": duplicate of key present in binaryData',
    ],
    [
      'a finalizer without a path',
      CONFIG_MAPS,
      configMap('x', {}, { finalizers: ['foo'] }),
      422,
      'ConfigMap "x" is invalid: metadata.finalizers[0]: Invalid value: "foo": name is neither a standard finalizer name nor is it fully qualified',
    ],
    [
      'a dry run of a kind',
      `${CONFIG_MAPS}?dryRun=some`,
      configMap('x'),
      422,
      'CreateOptions.meta.k8s.io "" is invalid: dryRun: Unsupported value: ["some"]: supported values: "All"',
    ],
  ])('with %s is refused', async (_, path, body, code, message) => {
    expect(refusal(await api.post(path, body))).toEqual([code, message])
  })

  test('names every problem as a cause of its own', async () => {
    const ownerReferences = ['a', 'b'].map((name) => ({ apiVersion: 'v1', kind: 'Pod', name, uid: name, controller: true }))
    const { body } = await api.post(CONFIG_MAPS, configMap('x', {}, { labels: { 'a b': '' }, ownerReferences }))
    expect(body).toMatchObject({
      reason: 'Invalid',
      details: { name: 'x', kind: 'ConfigMap', causes: [{ field: 'metadata.labels' }, { field: 'metadata.ownerReferences' }] },
    })
  })
})

describe('update', () => {
  const path = `${CONFIG_MAPS}/u`
  let version = ''
  beforeEach(async () => {
    await api.delete(path)
    version = (await api.post(CONFIG_MAPS, configMap('u', { a: '1' }))).metadata.resourceVersion ?? ''
  })

  test('of the newest state succeeds, of an older one conflicts', async () => {
    expect((await api.put(path, configMap('u', { a: '2' }, { resourceVersion: version }))).body).toMatchObject({ data: { a: '2' } })
    const stale = await api.put(path, configMap('u', { a: '3' }, { resourceVersion: version }))
    expect(refusal(stale)).toEqual([409, `Operation cannot be fulfilled on configmaps "u": ${MODIFIED}`])
    expect(stale.body).toMatchObject({ reason: 'Conflict', details: { name: 'u', kind: 'configmaps' } })
  })

  test('without a resourceVersion overwrites what allows it, and is refused by what must not be raced for', async () => {
    expect((await api.put(path, configMap('u', { a: '2' }))).code).toBe(200)
    const leases = '/apis/coordination.k8s.io/v1/namespaces/default/leases'
    await api.post(leases, { metadata: { name: 'l' }, spec: { holderIdentity: 'a' } })
    const taken = await api.put(`${leases}/l`, { metadata: { name: 'l' }, spec: { holderIdentity: 'b' } })
    expect(refusal(taken)).toEqual([
      422,
      'leases.coordination.k8s.io "l" is invalid: metadata.resourceVersion: Invalid value: 0: must be specified for an update',
    ])
  })

  test('that changes nothing makes no new version', async () => {
    const { metadata } = await api.put(path, configMap('u', { a: '1' }))
    expect(metadata.resourceVersion).toBe(version)
  })

  test('in a dry run tells what it would be, under the old version', async () => {
    const { body, metadata } = await api.put(`${path}?dryRun=All`, configMap('u', { a: '2' }))
    expect([body['data'], metadata.resourceVersion]).toEqual([{ a: '2' }, version])
    expect((await api.get(path)).body['data']).toEqual({ a: '1' })
  })

  test('keeps what only the server sets', async () => {
    const metadata = { creationTimestamp: null, generation: 9, deletionTimestamp: '2020-01-01T00:00:00Z' }
    const { body } = await api.put(path, configMap('u', { a: '2' }, metadata))
    expect(body.metadata).toMatchObject({ creationTimestamp: '2026-01-01T00:00:00Z' })
    expect(body.metadata).not.toHaveProperty('deletionTimestamp')
  })

  test.each<readonly [string, object, number, string]>([
    ['no name', { data: {} }, 400, 'the name of the object (u based on URL) was undeterminable: name must be provided'],
    ['another name', configMap('v'), 400, 'the name of the object (v) does not match the name on the URL (u)'],
    [
      'another namespace',
      configMap('u', {}, { namespace: 'x' }),
      400,
      'the namespace of the provided object does not match the namespace sent on the request',
    ],
    ['a version that is none', configMap('u', {}, { resourceVersion: 'abc' }), 500, 'strconv.ParseUint: parsing "abc": invalid syntax'],
  ])('with %s is refused', async (_, body, code, message) => {
    expect(refusal(await api.put(path, body))).toEqual([code, message])
  })

  test('of another incarnation conflicts', async () => {
    const { code, body } = await api.put(path, configMap('u', {}, { uid }))
    expect(code).toBe(409)
    expect(body.message).toContain(
      `Key: /registry/configmaps/default/u, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: ${uid}`,
    )
  })

  test('of what is not there creates it where the kind says so', async () => {
    expect((await api.put(`${CONFIG_MAPS}/missing`, configMap('missing'))).code).toBe(404)
    const services = '/api/v1/namespaces/default/services'
    expect((await api.put(`${services}/s`, { metadata: { name: 's' }, spec: { ports: [{ port: 80 }] } })).code).toBe(201)
  })
})

describe('scale', () => {
  const deployments = '/apis/apps/v1/namespaces/default/deployments'
  const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image: 'i' }] } }
  beforeAll(async () => {
    await api.post(deployments, { metadata: { name: 'web' }, spec: { replicas: 2, selector: { matchLabels: { app: 'web' } }, template } })
  })

  test('shows and changes the replicas alone', async () => {
    expect((await api.get(`${deployments}/web/scale`)).body).toMatchObject({
      kind: 'Scale',
      apiVersion: 'autoscaling/v1',
      spec: { replicas: 2 },
      status: { replicas: 0, selector: 'app=web' },
    })
    expect((await api.patch(`${deployments}/web/scale`, { spec: { replicas: 5 } })).body).toMatchObject({ spec: { replicas: 5 } })
    expect((await api.get(`${deployments}/web`)).body).toMatchObject({ metadata: { generation: 2 }, spec: { replicas: 5, template } })
  })

  test.each<readonly [string, object, number, string]>([
    [
      'fewer than none',
      { spec: { replicas: -1 } },
      422,
      'Scale.autoscaling "web" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0',
    ],
    [
      'another kind',
      { kind: 'Foo', apiVersion: 'v1' },
      400,
      'Foo in version "v1" cannot be handled as a Scale: no kind "Foo" is registered for version "v1" in scheme "pkg/runtime/scheme.go:111"',
    ],
    [
      'an old version',
      { metadata: { resourceVersion: '1' }, spec: { replicas: 1 } },
      409,
      `Operation cannot be fulfilled on deployments.apps "web": ${MODIFIED}`,
    ],
  ])('to %s is refused', async (_, body, code, message) => {
    expect(refusal(await api.put(`${deployments}/web/scale`, body))).toEqual([code, message])
  })

  test('and status are written where they belong: the status path takes nothing else, and the other takes no status', async () => {
    const both = { spec: { replicas: 9 }, status: { observedGeneration: 4 } }
    expect((await api.patch(`${deployments}/web/status`, both)).body).toMatchObject({
      spec: { replicas: 5 },
      status: { observedGeneration: 4 },
    })
    const { body } = await api.patch(`${deployments}/web`, { status: { observedGeneration: 77 } })
    expect(body).toMatchObject({ metadata: { generation: 2 }, status: { observedGeneration: 4 } })
  })
})
