import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { namesOf, type TestClient, testClient } from '../test-client/api-client.ts'

let api: TestClient
beforeEach(async () => {
  api = await testClient()
})
afterEach(() => api[Symbol.asyncDispose]())

const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
const WIDGETS = '/apis/example.com/v1/namespaces/default/widgets'
const TABLE = 'application/json;as=Table;g=meta.k8s.io;v=v1'

const schema = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      required: ['size'],
      properties: {
        size: { type: 'integer', minimum: 1, maximum: 10 },
        mode: { type: 'string', enum: ['a', 'b'], default: 'a' },
        parts: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['name'],
          items: { type: 'object', required: ['name'], properties: { name: { type: 'string' }, count: { type: 'integer', default: 7 } } },
        },
        free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
      },
    },
    status: { type: 'object', properties: { size: { type: 'integer' }, selector: { type: 'string' } } },
  },
}

const definition = (changes: object = {}, version: object = {}) => ({
  metadata: { name: 'widgets.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { plural: 'widgets', kind: 'Widget', shortNames: ['wd'] },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: schema },
        subresources: {
          status: {},
          scale: { specReplicasPath: '.spec.size', statusReplicasPath: '.status.size', labelSelectorPath: '.status.selector' },
        },
        additionalPrinterColumns: [{ name: 'Size', type: 'integer', jsonPath: '.spec.size' }],
        selectableFields: [{ jsonPath: '.spec.mode' }],
        ...version,
      },
      {
        name: 'v1alpha1',
        served: true,
        storage: false,
        deprecated: true,
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
    ...changes,
  },
})

const widget = (name: string, spec: object = { size: 3 }, rest: object = {}) => ({
  apiVersion: 'example.com/v1',
  kind: 'Widget',
  metadata: { name },
  spec,
  ...rest,
})

const message = ({ code, body }: Awaited<ReturnType<TestClient['get']>>) => [code, body.message]

describe('a definition', () => {
  test('serves its kind as soon as it is accepted', async () => {
    expect((await api.get(WIDGETS)).code).toBe(404)
    const { body } = await api.post(DEFINITIONS, definition())
    expect(body['status']).toEqual({ conditions: null, acceptedNames: { plural: '', kind: '' }, storedVersions: ['v1'] })
    expect((await api.post(WIDGETS, widget('a'))).code).toBe(201)
    expect((await api.get(`${DEFINITIONS}/widgets.example.com`)).body).toMatchObject({
      status: {
        acceptedNames: { plural: 'widgets', singular: 'widget', kind: 'Widget', listKind: 'WidgetList', shortNames: ['wd'] },
        conditions: [
          { type: 'NamesAccepted', status: 'True', reason: 'NoConflicts' },
          { type: 'Established', status: 'True', reason: 'InitialNamesAccepted' },
        ],
      },
    })
  })

  test('that wants the names of another is kept, told so, and not served', async () => {
    await api.post(DEFINITIONS, definition())
    const gadgets = definition({ names: { plural: 'gadgets', kind: 'Widget' } })
    await api.post(DEFINITIONS, { ...gadgets, metadata: { name: 'gadgets.example.com' } })
    expect((await api.get(`${DEFINITIONS}/gadgets.example.com`)).body).toMatchObject({
      status: {
        conditions: [
          { type: 'NamesAccepted', status: 'False', reason: 'ListKindConflict', message: '"WidgetList" is already in use' },
          { type: 'Established', status: 'False', reason: 'NotAccepted' },
        ],
      },
    })
    expect((await api.get('/apis/example.com/v1/namespaces/default/gadgets')).code).toBe(404)
  })

  test('may change its schema, which counts for the next write', async () => {
    await api.post(DEFINITIONS, definition())
    await api.post(WIDGETS, widget('a', { size: 9 }))
    const { metadata } = await api.get(`${DEFINITIONS}/widgets.example.com`)
    const spec = { ...schema.properties.spec, properties: { ...schema.properties.spec.properties, size: { type: 'integer', maximum: 5 } } }
    const stricter = definition({}, { schema: { openAPIV3Schema: { ...schema, properties: { ...schema.properties, spec } } } })
    const { resourceVersion } = metadata
    const updated = await api.put(`${DEFINITIONS}/widgets.example.com`, {
      ...stricter,
      metadata: { ...stricter.metadata, resourceVersion },
    })
    expect([updated.code, updated.metadata.generation]).toEqual([200, 2])
    expect((await api.post(WIDGETS, widget('b', { size: 9 }))).code).toBe(422)
    expect((await api.get(`${WIDGETS}/a`)).body).toMatchObject({ spec: { size: 9 } })
  })

  test('goes when the last of its objects has gone, and takes them with it', async () => {
    await api.post(DEFINITIONS, definition())
    await api.post(WIDGETS, widget('a'))
    await api.post(WIDGETS, { ...widget('held'), metadata: { name: 'held', finalizers: ['example.com/hold'] } })
    const watch = await api.watch(WIDGETS)
    expect((await api.delete(`${DEFINITIONS}/widgets.example.com`)).metadata.finalizers).toEqual([
      'customresourcecleanup.apiextensions.k8s.io',
    ])
    expect(message(await api.post(WIDGETS, widget('late')))).toEqual([
      403,
      'widgets.example.com "late" is forbidden: create not allowed while custom resource definition is terminating',
    ])
    await api.settle()
    expect(namesOf(await api.get(WIDGETS))).toEqual(['held'])
    expect((await api.get(`${DEFINITIONS}/widgets.example.com`)).text).toContain('InstanceDeletionInProgress')
    await api.patch(`${WIDGETS}/held`, { metadata: { finalizers: null } })
    await api.settle()
    expect((await api.get(`${DEFINITIONS}/widgets.example.com`)).code).toBe(404)
    expect((await api.get(WIDGETS)).text).toBe('404 page not found\n')
    await watch.ended
    expect(await watch.seen(5)).toEqual(['ADDED a', 'ADDED held', 'DELETED a', 'MODIFIED held', 'DELETED held'])
  })
})

describe('a custom resource', () => {
  beforeEach(() => api.post(DEFINITIONS, definition()))

  test('is pruned, given its defaults, and starts without a status', async () => {
    const given = { size: 3, parts: [{ name: 'x', odd: 1 }], free: { any: { thing: 1 } }, odd: 2 }
    const { body, headers } = await api.post(WIDGETS, widget('a', given, { status: { size: 1 } }))
    expect(body).toMatchObject({ metadata: { generation: 1 } })
    expect(body['spec']).toEqual({ size: 3, mode: 'a', parts: [{ name: 'x', count: 7 }], free: { any: { thing: 1 } } })
    expect(body).not.toHaveProperty('status')
    expect(headers['warning']).toBe('299 - "unknown field \\"spec.odd\\"", 299 - "unknown field \\"spec.parts[0].odd\\""')
  })

  test.each<readonly [string, unknown, number, string]>([
    [
      'a value out of range',
      widget('b', { size: 30 }),
      422,
      'Widget.example.com "b" is invalid: spec.size: Invalid value: 30: spec.size in body should be less than or equal to 10',
    ],
    [
      'a value not in the list',
      widget('b', { size: 3, mode: 'c' }),
      422,
      'Widget.example.com "b" is invalid: spec.mode: Unsupported value: "c": supported values: "a", "b"',
    ],
    ['a field missing', widget('b', {}), 422, 'Widget.example.com "b" is invalid: spec.size: Required value'],
    [
      'a key twice',
      widget('b', { size: 3, parts: [{ name: 'd' }, { name: 'd' }] }),
      422,
      'Widget.example.com "b" is invalid: spec.parts[1]: Duplicate value: {"name":"d"}',
    ],
    [
      'no kind',
      { apiVersion: 'example.com/v1' },
      400,
      `the object provided is unrecognized (must be of type Widget): Object 'Kind' is missing in '{"apiVersion":"example.com/v1"}' ({"apiVersion":"example.com/v1" ...)`,
    ],
    [
      'another version',
      { ...widget('b'), apiVersion: 'v1' },
      400,
      'the API version in the data (v1) does not match the expected API version (example.com/v1)',
    ],
    ['another kind', { ...widget('b'), kind: 'Foo' }, 422, 'Foo.example.com "b" is invalid: kind: Invalid value: "Foo": must be Widget'],
  ])('with %s is refused', async (_, body, code, text) => {
    expect(message(await api.post(WIDGETS, body))).toEqual([code, text])
  })

  test('with unknown fields is refused when the client is strict', async () => {
    const { body } = await api.post(`${WIDGETS}?fieldValidation=Strict`, widget('b', { size: 3, odd: 1 }, { more: 1 }))
    expect(body.message).toContain('strict decoding error: unknown field "more", unknown field "spec.odd"')
  })

  test('may have a finalizer without a path, and is warned', async () => {
    const { code, headers } = await api.post(WIDGETS, { ...widget('a'), metadata: { name: 'a', finalizers: ['hold.example.com'] } })
    expect(code).toBe(201)
    expect(headers['warning']).toContain('prefer a domain-qualified finalizer name including a path (/)')
    expect((await api.delete(`${WIDGETS}/a`)).metadata.deletionTimestamp).toBeDefined()
    expect((await api.patch(`${WIDGETS}/a`, { metadata: { finalizers: [] } })).code).toBe(200)
    expect((await api.get(`${WIDGETS}/a`)).code).toBe(404)
  })

  test('must be updated with its version', async () => {
    const { metadata } = await api.post(WIDGETS, widget('a'))
    expect(message(await api.put(`${WIDGETS}/a`, widget('a')))).toEqual([
      422,
      'widgets.example.com "a" is invalid: metadata.resourceVersion: Invalid value: 0: must be specified for an update',
    ])
    const { resourceVersion } = metadata
    const { body } = await api.put(`${WIDGETS}/a`, { ...widget('a', { size: 4 }), metadata: { name: 'a', resourceVersion } })
    expect(body).toMatchObject({ metadata: { generation: 2 }, spec: { size: 4 } })
  })

  test('has a status of its own, which is no new generation', async () => {
    await api.post(WIDGETS, widget('a'))
    const { body } = await api.patch(`${WIDGETS}/a/status`, { spec: { size: 9 }, status: { size: 2, odd: 1 } })
    expect(body).toMatchObject({ metadata: { generation: 1 }, spec: { size: 3 } })
    expect(body['status']).toEqual({ size: 2 })
    expect((await api.patch(`${WIDGETS}/a`, { status: { size: 5 } })).body['status']).toEqual({ size: 2 })
    expect((await api.patch(`${WIDGETS}/a/status`, { status: { size: 'x' } })).code).toBe(422)
  })

  test('scales', async () => {
    await api.post(WIDGETS, widget('a'))
    await api.patch(`${WIDGETS}/a/status`, { status: { size: 2, selector: 'a=b' } })
    expect((await api.get(`${WIDGETS}/a/scale`)).body).toMatchObject({ spec: { replicas: 3 }, status: { replicas: 2, selector: 'a=b' } })
    // Without a version, unlike the object itself.
    const scale = { kind: 'Scale', apiVersion: 'autoscaling/v1', metadata: { name: 'a' }, spec: { replicas: 6 } }
    expect((await api.put(`${WIDGETS}/a/scale`, scale)).body).toMatchObject({ spec: { replicas: 6 } })
    expect(message(await api.patch(`${WIDGETS}/a/scale`, { spec: { replicas: -1 } }))).toEqual([
      422,
      'Widget.example.com "a" is invalid: .spec.size: Invalid value: -1: should be a non-negative integer',
    ])
    expect((await api.patch(`${WIDGETS}/a/scale`, { spec: { replicas: 60 } })).body.message).toContain('should be less than or equal to 10')
  })

  test('that does not say how many has no scale to read, and gets one by a patch', async () => {
    const scale = `${WIDGETS}/a/scale`
    await api.delete(`${DEFINITIONS}/widgets.example.com`)
    await api.settle()
    const { required: _required, ...spec } = schema.properties.spec
    const optional = { openAPIV3Schema: { ...schema, properties: { ...schema.properties, spec } } }
    await api.post(DEFINITIONS, definition({}, { schema: optional }))
    await api.post(WIDGETS, { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'a' }, spec: {} })
    expect([await api.get(scale), await api.patch(scale, { spec: {} })].map(({ code, body }) => [code, body.message])).toEqual([
      [500, 'Internal error occurred: the spec replicas field ".spec.size" does not exist'],
      [400, 'the spec replicas field ".spec.size" cannot be empty'],
    ])
    expect((await api.patch(scale, { spec: { replicas: 4 } })).body['spec']).toEqual({ replicas: 4 })
    expect((await api.get(`${WIDGETS}/a`)).body['spec']).toEqual({ size: 4, mode: 'a' })
  })

  test('is served in each version, and the deprecated one says which to use', async () => {
    await api.post(WIDGETS, widget('a'))
    const { body, headers } = await api.get(`${WIDGETS.replace('/v1/', '/v1alpha1/')}/a`)
    expect(body).toMatchObject({ apiVersion: 'example.com/v1alpha1', kind: 'Widget', spec: { size: 3 } })
    expect(headers['warning']).toBe('299 - "example.com/v1alpha1 Widget is deprecated; use example.com/v1 Widget"')
  })

  test('is shown in its columns, or with its age where it has none', async () => {
    await api.post(WIDGETS, widget('a'))
    const cells = async (path: string) => {
      const { body } = await api.get(path, { accept: TABLE })
      const table = body as unknown as { columnDefinitions: { name: string; type: string }[]; rows: { cells: unknown[] }[] }
      return [table.columnDefinitions.map(({ name, type }) => `${name} ${type}`), table.rows[0]?.cells]
    }
    expect(await cells(WIDGETS)).toEqual([
      ['Name string', 'Size integer'],
      ['a', 3],
    ])
    expect(await cells(WIDGETS.replace('/v1/', '/v1alpha1/'))).toEqual([
      ['Name string', 'Age date'],
      ['a', '0s'],
    ])
  })

  test('is listed with its kind in each item, and selected by the fields that are named for it', async () => {
    await api.post(WIDGETS, widget('a'))
    await api.post(WIDGETS, widget('b', { size: 1, mode: 'b' }))
    const { body } = await api.get(WIDGETS)
    expect(body).toMatchObject({
      kind: 'WidgetList',
      metadata: { continue: '' },
      items: [{ kind: 'Widget', apiVersion: 'example.com/v1' }, {}],
    })
    expect(namesOf(await api.get(`${WIDGETS}?fieldSelector=spec.mode=b`))).toEqual(['b'])
    expect(message(await api.get(`${WIDGETS}?fieldSelector=spec.size=1`))).toEqual([400, 'field label not supported: spec.size'])
  })
})

describe('rules in CEL', () => {
  const spec = { type: 'object', properties: { a: { type: 'integer' }, b: { type: 'integer' } } }
  const version = (rules: readonly object[]) => ({
    schema: { openAPIV3Schema: { type: 'object', properties: { spec: { ...spec, 'x-kubernetes-validations': rules } } } },
    subresources: {},
    selectableFields: [],
  })

  test('are asked at every write', async () => {
    expect((await api.post(DEFINITIONS, definition({}, version([{ rule: 'self.a > 5' }])))).code).toBe(201)
    expect(message(await api.post(WIDGETS, widget('a', { a: 1 })))).toEqual([
      422,
      'Widget.example.com "a" is invalid: spec: Invalid value: failed rule: self.a > 5',
    ])
    expect((await api.post(WIDGETS, widget('a', { a: 6 }))).code).toBe(201)
    expect((await api.patch(`${WIDGETS}/a`, { spec: { a: 2 } })).code).toBe(422)
    const applied = { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'b' }, spec: { a: 2 } }
    expect((await api.apply(`${WIDGETS}/b`, 'm', applied)).code).toBe(422)
  })

  test('that an object broke before are a warning until the part is touched', async () => {
    await api.post(DEFINITIONS, definition({}, version([])))
    await api.post(WIDGETS, widget('a', { a: 1 }))
    const versions = definition({}, version([{ rule: 'self.a > 5', message: 'zu klein: größer als 5' }])).spec.versions
    expect((await api.patch(`${DEFINITIONS}/widgets.example.com`, { spec: { versions } })).code).toBe(200)
    const labelled = await api.patch(`${WIDGETS}/a`, { metadata: { labels: { a: 'b' } } })
    // Headers are bytes: what Node shows as Latin-1 is UTF-8.
    const warning = Buffer.from(labelled.headers['warning'] ?? '', 'latin1').toString()
    expect([labelled.code, warning]).toEqual([200, '299 - "spec: Invalid value: zu klein: größer als 5"'])
    expect((await api.patch(`${WIDGETS}/a`, { spec: { b: 1 } })).code).toBe(422)
  })

  test('that do not compile keep a definition from being taken', async () => {
    const refused = await api.post(DEFINITIONS, definition({}, version([{ rule: 'self.c > 5' }])))
    expect(refused.code).toBe(422)
    expect(refused.body.message).toContain("undefined field 'c'")
  })
})

describe('an object that was stored under an earlier schema', () => {
  const withProperties = (properties: object, ...more: object[]) =>
    definition({
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object', properties } } }, ...more],
    })
  const put = async (body: ReturnType<typeof withProperties>) => {
    const path = `${DEFINITIONS}/widgets.example.com`
    const { resourceVersion } = (await api.get(path)).metadata
    return api.put(path, { ...body, metadata: { ...body.metadata, resourceVersion } })
  }
  const text = { type: 'string' }
  beforeEach(async () => {
    await api.post(DEFINITIONS, withProperties({ a: text, b: text }))
    await api.post(WIDGETS, { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'old' }, b: 'kept' })
  })

  test('is shown with the defaults that the schema has got since, everywhere', async () => {
    const { resourceVersion } = (await api.get(`${WIDGETS}/old`)).metadata
    await put(withProperties({ a: { ...text, default: 'A' }, b: text }))
    expect((await api.get(`${WIDGETS}/old`)).body).toMatchObject({ a: 'A', b: 'kept', metadata: { resourceVersion } })
    expect((await api.get(WIDGETS)).body.items).toMatchObject([{ a: 'A' }])
  })

  test('is shown without the fields that the schema has lost since', async () => {
    await put(withProperties({ a: text }))
    expect((await api.get(`${WIDGETS}/old`)).body).not.toHaveProperty('b')
  })

  test('keeps a default that it was stored with when the schema has lost that', async () => {
    await put(withProperties({ a: { ...text, default: 'A' }, b: text }))
    await api.post(WIDGETS, { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'young' } })
    await put(withProperties({ a: text, b: { ...text, default: 'B' } }))
    expect((await api.get(`${WIDGETS}/young`)).body).toMatchObject({ a: 'A', b: 'B' })
  })

  test('is shown in another version as far as that has its fields', async () => {
    const v2 = { name: 'v2', served: true, storage: false, schema: { openAPIV3Schema: { type: 'object', properties: { a: text } } } }
    await put(withProperties({ a: { ...text, default: 'A' }, b: text }, v2))
    const { body } = await api.get(`${WIDGETS.replace('/v1/', '/v2/')}/old`)
    expect(body).toMatchObject({ apiVersion: 'example.com/v2', a: 'A' })
    expect(body).not.toHaveProperty('b')
  })
})
