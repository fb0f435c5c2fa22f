// Reading and writing objects: what every later layer takes for granted of a server and a client.

import { type ConfigMap, Deployment, Pod } from '@kubewright/client'
import { isAlreadyExists, isApiError, isConflict, isInvalid, isNotFound } from '@kubewright/core'
import { describe, expect, test } from 'vitest'
import { configMap, failure, namesOf, useCluster } from './harness.ts'

const bench = useCluster()

describe('create and get', () => {
  test('a new object gets uid, version and time of creation, and is read back as it was written', async () => {
    const namespace = await bench.namespace()
    const configMaps = await bench.configMaps()
    const created = await configMaps.create(configMap(namespace, 'a', { labels: { app: 'x' }, data: { key: 'value' } }))
    expect(created).toMatchObject({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'a', namespace, labels: { app: 'x' } },
      data: { key: 'value' },
    })
    expect(created.metadata.uid).toMatch(/^[0-9a-f]{8}-[0-9a-f-]{27}$/)
    expect(created.metadata.resourceVersion).toMatch(/^[1-9]\d*$/)
    expect(created.metadata.creationTimestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
    expect(await configMaps.get({ namespace, name: 'a' })).toEqual(created)
  })

  test('generateName makes a name', async () => {
    const namespace = await bench.namespace()
    const configMaps = await bench.configMaps()
    const created = await configMaps.create({ metadata: { generateName: 'job-' } }, { namespace })
    expect(created.metadata.name).toMatch(/^job-[a-z0-9]{5}$/)
  })

  test('a name that is taken is refused with the server’s words', async () => {
    const namespace = await bench.namespace()
    const configMaps = await bench.configMaps()
    await configMaps.create(configMap(namespace, 'a'))
    const error = await failure(configMaps.create(configMap(namespace, 'a')))
    expect(isAlreadyExists(error)).toBe(true)
    expect(isConflict(error)).toBe(false)
    expect(String(error)).toContain('configmaps "a" already exists')
  })

  test('an object that is not there is not found', async () => {
    const namespace = await bench.namespace()
    const error = await failure((await bench.configMaps()).get({ namespace, name: 'none' }))
    expect(isNotFound(error)).toBe(true)
    expect(String(error)).toContain('configmaps "none" not found')
  })

  test('a namespace that is not there is not found', async () => {
    const error = await failure((await bench.configMaps()).create(configMap('no-such-namespace', 'a')))
    expect(isNotFound(error)).toBe(true)
    expect(String(error)).toContain('namespaces "no-such-namespace" not found')
  })

  test('a name that is no name is invalid, and the cause names the field', async () => {
    const namespace = await bench.namespace()
    const error = await failure((await bench.configMaps()).create(configMap(namespace, 'Not_A_Name')))
    expect(isInvalid(error)).toBe(true)
    expect(isApiError(error) && error.status.details?.causes?.[0]).toMatchObject({ field: 'metadata.name', reason: 'FieldValueInvalid' })
  })

  test('a dry run answers as the real thing would and leaves nothing', async () => {
    const namespace = await bench.namespace()
    const configMaps = await bench.configMaps()
    const answered = await configMaps.create(configMap(namespace, 'a', { data: { a: '1' } }), { dryRun: true })
    expect(answered.data).toEqual({ a: '1' })
    expect(answered.metadata.uid).toBeTruthy()
    expect(isNotFound(await failure(configMaps.get({ namespace, name: 'a' })))).toBe(true)
  })

  test('an unknown field is refused when validation is strict', async () => {
    const namespace = await bench.namespace()
    const object = { ...configMap(namespace, 'a'), dota: { a: '1' } }
    const error = await failure((await bench.configMaps()).create(object, { fieldValidation: 'Strict' }))
    expect(String(error)).toContain('unknown field "dota"')
  })
})

describe('update', () => {
  test('moves the version on, and to an outdated version it is a conflict', async () => {
    const namespace = await bench.namespace()
    const configMaps = await bench.configMaps()
    const first = await configMaps.create(configMap(namespace, 'a', { data: { n: '1' } }))
    const second = await configMaps.update({ ...first, data: { n: '2' } })
    expect(second.metadata.resourceVersion).not.toBe(first.metadata.resourceVersion)
    expect(second.metadata.uid).toBe(first.metadata.uid)
    const error = await failure(configMaps.update({ ...first, data: { n: '3' } }))
    expect(isConflict(error)).toBe(true)
    expect(String(error)).toContain('the object has been modified; please apply your changes to the latest version and try again')
    expect((await configMaps.get({ namespace, name: 'a' })).data).toEqual({ n: '2' })
  })

  test('that changes nothing moves nothing', async () => {
    const namespace = await bench.namespace()
    const configMaps = await bench.configMaps()
    const first = await configMaps.create(configMap(namespace, 'a', { data: { n: '1' } }))
    const second = await configMaps.update(first)
    expect(second.metadata.resourceVersion).toBe(first.metadata.resourceVersion)
  })

  test('of an object with another uid is a conflict: it was deleted and made anew', async () => {
    const namespace = await bench.namespace()
    const configMaps = await bench.configMaps()
    const first = await configMaps.create(configMap(namespace, 'a'))
    await configMaps.delete({ namespace, name: 'a' })
    await configMaps.create(configMap(namespace, 'a'))
    const { resourceVersion: _, ...metadata } = first.metadata
    expect(isConflict(await failure(configMaps.update({ ...first, metadata })))).toBe(true)
  })
})

describe('patch', () => {
  test('a merge patch sets and removes', async () => {
    const namespace = await bench.namespace()
    const configMaps = await bench.configMaps()
    await configMaps.create(configMap(namespace, 'a', { data: { keep: '1', go: '1' } }))
    const patched = await configMaps.patch({ namespace, name: 'a' }, { type: 'merge', body: { data: { go: null, come: '2' } } })
    expect(patched.data).toEqual({ keep: '1', come: '2' })
  })

  test('a JSON patch applies in order, and its failing test changes nothing', async () => {
    const namespace = await bench.namespace()
    const configMaps = await bench.configMaps()
    await configMaps.create(configMap(namespace, 'a', { data: { n: '1' } }))
    const name = { namespace, name: 'a' }
    const patched = await configMaps.patch(name, {
      type: 'json',
      body: [
        { op: 'test', path: '/data/n', value: '1' },
        { op: 'replace', path: '/data/n', value: '2' },
        { op: 'add', path: '/metadata/labels', value: { 'a/b': 'c' } },
      ],
    })
    expect(patched).toMatchObject({ data: { n: '2' }, metadata: { labels: { 'a/b': 'c' } } })
    await failure(
      configMaps.patch(name, {
        type: 'json',
        body: [
          { op: 'replace', path: '/data/n', value: '3' },
          { op: 'test', path: '/data/n', value: '9' },
        ],
      }),
    )
    expect((await configMaps.get(name)).data).toEqual({ n: '2' })
  })

  test('a strategic patch merges a list by its key', async () => {
    const namespace = await bench.namespace()
    const deployments = await bench.client.resource(Deployment)
    const labels = { app: 'x' }
    const containers = [
      { name: 'one', image: 'one:1' },
      { name: 'two', image: 'two:1' },
    ]
    await deployments.create({
      metadata: { namespace, name: 'd' },
      spec: { replicas: 0, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers } } },
    })
    const patched = await deployments.patch(
      { namespace, name: 'd' },
      { type: 'strategic', body: { spec: { template: { spec: { containers: [{ name: 'two', image: 'two:2' }] } } } } },
    )
    expect(patched.spec?.template.spec?.containers.map(({ name, image }) => `${name} ${image}`).sort()).toEqual(['one one:1', 'two two:2'])
  })

  test('a patch that names an outdated version is a conflict', async () => {
    const namespace = await bench.namespace()
    const configMaps = await bench.configMaps()
    const first = await configMaps.create(configMap(namespace, 'a'))
    await configMaps.update({ ...first, data: { n: '1' } })
    const body = { metadata: { resourceVersion: first.metadata.resourceVersion }, data: { n: '2' } }
    expect(isConflict(await failure(configMaps.patch({ namespace, name: 'a' }, { type: 'merge', body })))).toBe(true)
  })
})

describe('server-side apply', () => {
  const applied = (namespace: string, data: Record<string, string>) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'a', namespace },
    data,
  })

  test('makes what is not there, and owns what it set', async () => {
    const namespace = await bench.namespace()
    const configMaps = await bench.configMaps()
    const name = { namespace, name: 'a' }
    await configMaps.patch(name, { type: 'apply', body: applied(namespace, { mine: '1', too: '1' }) }, { fieldManager: 'one' })
    const again = await configMaps.patch(name, { type: 'apply', body: applied(namespace, { mine: '2' }) }, { fieldManager: 'one' })
    expect(again.data).toEqual({ mine: '2' })
    expect(again.metadata.managedFields?.map(({ manager, operation }) => `${manager} ${operation}`)).toEqual(['one Apply'])
  })

  test('a field of another manager is a conflict that names the manager and the field, unless forced', async () => {
    const namespace = await bench.namespace()
    const configMaps = await bench.configMaps()
    const name = { namespace, name: 'a' }
    await configMaps.patch(name, { type: 'apply', body: applied(namespace, { shared: '1' }) }, { fieldManager: 'one' })
    const error = await failure(
      configMaps.patch(name, { type: 'apply', body: applied(namespace, { shared: '2' }) }, { fieldManager: 'two' }),
    )
    expect(isConflict(error)).toBe(true)
    expect(String(error)).toContain('conflict with "one": .data.shared')
    const forced = await configMaps.patch(
      name,
      { type: 'apply', body: applied(namespace, { shared: '2' }), force: true },
      { fieldManager: 'two' },
    )
    expect(forced.data).toEqual({ shared: '2' })
  })
})

describe('delete', () => {
  test('an object without finalizers is gone at once', async () => {
    const namespace = await bench.namespace()
    const configMaps = await bench.configMaps()
    await configMaps.create(configMap(namespace, 'a'))
    expect(await configMaps.delete({ namespace, name: 'a' })).toMatchObject({ gone: true })
    expect(isNotFound(await failure(configMaps.get({ namespace, name: 'a' })))).toBe(true)
  })

  test('with another uid than the object’s it is a conflict, and nothing is deleted', async () => {
    const namespace = await bench.namespace()
    const configMaps = await bench.configMaps()
    await configMaps.create(configMap(namespace, 'a'))
    const error = await failure(
      configMaps.delete({ namespace, name: 'a' }, { preconditions: { uid: '00000000-0000-0000-0000-000000000000' } }),
    )
    expect(isConflict(error)).toBe(true)
    expect(String(error)).toContain('UID')
    await configMaps.get({ namespace, name: 'a' })
  })

  test('with an outdated version it is a conflict, with the present one it is done', async () => {
    const namespace = await bench.namespace()
    const configMaps = await bench.configMaps()
    const first = await configMaps.create(configMap(namespace, 'a'))
    const second = await configMaps.update({ ...first, data: { n: '1' } })
    const versioned = (object: ConfigMap) => ({
      preconditions: { uid: object.metadata.uid!, resourceVersion: object.metadata.resourceVersion! },
    })
    const error = await failure(configMaps.delete({ namespace, name: 'a' }, versioned(first)))
    expect(isConflict(error)).toBe(true)
    expect(String(error)).toContain('ResourceVersion')
    expect(await configMaps.delete({ namespace, name: 'a' }, versioned(second))).toMatchObject({ gone: true })
  })

  test('an object with a finalizer stays, marked, until the finalizer goes', async () => {
    const namespace = await bench.namespace()
    const configMaps = await bench.configMaps()
    const name = { namespace, name: 'a' }
    await configMaps.create({ ...configMap(namespace, 'a'), metadata: { namespace, name: 'a', finalizers: ['example.dev/hold'] } })
    const answered = await configMaps.delete(name)
    expect(answered.gone).toBe(false)
    const held = await configMaps.get(name)
    expect(held.metadata.deletionTimestamp).toBeTruthy()
    expect((await configMaps.delete(name)).gone).toBe(false)
    await configMaps.patch(name, { type: 'merge', body: { metadata: { finalizers: null } } })
    expect(isNotFound(await failure(configMaps.get(name)))).toBe(true)
  })

  test('a dry run deletes nothing', async () => {
    const namespace = await bench.namespace()
    const configMaps = await bench.configMaps()
    await configMaps.create(configMap(namespace, 'a'))
    await configMaps.delete({ namespace, name: 'a' }, { dryRun: true })
    await configMaps.get({ namespace, name: 'a' })
  })

  test('a collection goes by selector, and only in its namespace', async () => {
    const namespace = await bench.namespace()
    const other = await bench.namespace()
    const configMaps = await bench.configMaps()
    for (const [where, name, app] of [
      [namespace, 'a', 'go'],
      [namespace, 'b', 'go'],
      [namespace, 'c', 'stay'],
      [other, 'd', 'go'],
    ] as const) {
      await configMaps.create(configMap(where, name, { labels: { app } }))
    }
    await configMaps.deleteCollection({ namespace, labelSelector: 'app=go' })
    const left = [...(await configMaps.list({ namespace })).items, ...(await configMaps.list({ namespace: other })).items]
    expect(namesOf(left.filter(({ metadata }) => metadata.labels?.['app']))).toEqual(['c', 'd'])
  })
})

describe('lists', () => {
  test('by label and field selectors', async () => {
    const namespace = await bench.namespace()
    const configMaps = await bench.configMaps()
    for (const [name, labels] of Object.entries({
      a: { tier: 'web', env: 'prod' },
      b: { tier: 'web' },
      c: { tier: 'db', env: 'test' },
    } as Record<string, Record<string, string>>)) {
      await configMaps.create(configMap(namespace, name, { labels }))
    }
    const listed = async (labelSelector: string, fieldSelector?: string) =>
      namesOf((await configMaps.list({ namespace, labelSelector, ...(fieldSelector ? { fieldSelector } : {}) })).items)
    expect(await listed('tier=web')).toEqual(['a', 'b'])
    expect(await listed('tier in (web,db),env')).toEqual(['a', 'c'])
    expect(await listed('tier,env!=prod')).toEqual(['b', 'c'])
    expect(await listed('tier,!env')).toEqual(['b'])
    expect(await listed('tier', 'metadata.name=c')).toEqual(['c'])
    expect(await listed('tier', 'metadata.name!=c')).toEqual(['a', 'b'])
  })

  test('their items say what they are', async () => {
    const namespace = await bench.namespace()
    const configMaps = await bench.configMaps()
    await configMaps.create(configMap(namespace, 'a'))
    expect((await configMaps.list({ namespace, fieldSelector: 'metadata.name=a' })).items[0]).toMatchObject({
      apiVersion: 'v1',
      kind: 'ConfigMap',
    })
  })

  test('a malformed selector is refused by the server', async () => {
    const error = await failure((await bench.configMaps()).list({ labelSelector: 'a in (' }))
    expect(isApiError(error) && error.code).toBe(400)
  })

  test('come in pages of one moment: what is made between two pages is not in them', async () => {
    const namespace = await bench.namespace()
    const configMaps = await bench.configMaps()
    for (let i = 0; i < 7; i++) await configMaps.create(configMap(namespace, `m-${i}`, { labels: { page: 'yes' } }))
    const first = await configMaps.list({ namespace, labelSelector: 'page', limit: 3 })
    expect(namesOf(first.items)).toEqual(['m-0', 'm-1', 'm-2'])
    expect(first.metadata.continue).toBeTruthy()
    await configMaps.create(configMap(namespace, 'm-35', { labels: { page: 'yes' } }))
    const rest: string[] = []
    let next = first.metadata.continue
    while (next) {
      const page = await configMaps.list({ namespace, labelSelector: 'page', limit: 3, continue: next })
      expect(page.metadata.resourceVersion).toBe(first.metadata.resourceVersion)
      rest.push(...namesOf(page.items))
      next = page.metadata.continue
    }
    expect(rest).toEqual(['m-3', 'm-4', 'm-5', 'm-6'])
  })

  test('one by one, over all pages', async () => {
    const namespace = await bench.namespace()
    const configMaps = await bench.configMaps()
    for (let i = 0; i < 5; i++) await configMaps.create(configMap(namespace, `m-${i}`, { labels: { page: 'yes' } }))
    const found: ConfigMap[] = []
    for await (const object of configMaps.items({ namespace, labelSelector: 'page', limit: 2 })) found.push(object)
    expect(namesOf(found)).toEqual(['m-0', 'm-1', 'm-2', 'm-3', 'm-4'])
  })

  test('as metadata alone', async () => {
    const namespace = await bench.namespace()
    const configMaps = await bench.configMaps()
    const created = await configMaps.create(configMap(namespace, 'a', { data: { big: 'x'.repeat(1000) } }))
    const found = (await configMaps.metadataOnly().list({ namespace, fieldSelector: 'metadata.name=a' })).items[0]!
    expect(found.metadata.uid).toBe(created.metadata.uid)
    expect(found).not.toHaveProperty('data')
    expect(await configMaps.metadataOnly().get({ namespace, name: 'a' })).not.toHaveProperty('data')
  })
})

describe('subresources', () => {
  const pod = (namespace: string) => ({ metadata: { namespace, name: 'p' }, spec: { containers: [{ name: 'c', image: 'c:1' }] } })

  test('the status is written through its own path, and only there', async () => {
    const namespace = await bench.namespace()
    const pods = await bench.client.resource(Pod)
    await pods.create({ ...pod(namespace), status: { phase: 'Failed' } })
    const name = { namespace, name: 'p' }
    expect((await pods.get(name)).status?.phase).toBe('Pending')
    await pods.patch(
      name,
      { type: 'merge', body: { metadata: { labels: { a: 'b' } }, status: { phase: 'Running', podIP: '10.0.0.1' } } },
      { subresource: 'status' },
    )
    const read = await pods.get(name)
    expect(read.status).toMatchObject({ phase: 'Running', podIP: '10.0.0.1' })
    await pods.update({ ...read, status: { phase: 'Failed' } })
    expect((await pods.get(name)).status?.phase).toBe('Running')
  })

  test('scale reads and sets replicas', async () => {
    const namespace = await bench.namespace()
    const deployments = await bench.client.resource(Deployment)
    const labels = { app: 'x' }
    await deployments.create({
      metadata: { namespace, name: 'd' },
      spec: {
        replicas: 1,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'c:1' }] } },
      },
    })
    const name = { namespace, name: 'd' }
    expect((await deployments.getScale(name)).spec?.replicas).toBe(1)
    expect((await deployments.setReplicas(name, 3)).spec?.replicas).toBe(3)
    expect((await deployments.get(name)).spec?.replicas).toBe(3)
  })
})

describe('discovery', () => {
  test('finds a kind with what a URL needs, in the server’s own plural', async () => {
    const find = (group: string, kind: string) => bench.client.discovery.find({ group, kind })
    expect(await find('', 'ConfigMap')).toMatchObject({
      group: '',
      version: 'v1',
      kind: 'ConfigMap',
      plural: 'configmaps',
      namespaced: true,
      shortNames: ['cm'],
    })
    expect(await find('networking.k8s.io', 'NetworkPolicy')).toMatchObject({ plural: 'networkpolicies', version: 'v1' })
    expect(await find('', 'Namespace')).toMatchObject({ plural: 'namespaces', namespaced: false })
    expect(await find('apps', 'Deployment')).toMatchObject({
      plural: 'deployments',
      subresources: expect.arrayContaining(['status', 'scale']) as unknown,
    })
    expect(await find('', 'Nonsense')).toBe(undefined)
  })

  test('a kind that the server does not serve is an error that says so', async () => {
    const error = await failure(bench.client.resource({ group: 'none.example.dev', version: 'v1', kind: 'Nothing' }))
    expect(error).toMatchObject({ name: 'KindNotFoundError' })
    expect(String(error)).toContain('Nothing')
  })
})

describe('identity', () => {
  test('without credentials the server refuses', async () => {
    const { token: _, ...anonymous } = bench.cluster.connection
    const { connectTo } = await import('@kubewright/client')
    const client = connectTo(anonymous)
    try {
      const error = await failure(client.request('GET', '/api/v1/namespaces'))
      // Nobody and somebody without rights: 401 or, where anonymous requests are let in, 403.
      expect(isApiError(error) && [401, 403].includes(error.code)).toBe(true)
    } finally {
      await client.close()
    }
  })

  test('the server says who one is', async () => {
    const review = await bench.client.request<{ status: { userInfo: { username: string; groups: string[] } } }>(
      'POST',
      '/apis/authentication.k8s.io/v1/selfsubjectreviews',
      {
        body: { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' },
      },
    )
    expect(review.status.userInfo.groups).toContain('system:masters')
  })
})
