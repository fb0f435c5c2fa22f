import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { APPLY, CONFIG_MAPS, configMap, JSON_PATCH, type TestClient, testClient } from '../test-client/api-client.ts'

let api: TestClient
beforeEach(async () => {
  api = await testClient({ controllers: false })
})
afterEach(() => api[Symbol.asyncDispose]())

const path = `${CONFIG_MAPS}/a`
const apply = (manager: string, data: object, query = '') => api.apply(`${path}${query}`, manager, configMap('a', data))
const data = async () => (await api.get(path)).body['data']
/** `manager: field, field`, of data alone. */
const owners = async () =>
  ((await api.get(path)).metadata.managedFields ?? []).map(({ manager, operation, fieldsV1 }) => {
    const fields = Object.keys((fieldsV1 as { 'f:data'?: object })['f:data'] ?? {}).filter((field) => field !== '.')
    return `${operation} ${manager}: ${fields.join(' ')}`
  })

describe('server-side apply', () => {
  test('creates what is not there, and owns what it names', async () => {
    expect((await apply('one', { x: '1' })).code).toBe(201)
    expect(await owners()).toEqual(['Apply one: f:x'])
  })

  test('of the same changes nothing, not even the time', async () => {
    const { metadata } = await apply('one', { x: '1' })
    await api.clock.advance(5000)
    const again = await apply('one', { x: '1' })
    expect([again.code, again.metadata]).toEqual([200, metadata])
  })

  test('takes away what the manager names no longer', async () => {
    await apply('one', { x: '1', y: '2' })
    await apply('one', { y: '2' })
    expect(await data()).toEqual({ y: '2' })
  })

  test('with nothing at all leaves no owner behind', async () => {
    await api.apply(path, 'one', configMap('a', {}, { labels: { a: 'b' } }))
    const { metadata } = await api.apply(path, 'one', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } })
    expect(metadata).not.toHaveProperty('labels')
    expect(metadata).not.toHaveProperty('managedFields')
    expect(metadata.uid).toBeDefined()
  })

  test('keeps what another manager owns too', async () => {
    await apply('one', { x: '1' })
    await apply('two', { x: '1' })
    await apply('one', { y: '2' })
    expect(await data()).toEqual({ x: '1', y: '2' })
    expect(await owners()).toEqual(['Apply two: f:x', 'Apply one: f:y'])
  })

  test('of what is there already shares it without a time of its own', async () => {
    await apply('one', { x: '1' })
    const { metadata } = await apply('two', { x: '1' })
    expect(metadata.managedFields?.map(({ manager, time }) => [manager, time])).toEqual([
      ['two', undefined],
      ['one', '2026-01-01T00:00:00Z'],
    ])
  })

  test('conflicts with another manager, field by field, until it is forced', async () => {
    await apply('one', { x: '1' })
    await api.patch(`${path}?fieldManager=editor`, { data: { y: '1' } })
    const { code, body } = await apply('two', { x: '2', y: '2' })
    expect(code).toBe(409)
    expect(body.message).toBe(
      'Apply failed with 2 conflicts: conflicts with "editor" using v1:\n- .data.y\nconflicts with "one":\n- .data.x',
    )
    expect(body).toMatchObject({ reason: 'Conflict', details: { causes: [{ reason: 'FieldManagerConflict', field: '.data.y' }, {}] } })
    expect(await data()).toEqual({ x: '1', y: '1' })
    await apply('two', { x: '2', y: '2' }, '?force=true')
    expect(await owners()).toEqual(['Apply two: f:x f:y'])
  })

  test('loses a field to whoever writes it by other means', async () => {
    await apply('one', { x: '1', y: '1' })
    await api.patch(`${path}?fieldManager=editor`, { data: { x: '2' } })
    expect(await owners()).toEqual(['Apply one: f:y', 'Update editor: f:x'])
  })

  test('over an object without owners gives what was there to "before-first-apply"', async () => {
    await api.post(CONFIG_MAPS, configMap('a', { x: '1' }))
    await api.patch(path, { metadata: { managedFields: [{}] } })
    expect(await owners()).toEqual([])
    expect((await apply('one', { x: '2' })).body.message).toContain('conflict with "before-first-apply" using v1: .data.x')
    await apply('one', { y: '1' })
    expect(await owners()).toEqual(['Apply one: f:y', 'Update before-first-apply: f:x'])
  })

  test('takes over what kubectl wrote on the client: the owners that a patch sends are the owners', async () => {
    await api.post(`${CONFIG_MAPS}?fieldManager=kubectl-client-side-apply`, configMap('a', { x: '1', y: '2' }))
    await apply('kubectl', { x: '1', y: '2' })
    const { resourceVersion, managedFields = [] } = (await api.get(path)).metadata
    const merged = managedFields.filter(({ operation }) => operation === 'Apply')
    const body = [
      { op: 'replace', path: '/metadata/managedFields', value: merged },
      { op: 'replace', path: '/metadata/resourceVersion', value: resourceVersion },
    ]
    expect((await api.patch(`${path}?fieldManager=kubectl`, body, { type: JSON_PATCH })).code).toBe(200)
    expect(await owners()).toEqual(['Apply kubectl: f:x f:y'])
    await apply('kubectl', { x: '1' })
    expect(await data()).toEqual({ x: '1' })
  })

  describe('by kubectl, after it has applied on the client', () => {
    const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration'
    const config = (data: object) => `${JSON.stringify({ apiVersion: 'v1', data, kind: 'ConfigMap', metadata: { name: 'a' } })}\n`
    beforeEach(async () => {
      const applied = configMap('a', { x: '1', y: '2' }, { annotations: { [LAST_APPLIED]: config({ x: '1', y: '2' }) } })
      await api.post(`${CONFIG_MAPS}?fieldManager=kubectl-client-side-apply`, applied)
    })

    test('changes what it wrote then without a conflict, and the annotation with it', async () => {
      expect((await apply('kubectl', { x: '9<', y: '2' })).code).toBe(200)
      const { metadata, body } = await api.get(path)
      expect(body['data']).toEqual({ x: '9<', y: '2' })
      const written = metadata.annotations?.[LAST_APPLIED] ?? ''
      expect(JSON.parse(written)).toMatchObject({ kind: 'ConfigMap', data: { x: '9<', y: '2' }, metadata: { name: 'a' } })
      expect(written).toMatch(/^\{"apiVersion":"v1","data":\{"x":"9\\u003c","y":"2"\},"kind":.*\}\n$/)
    })

    test('conflicts with whoever has changed it since', async () => {
      await api.patch(`${path}?fieldManager=other`, { data: { x: '5' } })
      expect((await apply('kubectl', { x: '9', y: '9' })).body.message).toBe(
        'Apply failed with 1 conflict: conflict with "other" using v1: .data.x',
      )
    })

    test('conflicts as ever when another applies', async () => {
      expect((await apply('argocd', { x: '9' })).body.message).toContain('conflict with "kubectl-client-side-apply" using v1: .data.x')
      expect((await api.get(path)).metadata.annotations?.[LAST_APPLIED]).toBe(config({ x: '1', y: '2' }))
    })

    test('takes an annotation that is no JSON for no knowledge', async () => {
      await api.patch(`${path}?fieldManager=kubectl-client-side-apply`, { metadata: { annotations: { [LAST_APPLIED]: 'x' } } })
      expect((await apply('kubectl', { x: '9' })).code).toBe(409)
    })

    test('leaves the annotation out when there would be too much of it', async () => {
      await apply('kubectl', { x: 'x'.repeat(256 * 1024) })
      expect((await api.get(path)).metadata).not.toHaveProperty('annotations')
    })
  })

  test.each<readonly [string, unknown]>([
    ['nothing', []],
    ['an entry and null', [{ manager: 'me', operation: 'Update', fieldsType: 'FieldsV1', fieldsV1: { 'f:data': {} } }, null]],
    ['something that cannot be read', [{ manager: 'me', operation: 'Guess', fieldsType: 'FieldsV1', fieldsV1: { 'f:data': {} } }]],
    ['entries that own nothing', [{ manager: 'me', operation: 'Update', fieldsType: 'FieldsV1', apiVersion: 'v1', fieldsV1: {} }]],
  ])('keeps the owners when a patch sends %s in their place', async (_, managedFields) => {
    await apply('one', { x: '1' })
    await api.patch(path, { metadata: { managedFields }, data: { x: '1' } })
    expect(await owners()).toEqual(['Apply one: f:x'])
  })

  test('in a dry run keeps nothing', async () => {
    expect((await apply('one', { x: '1' }, '?dryRun=All')).code).toBe(201)
    expect((await api.get(path)).code).toBe(404)
  })

  test('may leave the name to the URL, and the text to YAML', async () => {
    const { code } = await api.patch(`${path}?fieldManager=one`, 'apiVersion: v1\nkind: ConfigMap\ndata: {x: "1"}\n', { type: APPLY })
    expect([code, await data()]).toEqual([201, { x: '1' }])
  })

  test.each<readonly [string, string, object]>([
    ['JSON', '{"apiVersion":"v1","kind":"ConfigMap","data":{"a":"yes","b":"1e3","c":"\\u00e9 \\/"}}', { a: 'yes', b: '1e3', c: 'é /' }],
    ['YAML that begins as JSON does', '{apiVersion: v1, kind: ConfigMap, data: {a: "yes"}}', { a: 'yes' }],
    ['JSON and a comment', '{"apiVersion":"v1","kind":"ConfigMap","data":{"a":"yes"}} # mine', { a: 'yes' }],
  ])('reads %s', async (_, text, wanted) => {
    const { code } = await api.patch(`${path}?fieldManager=one`, text, { type: APPLY })
    expect([code, await data()]).toEqual([201, wanted])
  })

  test('reads JSON with a key that stands twice as YAML, which has its own words for it', async () => {
    const text = '{"apiVersion":"v1","kind":"ConfigMap","data":{"a":"1","a":"2"}}'
    const { code, body } = await api.patch(`${path}?fieldManager=one&fieldValidation=Strict`, text, { type: APPLY })
    expect([code, body.message]).toEqual([
      400,
      'error strict decoding YAML: error converting YAML to JSON: yaml: unmarshal errors:\n  line 1: key "a" already set in map',
    ])
  })

  test.each<readonly [string, string, unknown, number, string]>([
    [
      'no manager',
      '',
      configMap('a'),
      422,
      'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
    ],
    ['managedFields', '?fieldManager=m', configMap('a', {}, { managedFields: [] }), 400, 'metadata.managedFields must be nil'],
    ['another kind', '?fieldManager=m', { apiVersion: 'v1', kind: 'Secret' }, 400, 'invalid object type: /v1, Kind=Secret'],
    ['another name', '?fieldManager=m', configMap('b'), 400, 'the name of the object (b) does not match the name on the URL (a)'],
    [
      'an unknown field',
      '?fieldManager=m',
      { ...configMap('a'), foo: 1 },
      500,
      'failed to create typed patch object (/a; /v1, Kind=ConfigMap): .foo: field not declared in schema',
    ],
    [
      'a value of another type',
      '?fieldManager=m',
      configMap('a', { x: 1 }),
      500,
      'failed to create typed patch object (/a; /v1, Kind=ConfigMap): .data.x: expected string, got &value.valueUnstructured{Value:1}',
    ],
    [
      'a text that is not of its format',
      '?fieldManager=m',
      { ...configMap('a'), binaryData: { a: '!!' } },
      500,
      'failed to convert new object (/a; /v1, Kind=ConfigMap) to proper version: unable to convert unstructured object to /v1, Kind=ConfigMap: error decoding from json: illegal base64 data at input byte 0',
    ],
    [
      'two owners that cannot be told apart',
      '?fieldManager=m',
      configMap('a', {}, { ownerReferences: [1, 2].map(() => ({ apiVersion: 'v1', kind: 'ConfigMap', name: 'o', uid: 'u' })) }),
      500,
      'failed to create typed patch object (/a; /v1, Kind=ConfigMap): .metadata.ownerReferences: duplicate entries for key [uid="u"]',
    ],
    [
      'an old version',
      '?fieldManager=m',
      configMap('a', {}, { resourceVersion: '1' }),
      409,
      'Operation cannot be fulfilled on configmaps "a": the object has been modified; please apply your changes to the latest version and try again',
    ],
    [
      'a key twice',
      '?fieldManager=m&fieldValidation=Strict',
      'apiVersion: v1\nkind: ConfigMap\ndata:\n  a: "1"\n  a: "2"\n',
      400,
      'error strict decoding YAML: error converting YAML to JSON: yaml: unmarshal errors:\n  line 5: key "a" already set in map',
    ],
  ])('with %s is refused', async (_, query, body, code, message) => {
    await apply('one', { x: '1' })
    const reply = await api.patch(`${path}${query}`, body, { type: APPLY })
    expect([reply.code, reply.body.message]).toEqual([code, message])
  })
})

describe('lists with keys', () => {
  const deployments = '/apis/apps/v1/namespaces/default/deployments'
  const deployment = (spec: object, containers: object[], labels: object = { a: 'b' }) => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'd' },
    spec: { ...spec, template: { metadata: { labels }, spec: { containers } } },
  })
  const whole = (...containers: object[]) => deployment({ replicas: 2, selector: { matchLabels: { a: 'b' } } }, containers)
  const containersOf = (body: unknown) =>
    (body as { spec: { template: { spec: { containers: Record<string, unknown>[] } } } }).spec.template.spec.containers.map(
      ({ name, image, env }) => ({ name, image, env }),
    )

  test('are shared item by item', async () => {
    await api.apply(`${deployments}/d`, 'one', whole({ name: 'c', image: 'i' }))
    const env = [{ name: 'X', value: '1' }]
    const { body } = await api.apply(
      `${deployments}/d`,
      'two',
      deployment({}, [
        { name: 'c', env },
        { name: 's', image: 's' },
      ]),
    )
    expect(containersOf(body)).toEqual([
      { name: 'c', image: 'i', env },
      { name: 's', image: 's', env: undefined },
    ])
    const without = await api.apply(`${deployments}/d`, 'two', deployment({}, [{ name: 's', image: 's' }]))
    expect(containersOf(without.body)[0]).toEqual({ name: 'c', image: 'i', env: undefined })
  })

  test('lose an item with all its defaults when its last owner lets go', async () => {
    await api.apply(`${deployments}/d`, 'one', whole({ name: 'c', image: 'i' }, { name: 's', image: 's', ports: [{ containerPort: 1 }] }))
    const { body } = await api.apply(`${deployments}/d`, 'one', whole({ name: 'c', image: 'i' }))
    expect(containersOf(body)).toEqual([{ name: 'c', image: 'i', env: undefined }])
  })

  test('that are empty are nothing to own', async () => {
    const { metadata } = await api.apply(`${deployments}/d`, 'one', whole({ name: 'c', image: 'i', env: [] }))
    expect(JSON.stringify(metadata.managedFields)).not.toContain('f:env')
  })

  test('and the status is applied on a path of its own, with an owner of its own', async () => {
    await api.apply(`${deployments}/d`, 'one', whole({ name: 'c', image: 'i' }))
    const status = { ...deployment({}, []), spec: undefined, status: { collisionCount: 7 } }
    const { body, metadata } = await api.apply(`${deployments}/d/status`, 'controller', status)
    expect(body).toMatchObject({ spec: { replicas: 2 }, status: { collisionCount: 7 } })
    const owner = metadata.managedFields?.find(({ manager }) => manager === 'controller')
    expect(owner).toMatchObject({ operation: 'Apply', subresource: 'status', fieldsV1: { 'f:status': { 'f:collisionCount': {} } } })
  })
})
