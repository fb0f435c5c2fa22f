import { type Client, connectTo } from '@kubewright/client'
import type { KubeObject } from '@kubewright/core'
import { describe, expect, expectTypeOf, test } from 'vitest'
import { fakeClient } from '../fake/fake-client.ts'
import { FakeServer } from '../fake/fake-server.ts'
import { Deployment, Website, website } from '../fake/program.ts'
import { guardedClient } from './guarded-client.ts'
import { rawWrite } from './raw-write.ts'
import type { WriteAttempt, WriteGuard } from './write-guard.ts'

const refusing: WriteGuard = {
  before() {
    throw new Error('no')
  },
}
const name = { name: 'a', namespace: 'shop' }

/** A guard that remembers what it was told. */
function recording(): WriteGuard & { readonly told: string[] } {
  const told: string[] = []
  const line = ({ verb, type, name: of, dryRun }: WriteAttempt) => `${verb} ${type.plural} ${of?.name ?? '-'}${dryRun ? ' dry' : ''}`
  return {
    told,
    before: (write) => void told.push(`before ${line(write)}`),
    after: (write, object) => void told.push(`after ${line(write)} ${write.type.kind} ${object.metadata.name}`),
  }
}

describe('a guarded client', () => {
  const start = async (guard: WriteGuard) => {
    const server = new FakeServer().serve(Website, Deployment)
    server.put(Website, website('a'))
    const client = guardedClient(fakeClient(server), [guard])
    return { server, client, websites: await client.resource(Website) }
  }

  test.each<[string, (client: Client) => Promise<unknown>]>([
    ['create', async (client) => (await client.resource(Website)).create(website('b'))],
    ['update', async (client) => (await client.resource(Website)).update(website('a', 'httpd'))],
    ['update of a subresource', async (client) => (await client.resource(Website)).update(website('a'), { subresource: 'status' })],
    ['patch', async (client) => (await client.resource(Website)).patch(name, { type: 'merge', body: {} })],
    ['patch of the metadata', async (client) => (await client.resource(Website)).metadataOnly().patch(name, { type: 'merge', body: {} })],
    ['delete', async (client) => (await client.resource(Website)).delete(name)],
    ['deleteCollection', async (client) => (await client.resource(Website)).deleteCollection({ namespace: 'shop' })],
    ['setReplicas', async (client) => (await client.resource(Deployment)).setReplicas(name, 2)],
    ['a raw request', (client) => client.request('POST', '/api/v1/namespaces/shop/pods/x/eviction', { body: {} })],
    ['as somebody else', async (client) => (await client.impersonate({ user: 'jane' }).resource(Website)).delete(name)],
  ])('%s: the guard’s refusal is the answer, and nothing is sent', async (_, write) => {
    const { server, client } = await start(refusing)
    await expect(write(client)).rejects.toThrow('no')
    expect(server.writes).toEqual([])
    expect(server.find('Website.example.dev/v1', 'shop/a')).toBeDefined()
  })

  test('reads pass, and the resource of a kind is wrapped once', async () => {
    const { client, websites } = await start(refusing)
    expect((await websites.get(name)).metadata.name).toBe('a')
    expect((await websites.list()).items).toHaveLength(1)
    expect(await client.request('GET', '/readyz')).toBe('ok')
    expect(await client.resource(Website)).toBe(websites)
    expectTypeOf(websites.get).returns.resolves.toEqualTypeOf<Website>()
  })

  test('a guard hears of a write before it is asked for, in the moment in which it is sent, and with the answer', async () => {
    const guard = recording()
    const { websites } = await start(guard)
    await websites.create(website('b'))
    await websites.delete(name)
    expect(guard.told).toEqual([
      'before create websites b',
      'before create websites b',
      'after create websites b Website b',
      'before delete websites a',
      'before delete websites a',
      'after delete websites a Website a',
    ])
  })

  test.each([
    ['a Status, as of most kinds', false, []],
    ['the object as it was, as of Services', true, []],
    ['the object that waits for a finalizer', false, ['x']],
  ])('a guard hears what has gone: %s', async (_, showsWhatIsGone, finalizers) => {
    const told: KubeObject[] = []
    const { server, websites } = await start({ after: (_write, object) => void told.push(object) })
    server.showsWhatIsGone = showsWhatIsGone
    const reference = { apiVersion: 'v1', kind: 'Owner', name: 'o', uid: 'owner-1' }
    const { metadata } = server.put(Website, website('b', 'nginx', { finalizers, ownerReferences: [reference] }))
    await websites.delete({ name: 'b', namespace: 'shop' })
    const [gone] = told
    expect(gone?.metadata).toMatchObject({ name: 'b', namespace: 'shop', uid: metadata.uid! })
    // The version of what has gone is one from before: whoever waited for it would wait for nothing.
    expect(gone?.metadata.resourceVersion).toBe(
      finalizers.length > 0 ? server.find('Website.example.dev/v1', 'shop/b')?.metadata.resourceVersion : undefined,
    )
    if (showsWhatIsGone) expect(gone?.metadata.ownerReferences).toEqual([reference])
  })

  test('a guard that changes its mind while the write waits to be sent is heard', async () => {
    let asked = 0
    const guard = { before: () => void (++asked === 2 && refusing.before?.({} as WriteAttempt)) }
    const { server, websites } = await start(guard)
    await expect(websites.delete(name)).rejects.toThrow('no')
    expect(server.writes).toEqual([])
  })

  test('a dry run is guarded, but its answer means nothing', async () => {
    const guard = recording()
    const { websites } = await start(guard)
    await websites.patch(name, { type: 'merge', body: {} }, { dryRun: true })
    expect(guard.told).toEqual(['before patch websites a dry', 'before patch websites a dry'])
  })

  test('the signal of a guard ends a write under way, and so does the caller’s', async () => {
    const silent: Client = {
      ...fakeClient(new FakeServer()),
      request: (_method, _path, { signal } = {}) =>
        new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason as Error))),
    }
    for (const which of [0, 1]) {
      const stops = [new AbortController(), new AbortController()] as const
      const client = guardedClient(silent, [{ signal: stops[0].signal }])
      const writing = client.request('PUT', '/x', { signal: stops[1].signal })
      stops[which]?.abort(new Error(`number ${which}`))
      await expect(writing).rejects.toThrow(`number ${which}`)
    }
  })

  test('without guards it is the client itself', async () => {
    const client = connectTo({ server: 'http://127.0.0.1:1' })
    expect(guardedClient(client, [])).toBe(client)
    await client.close()
  })

  test('the answer to a raw request tells the kind that its path does not', async () => {
    const guard = recording()
    const answering: Client = {
      ...fakeClient(new FakeServer()),
      request: async <R>() => ({ kind: 'Pod', metadata: { name: 'x', resourceVersion: '7' } }) as KubeObject as R,
    }
    await guardedClient(answering, [guard]).request('PATCH', '/api/v1/namespaces/shop/pods/x', { body: {} })
    expect(guard.told.at(-1)).toBe('after patch pods x Pod x')
  })
})

describe('what a raw request writes', () => {
  test.each<[string, string, string | undefined]>([
    ['GET', '/api/v1/pods', undefined],
    ['HEAD', '/api/v1/pods', undefined],
    ['POST', '/api/v1/namespaces/shop/pods', 'create /v1 pods -'],
    ['POST', '/api/v1/namespaces/shop/pods/x/eviction', 'create /v1 pods shop/x'],
    ['PUT', '/apis/apps/v1/namespaces/shop/deployments/x/status', 'update apps/v1 deployments shop/x'],
    ['PATCH', '/apis/apps/v1/namespaces/shop/deployments/x?fieldManager=a', 'patch apps/v1 deployments shop/x'],
    ['DELETE', '/api/v1/nodes/n', 'delete /v1 nodes n'],
    ['delete', '/api/v1/namespaces/shop/pods?labelSelector=a', 'deletecollection /v1 pods -'],
    ['PUT', '/api/v1/namespaces/shop/finalize', 'update /v1 namespaces shop'],
    ['DELETE', '/api/v1/namespaces/shop', 'delete /v1 namespaces shop'],
    ['POST', '/apis/example.dev/v1/widgets', 'create example.dev/v1 widgets -'],
    ['POST', '/somewhere', 'create /  -'],
  ])('%s %s', (method, path, said) => {
    const write = rawWrite(method, path)
    const of = write?.name && `${write.name.namespace ? `${write.name.namespace}/` : ''}${write.name.name}`
    expect(write && `${write.verb} ${write.type.group}/${write.type.version} ${write.type.plural} ${of ?? '-'}`).toBe(said)
  })

  test('a dry run is one, by the path or by the query', () => {
    expect(rawWrite('POST', '/api/v1/pods?dryRun=All')?.dryRun).toBe(true)
    expect(rawWrite('POST', '/api/v1/pods', { dryRun: 'All' })?.dryRun).toBe(true)
    expect(rawWrite('POST', '/api/v1/pods')?.dryRun).toBe(false)
  })
})
