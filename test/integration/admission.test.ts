// Admission webhooks: who is asked, what they are told, what becomes of their answers. The same on both servers.
import { eventually } from '@kubewright/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { useCluster } from './harness.ts'
import { jsonPatch, startWebhookServer, type WebhookServer } from './webhook-server.ts'
import { type Reply, type Wire, wire } from './wire.ts'

const bench = useCluster()
const CONFIGURATIONS = '/apis/admissionregistration.k8s.io/v1'

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

interface Wanted {
  readonly kind?: 'Validating' | 'Mutating'
  readonly name: string
  /** Of each webhook its path; they are called in this order. */
  readonly paths?: readonly string[]
  readonly webhook?: object
  readonly rule?: object
}

const RULE = { operations: ['*'], apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'] }

/** A configuration whose webhooks see objects with the label `for: NAME`; resolves when the server calls them. */
async function configure({ kind = 'Validating', name, paths = [`/${name}`], webhook = {}, rule = {} }: Wanted): Promise<void> {
  const webhooks = paths.map((path) => ({
    name: `${path.slice(1)}.example.com`,
    clientConfig: { url: `${hook.url}${path}`, caBundle: hook.caBundle },
    rules: [{ ...RULE, ...rule }],
    objectSelector: { matchLabels: { for: name } },
    sideEffects: 'None',
    admissionReviewVersions: ['v1'],
    ...webhook,
  }))
  const reply = await admin.send('POST', `${CONFIGURATIONS}/${kind.toLowerCase()}webhookconfigurations`, { metadata: { name }, webhooks })
  expect([reply.code, reply.body.message]).toEqual([201, undefined])
}

let made = 0
const body = (label: string, data: object = {}) => ({ metadata: { name: `c-${++made}`, labels: { for: label } }, data })
const at = (name = '', query = '') => `/api/v1/namespaces/${namespace}/configmaps${name && `/${name}`}${query}`
const create = (label: string, data?: object) => admin.send('POST', at(), body(label, data))
const refusal = ({ code, body: { message } }: Reply) => [code, message]
const reviewsAt = (path: string) => hook.calls.filter((call) => call.path === path).map(({ review }) => review.request)

/** A real server hears of a configuration a moment after it was written. */
async function untilCalled(label: string, path = `/${label}`): Promise<void> {
  await eventually(async () => {
    await admin.send('POST', at('', '?dryRun=All'), body(label))
    expect(reviewsAt(path)).not.toEqual([])
  })
  hook.calls.splice(0)
}

describe('a webhook is told', () => {
  beforeAll(async () => {
    await configure({ name: 'told' })
    await configure({ kind: 'Mutating', name: 'asked', webhook: { objectSelector: { matchLabels: { for: 'told' } } } })
    await untilCalled('told')
    await untilCalled('told', '/asked')
  })

  test('of what is created: the mutating one before the server adds its own, the validating one after it', async () => {
    const object = { metadata: { generateName: 'g-', labels: { for: 'told' } }, data: { a: '1' } }
    const made = await admin.send('POST', at('', '?fieldManager=me&fieldValidation=Strict'), object)
    const { name, uid, creationTimestamp } = made.body.metadata
    const [asked] = reviewsAt('/asked')
    const [told] = reviewsAt('/told')
    const common = {
      kind: { group: '', version: 'v1', kind: 'ConfigMap' },
      resource: { group: '', version: 'v1', resource: 'configmaps' },
      requestKind: { group: '', version: 'v1', kind: 'ConfigMap' },
      requestResource: { group: '', version: 'v1', resource: 'configmaps' },
      namespace,
      operation: 'CREATE',
      oldObject: null,
      dryRun: false,
      options: { kind: 'CreateOptions', apiVersion: 'meta.k8s.io/v1', fieldManager: 'me', fieldValidation: 'Strict' },
    }
    expect(asked).toMatchObject(common)
    expect(asked.userInfo.groups).toEqual(['system:masters', 'system:authenticated'])
    expect(asked.name).toBeUndefined()
    expect(asked.object).toMatchObject({
      kind: 'ConfigMap',
      apiVersion: 'v1',
      metadata: { generateName: 'g-', namespace },
      data: { a: '1' },
    })
    expect(asked.object.metadata.uid).toBeUndefined()
    expect(asked.object.metadata.managedFields).toHaveLength(1)
    expect(told).toMatchObject({ ...common, name, object: { metadata: { name, uid, creationTimestamp } } })
    expect(told.object.metadata.resourceVersion).toBeUndefined()
  })

  test('of a change: both states', async () => {
    const { metadata } = (await create('told', { a: '1' })).body
    hook.calls.splice(0)
    await admin.send('PATCH', at(metadata.name, '?fieldManager=me'), { data: { a: '2' } })
    expect(reviewsAt('/told')).toEqual([
      expect.objectContaining({
        name: metadata.name,
        operation: 'UPDATE',
        object: expect.objectContaining({ data: { a: '2' } }),
        oldObject: expect.objectContaining({ kind: 'ConfigMap', apiVersion: 'v1', data: { a: '1' } }),
        options: { kind: 'UpdateOptions', apiVersion: 'meta.k8s.io/v1', fieldManager: 'me' },
      }),
    ])
    expect(reviewsAt('/told')[0].object.metadata.uid).toBe(metadata.uid)
  })

  test('of a removal: the last state', async () => {
    const { metadata } = (await create('told')).body
    hook.calls.splice(0)
    await admin.send('DELETE', at(metadata.name, '?propagationPolicy=Background'))
    for (const path of ['/asked', '/told']) {
      expect(reviewsAt(path)).toEqual([
        expect.objectContaining({
          name: metadata.name,
          operation: 'DELETE',
          object: null,
          oldObject: expect.objectContaining({ metadata: expect.objectContaining({ uid: metadata.uid }) }),
        }),
      ])
    }
  })

  test('that it is a dry run', async () => {
    await admin.send('POST', at('', '?dryRun=All'), body('told'))
    expect(reviewsAt('/told')).toEqual([expect.objectContaining({ dryRun: true, options: expect.objectContaining({ dryRun: ['All'] }) })])
  })

  test('who asks, when somebody asks for another', async () => {
    const headers = { 'impersonate-user': 'ann', 'impersonate-group': ['system:masters'], 'impersonate-extra-team': ['a'] }
    await admin.send('POST', at(), body('told'), headers)
    expect(reviewsAt('/told')[0].userInfo).toEqual({
      username: 'ann',
      groups: ['system:masters', 'system:authenticated'],
      extra: { team: ['a'] },
    })
  })
})

test('of a scaled object a webhook sees the Scale, and may change it', async () => {
  const rule = { apiGroups: ['apps'], resources: ['deployments/scale'], operations: ['UPDATE'] }
  await configure({
    kind: 'Mutating',
    name: 'scale',
    rule,
    webhook: { objectSelector: {}, namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } } },
  })
  hook.answer('/scale', () => ({ response: jsonPatch([{ op: 'replace', path: '/spec/replicas', value: 7 }]) }))
  const template = { metadata: { labels: { app: 'a' } }, spec: { containers: [{ name: 'a', image: 'a' }] } }
  const deployments = `/apis/apps/v1/namespaces/${namespace}/deployments`
  await admin.send('POST', deployments, { metadata: { name: 'web' }, spec: { selector: { matchLabels: { app: 'a' } }, template } })
  await eventually(async () => {
    const { body } = await admin.send('PATCH', `${deployments}/web/scale`, { spec: { replicas: 3 } })
    expect(body).toMatchObject({ kind: 'Scale', spec: { replicas: 7 } })
  })
  expect(reviewsAt('/scale').at(-1)).toMatchObject({
    kind: { group: 'autoscaling', version: 'v1', kind: 'Scale' },
    resource: { group: 'apps', version: 'v1', resource: 'deployments' },
    subResource: 'scale',
    requestSubResource: 'scale',
    object: { kind: 'Scale', apiVersion: 'autoscaling/v1', spec: { replicas: 3 } },
  })
})

describe('mutating webhooks', () => {
  test('are called by name and order, each sees what the one before it made', async () => {
    const append = (letter: string) => (review: { request: { object: { data?: { said?: string } } } }) => ({
      response: jsonPatch([{ op: 'add', path: '/data/said', value: `${review.request.object.data?.said ?? ''}${letter}` }]),
    })
    for (const letter of ['a', 'b', 'c']) hook.answer(`/chain-${letter}`, append(letter))
    const webhook = { objectSelector: { matchLabels: { for: 'chain' } } }
    await configure({ kind: 'Mutating', name: 'chain-2', paths: ['/chain-c'], webhook })
    await configure({ kind: 'Mutating', name: 'chain-1', paths: ['/chain-b', '/chain-a'], webhook })
    await eventually(async () => expect((await create('chain', { x: '1' })).body.data).toEqual({ x: '1', said: 'bac' }))
  })

  test('that ask for it are called again when a later one changed something, and no other', async () => {
    hook.answer('/again-late', () => ({ response: jsonPatch([{ op: 'add', path: '/data/late', value: 'yes' }]) }))
    const webhook = { objectSelector: { matchLabels: { for: 'again' } } }
    await configure({
      kind: 'Mutating',
      name: 'again-1',
      paths: ['/again-if-needed'],
      webhook: { ...webhook, reinvocationPolicy: 'IfNeeded' },
    })
    await configure({ kind: 'Mutating', name: 'again-2', paths: ['/again-never'], webhook })
    await configure({ kind: 'Mutating', name: 'again-3', paths: ['/again-late'], webhook })
    await untilCalled('again', '/again-late')
    await create('again', { x: '1' })
    expect(hook.calls.map(({ path }) => path)).toEqual(['/again-if-needed', '/again-never', '/again-late', '/again-if-needed'])
    expect(hook.calls.at(-1)?.review.request.object.data).toEqual({ x: '1', late: 'yes' })
  })

  test('change what is stored, and own none of it', async () => {
    hook.answer('/owner', () => ({ response: jsonPatch([{ op: 'add', path: '/data/hooked', value: 'yes' }]) }))
    await configure({ kind: 'Mutating', name: 'owner' })
    await untilCalled('owner')
    const { body } = await create('owner', { x: '1' })
    expect(body.data).toEqual({ x: '1', hooked: 'yes' })
    expect(body.metadata.managedFields[0].fieldsV1['f:data']).toEqual({ '.': {}, 'f:x': {} })
    expect((await admin.send('GET', at(body.metadata.name))).body.data).toEqual({ x: '1', hooked: 'yes' })
  })

  test('make objects that must still be valid ones', async () => {
    hook.answer('/invalid', () => ({ response: jsonPatch([{ op: 'add', path: '/data/not~1a~1key', value: 'x' }]) }))
    await configure({ kind: 'Mutating', name: 'invalid' })
    await untilCalled('invalid')
    expect((await create('invalid', { x: '1' })).code).toBe(422)
  })

  test('cannot change what goes', async () => {
    await configure({ kind: 'Mutating', name: 'parting', rule: { operations: ['CREATE', 'DELETE'] } })
    await untilCalled('parting')
    const { name } = (await create('parting')).body.metadata
    hook.answer('/parting', () => ({ response: jsonPatch([{ op: 'add', path: '/data', value: {} }]) }))
    expect(refusal(await admin.send('DELETE', at(name)))).toEqual([
      500,
      'Internal error occurred: admission webhook "parting.example.com" attempted to modify the object, which is not supported for this operation',
    ])
    hook.answer('/parting', () => ({ response: { allowed: true } }))
    expect((await admin.send('DELETE', at(name))).code).toBe(200)
  })
})

describe('a rejection', () => {
  beforeAll(async () => {
    await configure({ name: 'no' })
    await untilCalled('no')
  })

  test.for([
    [{}, 400, 'admission webhook "no.example.com" denied the request without explanation', undefined],
    [{ status: { message: 'no tea' } }, 400, 'admission webhook "no.example.com" denied the request: no tea', undefined],
    [{ status: { reason: 'Forbidden', code: 403 } }, 403, 'admission webhook "no.example.com" denied the request: Forbidden', 'Forbidden'],
    [{ status: { code: 200, message: 'yes?' } }, 400, 'admission webhook "no.example.com" denied the request: yes?', undefined],
    [
      {
        status: {
          code: 422,
          reason: 'Invalid',
          message: 'bad',
          details: { causes: [{ field: 'spec.x', message: 'wrong', reason: 'FieldValueInvalid' }] },
        },
      },
      422,
      'admission webhook "no.example.com" denied the request: bad',
      'Invalid',
    ],
  ] as const)('with %j', async ([answer, code, message, reason]) => {
    hook.answer('/no', () => ({ response: { allowed: false, ...answer } }))
    const reply = await create('no')
    expect([...refusal(reply), reply.body.reason, reply.body.status]).toEqual([code, message, reason, 'Failure'])
    const details = (answer as { status?: { details?: object } }).status?.details
    if (details !== undefined) expect(reply.body.details).toEqual(details)
  })

  test('leaves nothing behind, and its warnings reach the client', async () => {
    hook.answer('/no', () => ({ response: { allowed: false, warnings: ['beware'] } }))
    const object = body('no')
    const reply = await admin.send('POST', at(), object)
    expect(reply.warnings).toEqual(['beware'])
    expect((await admin.send('GET', at(object.metadata.name))).code).toBe(404)
  })

  test('of a change keeps the old state, of a removal the object', async () => {
    hook.answer('/no', () => ({ response: { allowed: true } }))
    const { name } = (await create('no', { a: '1' })).body.metadata
    hook.answer('/no', () => ({ response: { allowed: false } }))
    expect((await admin.send('PATCH', at(name), { data: { a: '2' } })).code).toBe(400)
    // Taking the label away does not help: one of the two states is enough.
    expect((await admin.send('PATCH', at(name), { metadata: { labels: null } })).code).toBe(400)
    expect((await admin.send('DELETE', at(name))).code).toBe(400)
    expect((await admin.send('DELETE', at('', '?labelSelector=for%3Dno'))).code).toBe(400)
    expect((await admin.send('GET', at(name))).body.data).toEqual({ a: '1' })
  })
})

describe('a webhook that fails', () => {
  const failed = (name: string, why: string) => `Internal error occurred: failed calling webhook "${name}.example.com": ${why}`

  test.for([
    [
      'error',
      { status: 500, text: 'boom' },
      'failed to call webhook: an error on the server ("boom") has prevented the request from succeeding',
    ],
    ['lost', { status: 404, text: 'no' }, 'failed to call webhook: the server could not find the requested resource'],
    [
      'patching',
      { response: jsonPatch([{ op: 'add', path: '/x', value: 1 }]) },
      'received invalid webhook response: validating webhook may not return response.patch',
    ],
    [
      'foreign',
      { response: { uid: 'x', allowed: true } },
      /received invalid webhook response: expected response.uid="[-0-9a-f]+", got "x"$/,
    ],
  ] as const)('with %s stops the request, and says how', async ([name, answer, why]) => {
    await configure({ name })
    await untilCalled(name)
    hook.answer(`/${name}`, () => answer)
    const [code, message] = refusal(await create(name))
    expect(code).toBe(500)
    if (typeof why === 'string') expect(message).toBe(failed(name, why))
    else expect(message).toMatch(why)
  })

  test('is cut off after its time', async () => {
    await configure({ name: 'slow', webhook: { timeoutSeconds: 1 } })
    await untilCalled('slow')
    hook.answer('/slow', () => 'silence')
    const url = `${hook.url}/slow?timeout=1s`
    expect(refusal(await create('slow'))).toEqual([500, failed('slow', `failed to call webhook: Post "${url}": context deadline exceeded`)])
  })

  test.for([
    [
      'nobody',
      { clientConfig: { url: 'https://127.0.0.1:1/x' } },
      'Post "https://127.0.0.1:1/x?timeout=10s": dial tcp 127.0.0.1:1: connect: connection refused',
    ],
    [
      'homeless',
      { clientConfig: { service: { namespace: 'default', name: 'none', path: '/p' } } },
      'Post "https://none.default.svc:443/p?timeout=10s": service "none" not found',
    ],
  ] as const)('because there is %s stops the request', async ([name, webhook, why]) => {
    await configure({ name, webhook })
    await eventually(async () => expect(refusal(await create(name))).toEqual([500, failed(name, `failed to call webhook: ${why}`)]))
  })

  test('because its certificate is not trusted stops the request', async () => {
    await configure({ name: 'stranger', webhook: { clientConfig: { url: `${hook.url}/stranger` } } })
    await eventually(async () =>
      expect((await create('stranger')).body.message).toMatch(
        /tls: failed to verify certificate: x509: certificate signed by unknown authority$/,
      ),
    )
  })

  test('does not, when that is its policy; a rejection does all the same', async () => {
    await configure({ name: 'lenient', webhook: { failurePolicy: 'Ignore' } })
    await untilCalled('lenient')
    hook.answer('/lenient', () => ({ status: 500, text: 'boom' }))
    expect((await create('lenient')).code).toBe(201)
    hook.answer('/lenient', () => ({ response: { allowed: false } }))
    expect((await create('lenient')).code).toBe(400)
  })

  test('by a patch that cannot be applied fails the request, whatever its policy', async () => {
    await configure({ kind: 'Mutating', name: 'unpatchable', webhook: { failurePolicy: 'Ignore' } })
    await untilCalled('unpatchable')
    hook.answer('/unpatchable', () => ({ response: jsonPatch([{ op: 'remove', path: '/nope' }]) }))
    const reply = await create('unpatchable')
    expect([reply.code, reply.body.reason]).toEqual([500, 'InternalError'])
  })
})

describe('a webhook is asked', () => {
  test('about the namespaces that it selects', async () => {
    const other = await bench.namespace()
    await admin.send('PATCH', `/api/v1/namespaces/${namespace}`, { metadata: { labels: { team: 'a' } } })
    await configure({ name: 'team', webhook: { namespaceSelector: { matchLabels: { team: 'a' } } } })
    await untilCalled('team')
    await admin.send('POST', `/api/v1/namespaces/${other}/configmaps`, body('team'))
    expect(hook.calls).toEqual([])
    await create('team')
    expect(hook.calls).toHaveLength(1)
  })

  test('about a namespace by the labels that it is to have', async () => {
    const webhook = { objectSelector: {}, namespaceSelector: { matchLabels: { guarded: 'yes' } } }
    await configure({ name: 'guard', rule: { resources: ['namespaces'], operations: ['CREATE'] }, webhook })
    hook.answer('/guard', () => ({ response: { allowed: false } }))
    const namespaced = (name: string, labels: object) => admin.send('POST', '/api/v1/namespaces?dryRun=All', { metadata: { name, labels } })
    await eventually(async () => expect((await namespaced('n-1', { guarded: 'yes' })).code).toBe(400))
    expect(reviewsAt('/guard').at(-1)).toMatchObject({ name: 'n-1', namespace: 'n-1' })
    expect((await namespaced('n-2', {})).code).toBe(201)
  })

  test('about kinds of its scope', async () => {
    await configure({ name: 'cluster-scope', rule: { scope: 'Cluster', resources: ['*'] } })
    await configure({
      name: 'namespaced-scope',
      rule: { scope: 'Namespaced', resources: ['*'] },
      webhook: { objectSelector: { matchLabels: { for: 'cluster-scope' } } },
    })
    await untilCalled('cluster-scope', '/namespaced-scope')
    await create('cluster-scope')
    expect(hook.calls.map(({ path }) => path)).toEqual(['/namespaced-scope'])
    hook.calls.splice(0)
    const metadata = { name: 'scoped', labels: { for: 'cluster-scope' } }
    await eventually(async () => {
      await admin.send('POST', '/api/v1/namespaces?dryRun=All', { metadata })
      expect(reviewsAt('/cluster-scope')).not.toEqual([])
    })
    expect(reviewsAt('/namespaced-scope')).toEqual([])
  })

  test('in the version that its rules name, or not at all', async () => {
    const name = 'gadgets.demo.example.com'
    const version = (version: string, storage: boolean) => ({
      name: version,
      served: true,
      storage,
      schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
    })
    const spec = {
      group: 'demo.example.com',
      scope: 'Namespaced',
      names: { plural: 'gadgets', kind: 'Gadget' },
      versions: [version('v1', true), version('v2', false)],
    }
    await admin.send('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', { metadata: { name }, spec })
    const rule = { apiGroups: ['demo.example.com'], apiVersions: ['v1'], resources: ['gadgets'] }
    const webhook = { objectSelector: {} }
    await configure({ name: 'equivalent', rule, webhook })
    await configure({ name: 'exact', rule, webhook: { ...webhook, matchPolicy: 'Exact' } })
    const gadgets = (version: string) => `/apis/demo.example.com/${version}/namespaces/${namespace}/gadgets?dryRun=All`
    const gadget = (version: string) => ({ apiVersion: `demo.example.com/${version}`, kind: 'Gadget', metadata: { name: 'g' } })
    for (const path of ['/equivalent', '/exact']) {
      await eventually(async () => {
        await admin.send('POST', gadgets('v1'), gadget('v1'))
        expect(reviewsAt(path)).not.toEqual([])
      })
    }
    hook.calls.splice(0)
    await eventually(async () => expect((await admin.send('POST', gadgets('v2'), gadget('v2'))).code).toBe(201))
    expect(hook.calls.map(({ path }) => path)).toEqual(['/equivalent'])
    expect(reviewsAt('/equivalent')[0]).toMatchObject({
      kind: { group: 'demo.example.com', version: 'v1', kind: 'Gadget' },
      resource: { group: 'demo.example.com', version: 'v1', resource: 'gadgets' },
      requestKind: { group: 'demo.example.com', version: 'v2', kind: 'Gadget' },
      object: { apiVersion: 'demo.example.com/v1' },
    })
  })

  test('as its match conditions have it', async () => {
    const matchConditions = [
      { name: 'not-nodes', expression: '!("system:nodes" in request.userInfo.groups)' },
      { name: 'large', expression: 'has(object.data) && object.data.size == "large"' },
    ]
    await configure({ name: 'conditional', rule: { operations: ['CREATE'] }, webhook: { matchConditions } })
    await eventually(async () => {
      await admin.send('POST', at('', '?dryRun=All'), body('conditional', { size: 'large' }))
      expect(reviewsAt('/conditional')).not.toEqual([])
    })
    hook.calls.splice(0)
    expect((await create('conditional', { size: 'small' })).code).toBe(201)
    const node = { 'impersonate-user': 'n', 'impersonate-group': ['system:nodes', 'system:masters'] }
    await admin.send('POST', at(), body('conditional', { size: 'large' }), node)
    expect(hook.calls).toEqual([])
    // A key that is not there is an error, and the request pays for it.
    expect(refusal(await create('conditional', { colour: 'red' }))).toEqual([
      403,
      expect.stringMatching(
        /^configmaps "c-\d+" is forbidden: expression 'has\(object\.data\) && object\.data\.size == "large"' resulted in error: no such key: size$/,
      ),
    ])
  })

  test('never about webhook configurations: one that forbids all can be taken away', async () => {
    hook.answer('/tyrant', () => ({ response: { allowed: false } }))
    const rule = { apiGroups: ['*'], apiVersions: ['*'], resources: ['*/*'] }
    await configure({
      name: 'tyrant',
      rule,
      webhook: { objectSelector: {}, namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } } },
    })
    await eventually(async () => expect((await create('anything')).code).toBe(400))
    expect((await admin.send('DELETE', `${CONFIGURATIONS}/validatingwebhookconfigurations/tyrant`)).code).toBe(200)
    await eventually(async () => expect((await create('anything')).code).toBe(201))
  })
})

test('a change that is overtaken while a webhook thinks is made anew, or refused when it names its version', async () => {
  await configure({ name: 'thinking', rule: { operations: ['CREATE', 'UPDATE'] } })
  await untilCalled('thinking')
  const { metadata } = (await create('thinking', { a: '1' })).body
  const meanwhile = (review: { request: { object: { data?: { fast?: string } } } }) => {
    // The first time somebody else is quicker; the webhook itself sees that change, too, and lets it pass.
    if (review.request.object.data?.fast === undefined && !overtaken) {
      overtaken = true
      quick = admin.send('PATCH', at(metadata.name), { data: { fast: 'yes' } })
    }
    return { response: { allowed: true } }
  }
  let overtaken = false
  let quick: Promise<Reply> | undefined
  hook.answer('/thinking', meanwhile)
  const slow = await admin.send('PATCH', at(metadata.name), { data: { slow: 'yes' } })
  expect([slow.code, (await quick)?.code]).toEqual([200, 200])
  expect((await admin.send('GET', at(metadata.name))).body.data).toEqual({ a: '1', fast: 'yes', slow: 'yes' })
})

describe('a configuration', () => {
  const problems = async (webhook: object, kind = 'validating') => {
    const path = `${CONFIGURATIONS}/${kind}webhookconfigurations?dryRun=All`
    const reply = await admin.send('POST', path, { metadata: { name: 'x' }, webhooks: [webhook] })
    return [
      reply.code,
      ...(reply.body.details?.causes ?? []).map(({ field, message }: { field: string; message: string }) => `${field}: ${message}`),
    ]
  }
  const sound = {
    name: 'a.b.c',
    clientConfig: { url: 'https://a.dev' },
    sideEffects: 'None',
    admissionReviewVersions: ['v1'],
    rules: [RULE],
  }

  test('is completed', async () => {
    const path = `${CONFIGURATIONS}/mutatingwebhookconfigurations?dryRun=All`
    const { body } = await admin.send('POST', path, {
      metadata: { name: 'x' },
      webhooks: [{ ...sound, clientConfig: { service: { name: 'a', namespace: 'b' } } }],
    })
    expect(body.metadata.generation).toBe(1)
    expect(body.webhooks[0]).toEqual({
      ...sound,
      clientConfig: { service: { name: 'a', namespace: 'b', port: 443 } },
      rules: [{ ...RULE, scope: '*' }],
      failurePolicy: 'Fail',
      matchPolicy: 'Equivalent',
      namespaceSelector: {},
      objectSelector: {},
      timeoutSeconds: 10,
      reinvocationPolicy: 'Never',
    })
  })

  test.for([
    [{}, []],
    [{ name: 'short' }, ['webhooks[0].name: Invalid value: "short": should be a domain with at least three segments separated by dots']],
    [{ timeoutSeconds: 31 }, ['webhooks[0].timeoutSeconds: Invalid value: 31: the timeout value must be between 1 and 30 seconds']],
    [{ sideEffects: 'Some' }, ['webhooks[0].sideEffects: Unsupported value: "Some": supported values: "None", "NoneOnDryRun"']],
    [{ sideEffects: undefined }, ['webhooks[0].sideEffects: Required value: must specify one of None, NoneOnDryRun']],
    [{ failurePolicy: 'F' }, ['webhooks[0].failurePolicy: Unsupported value: "F": supported values: "Fail", "Ignore"']],
    [{ matchPolicy: 'F' }, ['webhooks[0].matchPolicy: Unsupported value: "F": supported values: "Equivalent", "Exact"']],
    [
      { admissionReviewVersions: ['v9'] },
      ['webhooks[0].admissionReviewVersions: Invalid value: ["v9"]: must include at least one of v1, v1beta1'],
    ],
    [{ clientConfig: {} }, ['webhooks[0].clientConfig: Required value: exactly one of url or service is required']],
    [
      { clientConfig: { url: 'http://a?b=c' } },
      [
        `webhooks[0].clientConfig.url: Invalid value: "http": 'https' is the only allowed URL scheme; desired format: https://host[/path]`,
        'webhooks[0].clientConfig.url: Invalid value: "b=c": query parameters are not permitted in the URL',
      ],
    ],
    [
      { clientConfig: { service: { name: 'a', namespace: 'b', path: 'xy' } } },
      [`webhooks[0].clientConfig.service.path: Invalid value: "xy": must start with a '/'`],
    ],
    [
      { rules: [{ ...RULE, operations: ['A'] }] },
      ['webhooks[0].rules[0].operations[0]: Unsupported value: "A": supported values: "*", "CONNECT", "CREATE", "DELETE", "UPDATE"'],
    ],
    [
      { rules: [{ ...RULE, apiGroups: ['*', 'a'] }] },
      [`webhooks[0].rules[0].apiGroups: Invalid value: ["*","a"]: if '*' is present, must not specify other API groups`],
    ],
    [
      { rules: [{ ...RULE, resources: ['*/*', 'pods'] }] },
      [`webhooks[0].rules[0].resources: Invalid value: ["*/*","pods"]: if '*/*' is present, must not specify other resources`],
    ],
    [
      { matchConditions: [{ name: 'a', expression: 'object.metadata.name' }] },
      ['webhooks[0].matchConditions[0].expression: Invalid value: "object.metadata.name": must evaluate to bool but got dyn'],
    ],
    [
      { matchConditions: [{ name: 'a', expression: 'request.foo == 1' }] },
      [
        `webhooks[0].matchConditions[0].expression: Invalid value: "request.foo == 1": compilation failed: ERROR: <input>:1:8: undefined field 'foo'\n | request.foo == 1\n | .......^`,
      ],
    ],
    [
      { rules: [{ ...RULE, scope: 'Any' }] },
      ['webhooks[0].rules[0].scope: Unsupported value: "Any": supported values: "*", "Cluster", "Namespaced"'],
    ],
  ] as const)('with %j', async ([change, expected]) => {
    expect(await problems({ ...sound, ...change })).toEqual([expected.length === 0 ? 201 : 422, ...expected])
  })
})
