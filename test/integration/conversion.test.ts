// Custom resources in several versions that a webhook converts. The same on both servers.
import { eventually } from '@kubewright/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { useCluster } from './harness.ts'
import { startWebhookServer, type WebhookServer } from './webhook-server.ts'
import { type Reply, type Wire, wire } from './wire.ts'

const bench = useCluster()
const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
const GROUP = 'convert.example.com'

let admin: Wire
let hook: WebhookServer
let namespace: string
beforeAll(async () => {
  admin = wire(bench.cluster.connection)
  hook = await startWebhookServer()
  namespace = await bench.namespace()
})
afterAll(async () => {
  admin[Symbol.dispose]()
  await hook[Symbol.asyncDispose]()
})
beforeEach(() => void hook.calls.splice(0))

interface Rope {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { readonly name: string; readonly labels?: object }
  readonly spec: { readonly metres?: number; readonly length?: string; readonly extra?: string }
}

/** v1 has metres as a number, v2 a length as text; and the converter says by a label that it was there. */
function converted(object: Rope, desired: string): object {
  const { metadata, kind, spec } = object
  const metres = spec.metres ?? Number.parseInt(spec.length ?? '0', 10)
  const wanted = desired.endsWith('/v1') ? { metres } : { length: `${metres}m`, extra: 'pruned in v2' }
  return { apiVersion: desired, kind, metadata: { ...metadata, labels: { ...metadata.labels, converted: 'yes' } }, spec: wanted }
}

const convertAll = ({ request }: { request: { objects: readonly Rope[]; desiredAPIVersion: string } }) => ({
  response: {
    result: { status: 'Success' },
    convertedObjects: request.objects.map((object) => converted(object, request.desiredAPIVersion)),
  },
})

const schema = (properties: object) => ({
  openAPIV3Schema: {
    type: 'object',
    properties: { spec: { type: 'object', properties: { ...properties, colour: { type: 'string', default: 'white' } } } },
  },
})
const versions = (storage: 'v1' | 'v2') => [
  { name: 'v1', served: true, storage: storage === 'v1', schema: schema({ metres: { type: 'integer' } }) },
  {
    name: 'v2',
    served: true,
    storage: storage === 'v2',
    schema: schema({ length: { type: 'string' } }),
    selectableFields: [{ jsonPath: '.spec.length' }],
    additionalPrinterColumns: [{ name: 'Length', type: 'string', jsonPath: '.spec.length' }],
  },
]

let kinds = 0
/** A kind of its own for a test, with the converter at `/PLURAL`; resolves when both versions are served. */
async function define(storage: 'v1' | 'v2' = 'v1'): Promise<string> {
  const plural = `ropes${++kinds}`
  hook.answer(`/${plural}`, convertAll)
  const reply = await admin.send('POST', DEFINITIONS, {
    metadata: { name: `${plural}.${GROUP}` },
    spec: {
      group: GROUP,
      scope: 'Namespaced',
      names: { plural, kind: `Rope${kinds}` },
      conversion: {
        strategy: 'Webhook',
        webhook: { conversionReviewVersions: ['v1'], clientConfig: { url: `${hook.url}/${plural}`, caBundle: hook.caBundle } },
      },
      versions: versions(storage),
    },
  })
  expect([reply.code, reply.body.message]).toEqual([201, undefined])
  for (const version of ['v1', 'v2']) await eventually(async () => expect((await admin.send('GET', at(version, plural))).code).toBe(200))
  return plural
}

const at = (version: string, plural: string, rest = '') => `/apis/${GROUP}/${version}/namespaces/${namespace}/${plural}${rest}`
const rope = (version: string, plural: string, name: string, spec: object, metadata: object = {}) => ({
  apiVersion: `${GROUP}/${version}`,
  kind: `Rope${plural.slice(5)}`,
  metadata: { name, ...metadata },
  spec,
})
async function make(version: string, plural: string, name: string, spec: object): Promise<Reply['body']> {
  const reply = await admin.send('POST', at(version, plural), rope(version, plural, name, spec))
  expect([reply.code, reply.body.message]).toEqual([201, undefined])
  return reply.body
}

describe('an object is', () => {
  test('read in each version, pruned to what that version has', async () => {
    const plural = await define()
    const { metadata } = await make('v1', plural, 'a', { metres: 3 })
    const { body } = await admin.send('GET', at('v2', plural, '/a'))
    expect(body).toMatchObject({ apiVersion: `${GROUP}/v2`, spec: { length: '3m' } })
    // Defaults belong to what is stored; a converter that drops them has dropped them.
    expect(Object.keys(body.spec)).toEqual(['length'])
    // A converter changes labels and annotations, and nothing else of metadata.
    expect(body.metadata).toMatchObject({ uid: metadata.uid, resourceVersion: metadata.resourceVersion, labels: { converted: 'yes' } })
    expect((await admin.send('GET', at('v1', plural, '/a'))).body.spec).toEqual({ metres: 3, colour: 'white' })
  })

  test('written in each version, and shown as it was written', async () => {
    const plural = await define()
    const made = await make('v2', plural, 'a', { length: '4m' })
    expect(made).toMatchObject({ apiVersion: `${GROUP}/v2`, spec: { length: '4m' } })
    expect((await admin.send('GET', at('v1', plural, '/a'))).body.spec).toEqual({ metres: 4, colour: 'white' })
    const patched = await admin.send('PATCH', at('v2', plural, '/a'), { spec: { length: '5m' } })
    expect([patched.code, patched.body.spec.length, patched.body.metadata.generation]).toEqual([200, '5m', 2])
    expect((await admin.send('GET', at('v1', plural, '/a'))).body.spec.metres).toBe(5)
    const { resourceVersion } = patched.body.metadata
    const put = await admin.send('PUT', at('v2', plural, '/a'), rope('v2', plural, 'a', { length: '6m' }, { resourceVersion }))
    expect([put.code, put.body.spec.length]).toEqual([200, '6m'])
    expect((await admin.send('DELETE', at('v2', plural, '/a'))).code).toBe(200)
    expect((await admin.send('GET', at('v1', plural, '/a'))).code).toBe(404)
  })

  test('listed in each version, by the fields that it has there, and as a table', async () => {
    const plural = await define()
    for (const [name, metres] of [
      ['a', 1],
      ['b', 2],
      ['c', 2],
    ] as const)
      await make('v1', plural, name, { metres })
    const lengths = async (query = '') =>
      (await admin.send('GET', at('v2', plural, query))).body.items.map((item: Rope) => [
        item.apiVersion,
        item.metadata.name,
        item.spec.length,
      ])
    expect(await lengths()).toEqual([
      [`${GROUP}/v2`, 'a', '1m'],
      [`${GROUP}/v2`, 'b', '2m'],
      [`${GROUP}/v2`, 'c', '2m'],
    ])
    expect((await lengths('?limit=2')).length).toBe(2)
    expect((await lengths('?fieldSelector=spec.length%3D2m')).map(([, name]: readonly string[]) => name)).toEqual(['b', 'c'])
    const table = await admin.send('GET', at('v2', plural), undefined, { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' })
    expect(table.body.rows.map(({ cells }: { cells: readonly string[] }) => cells)).toEqual([
      ['a', '1m'],
      ['b', '2m'],
      ['c', '2m'],
    ])
    const partial = await admin.send('GET', at('v2', plural), undefined, {
      accept: 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io',
    })
    expect(partial.body.items[0].metadata.labels).toEqual({ converted: 'yes' })
  })

  test('watched in each version', async () => {
    const plural = await define()
    const { metadata } = await make('v1', plural, 'a', { metres: 1 })
    const events = admin.watch(at('v2', plural, '?watch=1&resourceVersion=0'), 3)
    await admin.send('PATCH', at('v1', plural, '/a'), { spec: { metres: 2 } })
    await admin.send('DELETE', at('v1', plural, '/a'))
    const seen = (await events).map(({ type, object }) => [type, object.apiVersion, object.spec.length, object.metadata.uid])
    expect(seen.at(-1)).toEqual(['DELETED', `${GROUP}/v2`, '2m', metadata.uid])
    expect(seen.every(([, apiVersion]) => apiVersion === `${GROUP}/v2`)).toBe(true)
  })

  test('not sent to the webhook when it has the version already', async () => {
    const plural = await define()
    await make('v1', plural, 'a', { metres: 1 })
    hook.calls.splice(0)
    await admin.send('GET', at('v1', plural, '/a'))
    await admin.send('PATCH', at('v1', plural, '/a'), { spec: { metres: 2 } })
    // A real server's cache of the other version follows all the same.
    const asked = hook.calls.filter(({ review }) => review.request.desiredAPIVersion === `${GROUP}/v1`)
    expect(asked).toEqual([])
  })
})

describe('a converter that', () => {
  const answers: readonly (readonly [string, (objects: readonly Rope[], desired: string) => object, RegExp])[] = [
    [
      'fails',
      () => ({ result: { status: 'Failure', message: 'no rope' } }),
      /^conversion webhook for convert\.example\.com\/v2, Kind=Rope\d+ failed: no rope$/,
    ],
    ['says nothing', () => ({}), /failed: response\.result\.status was '', not 'Success'$/],
    ['loses an object', () => ({ result: { status: 'Success' }, convertedObjects: [] }), /returned 0 objects, expected 1$/],
    [
      'converts to another version',
      (objects) => ({ result: { status: 'Success' }, convertedObjects: objects }),
      /returned invalid object at index 0: invalid groupVersion \(expected convert\.example\.com\/v1, received convert\.example\.com\/v2\)$/,
    ],
    [
      'makes another kind',
      (objects, desired) => ({
        result: { status: 'Success' },
        convertedObjects: objects.map((object) => ({ ...converted(object, desired), kind: 'Chain' })),
      }),
      /returned invalid object at index 0: invalid kind \(expected Rope\d+, received Chain\)$/,
    ],
    [
      'renames',
      (objects, desired) => ({
        result: { status: 'Success' },
        convertedObjects: objects.map((object) => ({ ...converted(object, desired), metadata: { ...object.metadata, name: 'x' } })),
      }),
      /returned invalid object: must have the same name: a != x$/,
    ],
    [
      'answers for another request',
      () => ({ uid: 'x', result: { status: 'Success' }, convertedObjects: [] }),
      /failed: expected response\.uid="[-0-9a-f]+", got "x"$/,
    ],
  ]

  test.for(answers)('%s fails the request, and says why', async ([, how, message]) => {
    const plural = await define()
    hook.answer(`/${plural}`, ({ request }) => ({ response: how(request.objects, request.desiredAPIVersion) }))
    const { code, body } = await admin.send('POST', at('v2', plural), rope('v2', plural, 'a', { length: '1m' }))
    expect([code, body.reason]).toEqual([500, undefined])
    expect(body.message).toMatch(message)
    expect((await admin.send('GET', at('v1', plural))).body.items).toEqual([])
  })

  test('is not there fails what needs it, and nothing else', async () => {
    const plural = await define()
    await admin.send('PATCH', `${DEFINITIONS}/${plural}.${GROUP}`, {
      spec: { conversion: { webhook: { clientConfig: { url: 'https://127.0.0.1:1/x' } } } },
    })
    const message = /failed: Post "https:\/\/127\.0\.0\.1:1\/x\?timeout=30s": dial tcp 127\.0\.0\.1:1: connect: connection refused$/
    await eventually(async () => {
      const { body } = await admin.send(
        'POST',
        at('v2', plural, ''),
        rope('v2', plural, `x-${Math.trunc(performance.now())}`, { length: '1m' }),
      )
      expect(body.message).toMatch(message)
    })
    await make('v1', plural, 'a', { metres: 1 })
    expect((await admin.send('GET', at('v1', plural, '/a'))).code).toBe(200)
    expect((await admin.send('DELETE', at('v1', plural, '/a'))).code).toBe(200)
  })
})

test('the version in which objects are kept can change: old ones stay readable, are moved by a write, and the old version can go when none is left', async () => {
  const plural = await define('v1')
  const definition = `${DEFINITIONS}/${plural}.${GROUP}`
  await make('v1', plural, 'old', { metres: 1 })
  const changed = await admin.send('PATCH', definition, { spec: { versions: versions('v2') } })
  expect(changed.body.status.storedVersions).toEqual(['v1', 'v2'])
  await eventually(async () => expect((await admin.send('GET', at('v2', plural, '/old'))).body.spec?.length).toBe('1m'))
  expect((await admin.send('GET', at('v1', plural, '/old'))).body.spec.metres).toBe(1)

  // Nothing but the version in which it is kept changes, and that is a change.
  const before = (await admin.send('GET', at('v2', plural, '/old'))).body
  await eventually(async () => {
    const after = (await admin.send('PUT', at('v2', plural, '/old'), (await admin.send('GET', at('v2', plural, '/old'))).body)).body
    expect(after.metadata.resourceVersion).not.toBe(before.metadata.resourceVersion)
  })

  const without = { spec: { versions: versions('v2').slice(1) } }
  expect((await admin.send('PATCH', definition, without)).body.message).toMatch(
    /status\.storedVersions\[0\]: Invalid value: "v1": missing from spec\.versions/,
  )
  expect((await admin.send('PATCH', `${definition}/status`, { status: { storedVersions: ['v2'] } })).body.status.storedVersions).toEqual([
    'v2',
  ])
  expect((await admin.send('PATCH', definition, without)).code).toBe(200)
  expect((await admin.send('GET', at('v2', plural, '/old'))).body.spec.length).toBe('1m')
})
