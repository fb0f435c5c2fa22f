import type { ServerResponse } from 'node:http'
import { isConflict } from '@kubewright/core'
import { afterEach, describe, expect, test } from 'vitest'
import { connectTo } from '../connect.ts'
import { ConfigMap, Deployment, Node } from '../kinds/index.ts'
import { json, type Received, refuse, scriptedServer } from '../test-server/scripted-server.ts'

const cleanups: (() => PromiseLike<void>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup()
})

async function fixture(answer: (request: Received, response: ServerResponse) => void = (_request, response) => json(response, SAMPLE)) {
  const server = await scriptedServer(answer)
  const client = connectTo({ server: server.url }, { random: () => 0 })
  cleanups.push(
    () => client.close(),
    () => server[Symbol.asyncDispose](),
  )
  return {
    server,
    configMaps: await client.resource(ConfigMap),
    deployments: await client.resource(Deployment),
    nodes: await client.resource(Node),
    /** The last request in one line, its content type, and its body. */
    last() {
      const { method, url, body, headers } = server.received.at(-1)!
      return { line: `${method} ${url}`, type: headers['content-type'], body: body === '' ? undefined : (JSON.parse(body) as unknown) }
    },
  }
}

const SAMPLE = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace: 'x', uid: 'u', resourceVersion: '1' } }
const A = { name: 'a', namespace: 'x' }
const AT = '/api/v1/namespaces/x/configmaps'

test('retry: false holds for every request of a resource', async () => {
  const { configMaps, server } = await fixture((_request, response) => refuse(response, 429, 'TooManyRequests', { 'retry-after': '1' }))
  const once = { retry: false }
  for (const request of [
    () => configMaps.get(A, once),
    () => configMaps.list(once),
    () => configMaps.create(SAMPLE, once),
    () => configMaps.update(SAMPLE, once),
    () => configMaps.patch(A, { type: 'merge', body: {} }, once),
    () => configMaps.delete(A, once),
    () => configMaps.deleteCollection({ namespace: 'x', ...once }),
    () => configMaps.getScale(A, once),
    () => configMaps.setReplicas(A, 1, once),
  ]) {
    await expect(request()).rejects.toMatchObject({ code: 429 })
  }
  expect(server.received).toHaveLength(9)
})

describe('one object', () => {
  test('get', async () => {
    const { configMaps, last } = await fixture()
    expect(await configMaps.get(A, { resourceVersion: '0' })).toEqual(SAMPLE)
    expect(last().line).toBe(`GET ${AT}/a?resourceVersion=0`)
  })

  test('create fills in apiVersion and kind, and takes the namespace from the object or the option', async () => {
    const { configMaps, last } = await fixture()
    await configMaps.create({ metadata: { name: 'a', namespace: 'x' }, data: { k: 'v' } })
    expect(last()).toMatchObject({
      line: `POST ${AT}?fieldManager=kubewright`,
      body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace: 'x' }, data: { k: 'v' } },
    })
    await configMaps.create(
      { metadata: { generateName: 'a-' } },
      { namespace: 'x', dryRun: true, fieldManager: 'me', fieldValidation: 'Strict' },
    )
    expect(last().line).toBe(`POST ${AT}?dryRun=All&fieldManager=me&fieldValidation=Strict`)
  })

  test('create refuses to guess a namespace, and to choose between two', async () => {
    const { configMaps, server } = await fixture()
    await expect(configMaps.create({ metadata: { name: 'a' } })).rejects.toThrow('has no namespace to be created in')
    const elsewhere = configMaps.create({ metadata: { name: 'a', namespace: 'x' } }, { namespace: 'y' })
    await expect(elsewhere).rejects.toThrow('is of namespace "x" and was to be created in "y"')
    expect(server.received).toHaveLength(0)
  })

  test('update goes to where the object is, with its resource version', async () => {
    const { configMaps, last } = await fixture()
    await configMaps.update({ metadata: { ...A, resourceVersion: '7' } }, { subresource: 'status' })
    expect(last()).toMatchObject({
      line: `PUT ${AT}/a/status?fieldManager=kubewright`,
      body: { metadata: { resourceVersion: '7' } },
    })
    await expect(configMaps.update({ metadata: { namespace: 'x' } })).rejects.toThrow('has no metadata.name')
  })

  test('a conflict is an ApiError that says so, and is not tried again', async () => {
    const { configMaps, server } = await fixture((_request, response) => refuse(response, 409, 'Conflict'))
    const error = await configMaps.update({ metadata: A }).catch((thrown: unknown) => thrown)
    expect(isConflict(error)).toBe(true)
    expect(server.received).toHaveLength(1)
  })

  test('cluster-scoped objects have no namespace', async () => {
    const { nodes, last } = await fixture()
    await nodes.get({ name: 'n' })
    expect(last().line).toBe('GET /api/v1/nodes/n')
    await expect(nodes.list({ namespace: 'x' })).rejects.toThrow('cluster-scoped')
  })
})

describe('patches', () => {
  test.each([
    [{ type: 'json', body: [{ op: 'remove', path: '/data' }] }, 'application/json-patch+json'],
    [{ type: 'merge', body: { data: null } }, 'application/merge-patch+json'],
    [{ type: 'strategic', body: { data: {} } }, 'application/strategic-merge-patch+json'],
  ] as const)('%o is sent as %s', async (patch, type) => {
    const { configMaps, last } = await fixture()
    await configMaps.patch(A, patch)
    expect(last()).toEqual({ line: `PATCH ${AT}/a?fieldManager=kubewright`, type, body: patch.body })
  })

  test('apply says what the object is, and forces when asked to', async () => {
    const { configMaps, last } = await fixture()
    const intent = { type: 'apply', body: { data: { k: 'v' } }, force: true } as const
    await configMaps.patch(A, intent, { fieldManager: 'me', dryRun: true, subresource: 'status' })
    expect(last()).toEqual({
      line: `PATCH ${AT}/a/status?dryRun=All&fieldManager=me&force=true`,
      type: 'application/apply-patch+yaml',
      body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace: 'x' }, data: { k: 'v' } },
    })
  })

  test('an apply whose connection broke comes again, a merge patch does not', async () => {
    let breaks = 1
    const { configMaps, server } = await fixture((_request, response) =>
      breaks-- > 0 ? void response.socket?.destroy() : json(response, SAMPLE),
    )
    await configMaps.patch(A, { type: 'apply', body: {} })
    expect(server.received).toHaveLength(2)
    breaks = 1
    await expect(configMaps.patch(A, { type: 'merge', body: {} })).rejects.toThrow('no answer from')
    expect(server.received).toHaveLength(3)
  })
})

describe('deletion', () => {
  test('sends its options as a body, and preconditions among them', async () => {
    const { configMaps, last } = await fixture((_request, response) => json(response, { kind: 'Status', status: 'Success' }))
    const result = await configMaps.delete(A, {
      preconditions: { uid: 'u', resourceVersion: '7' },
      propagationPolicy: 'Background',
      gracePeriodSeconds: 0,
      dryRun: true,
    })
    expect(result.gone).toBe(true)
    expect(last()).toMatchObject({
      line: `DELETE ${AT}/a`,
      body: {
        apiVersion: 'v1',
        kind: 'DeleteOptions',
        dryRun: ['All'],
        gracePeriodSeconds: 0,
        propagationPolicy: 'Background',
        preconditions: { uid: 'u', resourceVersion: '7' },
      },
    })
  })

  test('an object that waits for its finalizers is not gone', async () => {
    const { configMaps } = await fixture((_request, response) =>
      json(response, { metadata: { name: 'a', finalizers: ['f'], deletionTimestamp: '2026-01-01T00:00:00Z' } }),
    )
    expect(await configMaps.delete(A)).toMatchObject({ gone: false, object: { kind: 'ConfigMap', metadata: { finalizers: ['f'] } } })
  })

  test('a DELETE whose connection broke is not repeated: a 404 to the second would hide what the first did', async () => {
    const { configMaps, server } = await fixture((_request, response) => void response.socket?.destroy())
    await expect(configMaps.delete(A)).rejects.toThrow('no answer from')
    expect(server.received).toHaveLength(1)
  })

  test('of a collection: in one namespace, with its selection', async () => {
    const { configMaps, last } = await fixture((_request, response) => json(response, { kind: 'Status', status: 'Success' }))
    await configMaps.deleteCollection({ namespace: 'x', labelSelector: 'a=b', limit: 10, propagationPolicy: 'Orphan' })
    expect(last()).toMatchObject({ line: `DELETE ${AT}?labelSelector=a%3Db&limit=10`, body: { propagationPolicy: 'Orphan' } })
    await expect(configMaps.deleteCollection()).rejects.toThrow('one namespace at a time')
  })

  test('of a shard is refused, whatever the types say: a server that ignores the shard would delete everything', async () => {
    const { configMaps, server } = await fixture()
    const share: object = { namespace: 'x', shardSelector: "shardRange(object.metadata.uid, '0x0', '0x8')" }
    await expect(configMaps.deleteCollection(share)).rejects.toThrow('is not deleted by shard')
    expect(server.received).toEqual([])
  })
})

describe('lists', () => {
  const list = (items: unknown[], metadata = {}) => ({ apiVersion: 'v1', kind: 'ConfigMapList', metadata, items })

  test('the items of built-in lists get the apiVersion and kind that they come without', async () => {
    const answer = list([{ metadata: { name: 'a' } }], { resourceVersion: '9' })
    const { configMaps, last } = await fixture((_request, response) => json(response, answer))
    const result = await configMaps.list({
      namespace: 'x',
      labelSelector: 'a',
      fieldSelector: 'b',
      limit: 5,
      continue: 'c',
      resourceVersion: '0',
    })
    expect(result.items).toEqual([{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } }])
    expect(result.metadata.resourceVersion).toBe('9')
    expect(last().line).toBe(`GET ${AT}?labelSelector=a&fieldSelector=b&limit=5&continue=c&resourceVersion=0`)
  })

  test('null items, as Go servers write them, are none', async () => {
    const { configMaps } = await fixture((_request, response) => json(response, { metadata: {}, items: null }))
    expect((await configMaps.list()).items).toEqual([])
  })

  test('what is no list is refused', async () => {
    const { configMaps } = await fixture((_request, response) => json(response, { kind: 'Table', rows: [] }))
    await expect(configMaps.list()).rejects.toThrow('no items but is a Table')
  })

  test('C11: 150,000 items do not overflow the stack', async () => {
    const item = JSON.stringify({ metadata: { name: 'a' } })
    const body = `{"metadata":{},"items":[${Array.from({ length: 150_000 }, () => item).join(',')}]}`
    const { configMaps } = await fixture((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end(body)
    })
    const { items } = await configMaps.list()
    expect(items).toHaveLength(150_000)
    expect(items.at(-1)?.kind).toBe('ConfigMap')
  })

  test('P11: items() sends its limit', async () => {
    const { configMaps, server } = await fixture(({ query }, response) =>
      json(
        response,
        query.get('continue') ? list([{ metadata: { name: 'b' } }]) : list([{ metadata: { name: 'a' } }], { continue: 'next' }),
      ),
    )
    const names: (string | undefined)[] = []
    for await (const item of configMaps.items({ namespace: 'x' })) names.push(item.metadata.name)
    expect(names).toEqual(['a', 'b'])
    expect(server.received.map(({ url }) => url)).toEqual([`${AT}?limit=500`, `${AT}?limit=500&continue=next`])
  })
})

describe('scale', () => {
  test('is read and set by its own subresource, for any kind that has it', async () => {
    const { deployments, last } = await fixture((_request, response) => json(response, { kind: 'Scale', spec: { replicas: 3 } }))
    expect((await deployments.getScale(A)).spec?.replicas).toBe(3)
    expect(last().line).toBe('GET /apis/apps/v1/namespaces/x/deployments/a/scale')
    await deployments.setReplicas(A, 3)
    expect(last()).toEqual({
      line: 'PATCH /apis/apps/v1/namespaces/x/deployments/a/scale?fieldManager=kubewright',
      type: 'application/merge-patch+json',
      body: { spec: { replicas: 3 } },
    })
  })
})

describe('metadata only', () => {
  test('asks the server to reduce, and gives objects their own kind', async () => {
    const partial = { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: { name: 'a' } }
    const { configMaps, server } = await fixture((_request, response) =>
      json(response, { kind: 'PartialObjectMetadataList', apiVersion: 'meta.k8s.io/v1', metadata: {}, items: [partial] }),
    )
    const { items } = await configMaps.metadataOnly().list()
    expect(items).toEqual([{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } }])
    expect(server.received[0]?.headers.accept).toBe('application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json')
  })

  test('a server that cannot reduce is reduced here', async () => {
    const { configMaps } = await fixture((_request, response) => json(response, { ...SAMPLE, data: { large: 'x' } }))
    expect(await configMaps.metadataOnly().get(A)).toEqual(SAMPLE)
  })

  test('the metadata can be patched; to write an object from its metadata is refused', async () => {
    const { configMaps, last, server } = await fixture()
    const resource = configMaps.metadataOnly()
    await resource.patch(A, { type: 'merge', body: { metadata: { labels: { l: '1' } } } })
    expect(last().body).toEqual({ metadata: { labels: { l: '1' } } })
    await expect(resource.create({ metadata: A })).rejects.toThrow('would lose the rest')
    await expect(resource.update({ metadata: A })).rejects.toThrow('would lose the rest')
    expect(server.received).toHaveLength(1)
  })
})
