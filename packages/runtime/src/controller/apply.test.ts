import type { KubeObject } from '@kubewright/core'
import { settle } from '@kubewright/testing/virtual-clock'
import { describe, expect, test } from 'vitest'
import { apiError, FakeServer } from '../fake/fake-server.ts'
import { Deployment, Event, Website, website } from '../fake/program.ts'
import { deploymentFor, useWebsites } from '../fake/website-program.ts'
import { isFieldConflict } from './errors.ts'
import { owned, watch } from './options.ts'

const start = useWebsites()
const Secret = { group: '', version: 'v1', kind: 'Secret', plural: 'secrets', namespaced: true } as const
const found = (server: FakeServer, name = 'shop') => server.find('Deployment.apps/v1', `shop/${name}`)

describe('apply', () => {
  test('writes nothing after a restart on what it has made', async () => {
    const make = {
      owns: [Deployment],
      reconcile: async ({ object, apply }) => void (await apply(deploymentFor(object))),
    } satisfies Parameters<typeof start>[0]
    const first = await start(make)
    first.server.put(Website, website('shop'))
    await settle()
    expect(first.server.writes).toHaveLength(1)
    await first.stop()
    const again = await start(make, { server: first.server })
    await again.clock.advance(60_000)
    expect(first.server.writes).toHaveLength(1)
  })

  test('sends a value that the server keeps in another form once per change, and not again', async () => {
    let image = 'a'
    const { server, controller, clock } = await start({
      owns: [Deployment],
      // The number becomes a text on this server, as a duration becomes another one on a real one.
      reconcile: async ({ object, apply }) =>
        void (await apply({ ...deploymentFor(object, image), spec: { image, replicas: '1h' as unknown as number } })),
    })
    server.onPut = (object) => ('spec' in object ? { ...object, spec: { ...(object['spec'] as object), replicas: '1h0m0s' } } : object)
    server.put(Website, website('shop'))
    await clock.advance(1_000)
    const before = server.writes.length
    for (let i = 0; i < 3; i++) {
      controller.control.trigger({ namespace: 'shop', name: 'shop' })
      await clock.advance(1_000)
    }
    server.put(Deployment, { ...found(server)!, status: { readyReplicas: 1 } })
    await clock.advance(1_000)
    expect(server.writes.length - before).toBe(0)
    image = 'b'
    controller.control.trigger({ namespace: 'shop', name: 'shop' })
    await clock.advance(1_000)
    expect(server.writes.length - before).toBe(1)
  })

  test('of a kind of which only metadata is watched sends one request per object after a start, and then one per change of its generation', async () => {
    const make = {
      owns: [owned(Deployment, { metadataOnly: true })],
      reconcile: async ({ object, apply }) => void (await apply(deploymentFor(object))),
    } satisfies Parameters<typeof start>[0]
    const { server, clock } = await start(make)
    server.put(Website, website('shop'))
    await clock.advance(1_000)
    expect(server.writes).toHaveLength(1)
    server.put(Deployment, { ...found(server)!, status: { readyReplicas: 1 } })
    await clock.advance(1_000)
    expect(server.writes).toHaveLength(1)
    server.put(Deployment, { ...found(server)!, spec: { image: 'evil' } })
    await clock.advance(1_000)
    expect([server.writes.length, found(server)]).toMatchObject([2, { spec: { image: 'nginx' } }])
  })

  test('is not skipped on a cache that is older than what it sent last, nobody waits for which when it is not owned', async () => {
    let image = 'a'
    const { server, controller, clock } = await start({
      owns: [Deployment],
      reconcile: async ({ object, apply }) => void (await apply(deploymentFor(object, image), { own: false })),
    })
    server.put(Website, website('shop'))
    await clock.advance(1)
    const release = server.hold()
    for (image of ['b', 'a']) {
      controller.control.trigger({ namespace: 'shop', name: 'shop' })
      await clock.advance(1)
    }
    release()
    await clock.advance(1_000)
    expect(found(server)?.['spec']).toEqual({ image: 'a' })
  })

  test('remembers nothing of an object that is gone, of a kind that is only watched too', async () => {
    const { server, controller, clock } = await start({
      watches: [watch(Deployment, () => [])],
      reconcile: async ({ object, apply }) => void (await apply(deploymentFor(object), { own: false })),
    })
    server.put(Website, website('shop'))
    await clock.advance(1)
    const before = found(server)!
    server.remove(Deployment, 'shop/shop')
    await clock.advance(1)
    server.put(Deployment, before)
    await clock.advance(1)
    controller.control.trigger({ namespace: 'shop', name: 'shop' })
    await clock.advance(1)
    expect(server.writes).toHaveLength(2)
  })

  test('takes back the fields that it does not say any more', async () => {
    let replicas: number | undefined = 3
    const { server, controller, clock } = await start({
      owns: [Deployment],
      reconcile: async ({ object, apply }) =>
        void (await apply({ ...deploymentFor(object), spec: { image: 'a', ...(replicas === undefined ? {} : { replicas }) } })),
    })
    server.put(Website, website('shop'))
    await clock.advance(1)
    replicas = undefined
    controller.control.trigger({ namespace: 'shop', name: 'shop' })
    await clock.advance(1)
    expect(found(server)?.['spec']).toEqual({ image: 'a' })
  })

  test('of the status goes to the status, alone, without an owner, under an ownership of its own', async () => {
    const { server, clock } = await start({
      owns: [Deployment],
      async reconcile({ object, apply }) {
        await apply(deploymentFor(object))
        await apply({ ...deploymentFor(object), status: { readyReplicas: 2 } } as Deployment, { subresource: 'status' })
      },
    })
    server.put(Website, website('shop'))
    await clock.advance(60_000)
    const patches = server.writes.map(({ options }) => options as { patch: { body: KubeObject }; subresource?: string })
    expect(patches.map(({ subresource }) => subresource)).toEqual([undefined, 'status'])
    expect(patches[1]!.patch.body).toEqual({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'shop', namespace: 'shop' },
      status: { readyReplicas: 2 },
    })
    expect(found(server)?.metadata.ownerReferences).toHaveLength(1)
  })

  test('sends the stringData of a Secret as the data that it becomes', async () => {
    const server = new FakeServer().serve(Website, Secret, Event)
    await start(
      {
        owns: [Secret],
        reconcile: async ({ apply }) =>
          void (await apply({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, stringData: { a: 'b' } } as KubeObject)),
      },
      { server },
    )
    server.put(Website, website('shop'))
    await settle()
    expect(server.find('Secret.v1', 'shop/s')).toMatchObject({ data: { a: 'Yg==' } })
    expect(server.find('Secret.v1', 'shop/s')).not.toHaveProperty('stringData')
    expect(server.writes).toHaveLength(1)
  })

  test('tells which field of which manager stands against it', async () => {
    let error: unknown
    const { server } = await start({
      async reconcile({ object, apply }) {
        error = await apply(deploymentFor(object), { force: false }).catch((thrown: unknown) => thrown)
      },
    })
    server.failWith(({ verb }) => {
      if (verb !== 'patch') return undefined
      const conflict = apiError(409, 'Conflict')
      const causes = [{ reason: 'FieldManagerConflict', message: 'conflict with "kubectl" using apps/v1', field: '.spec.replicas' }]
      return Object.assign(conflict, { status: { ...conflict.status, details: { causes } } })
    })
    server.put(Website, website('shop'))
    await settle()
    expect(isFieldConflict(error)).toBe(true)
    expect(String(error)).toContain('Deployment.apps/v1 "shop/shop": other managers hold .spec.replicas (set by "kubectl" using apps/v1)')
  })
})
