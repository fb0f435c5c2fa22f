import type { KubeObject } from '@kubewright/core'
import { settle } from '@kubewright/testing/virtual-clock'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { apiError, FakeServer } from '../fake/fake-server.ts'
import { Deployment, Event, Website, website } from '../fake/program.ts'
import { deploymentFor, useWebsites } from '../fake/website-program.ts'
import type { ReconcileResult } from './context.ts'
import { owned } from './options.ts'

const start = useWebsites()
const ConfigMap = { group: '', version: 'v1', kind: 'ConfigMap', plural: 'configmaps', namespaced: true } as const
const names = (server: FakeServer, kind = 'Deployment.apps/v1') =>
  server
    .objects(kind)
    .map(({ metadata }) => metadata.name)
    .sort()
const deletions = (server: FakeServer) => server.requests.filter(({ verb }) => verb === 'delete')

/** Applies what it is told to; what comes after is up to the test. */
async function shop(options: Parameters<typeof start>[0] = {}, result: () => ReconcileResult | Promise<ReconcileResult> = () => {}) {
  const wanted = { names: ['a', 'b'] as readonly string[] }
  const program = await start({
    owns: [Deployment],
    async reconcile({ object, apply }) {
      for (const name of wanted.names) await apply(deploymentFor(object, 'nginx', name))
      return await result()
    },
    ...options,
  })
  program.server.put(Website, website('shop'))
  await program.clock.advance(100)
  const want = async (...wantedNames: string[]) => {
    wanted.names = wantedNames
    program.controller.control.trigger({ namespace: 'shop', name: 'shop' })
    await program.clock.advance(1_000)
    return names(program.server)
  }
  return { ...program, want }
}

describe('what a reconcile does not apply any more', () => {
  test('is deleted, in the background and only as it was seen, and told in a line and an event', async () => {
    const { server, want, said } = await shop()
    const { uid, resourceVersion } = server.find('Deployment.apps/v1', 'shop/b')!.metadata
    expect(await want('a')).toEqual(['a'])
    expect(deletions(server)).toMatchObject([
      { name: 'b', options: { preconditions: { uid, resourceVersion }, propagationPolicy: 'Background' } },
    ])
    expect(said('info')).toContain('pruned: not applied any more')
    expect(server.objects('Event.events.k8s.io/v1')).toMatchObject([
      { reason: 'Pruned', regarding: { name: 'shop' }, related: { name: 'b' } },
    ])
  })

  test('is deleted when nothing is applied at all', async () => {
    const { want } = await shop()
    expect(await want()).toEqual([])
  })

  test.each<[string, () => ReconcileResult | Promise<ReconcileResult>]>([
    ['failed', () => Promise.reject(new Error('half-way'))],
    ['met a conflict', () => Promise.reject(apiError(409, 'Conflict'))],
    ['wants to be called again', () => ({ requeueAfter: '1h' })],
    ['says so', () => ({ prune: false })],
  ])('stays when the reconcile %s', async (_, result) => {
    let later: () => ReconcileResult | Promise<ReconcileResult> = () => {}
    const { want } = await shop({}, () => later())
    later = result
    expect(await want('a')).toEqual(['a', 'b'])
  })

  test('goes when a reconcile that wants to be called again says that it has said everything', async () => {
    const { want } = await shop({}, () => ({ requeueAfter: '1h', prune: true }))
    expect(await want('a')).toEqual(['a'])
  })

  test('is deleted by the next one, when the one that does not apply it came to its end after its time', async () => {
    let late = false
    const program = await start({
      owns: [Deployment],
      reconcileTimeout: '5s',
      async reconcile({ object, apply, signal }) {
        if (program.server.objects('Deployment.apps/v1').length === 0 && !late) return void (await apply(deploymentFor(object)))
        if (!late) await new Promise((resolve) => signal.addEventListener('abort', resolve))
        late = true
      },
    })
    program.server.put(Website, website('shop'))
    await program.clock.advance(60_000)
    expect(names(program.server)).toEqual([])
  })

  test('stays when its kind, or the controller, is not to be pruned', async () => {
    for (const options of [{ owns: [owned(Deployment, { prune: false })] }, { prune: false }]) {
      const { want } = await shop(options)
      expect(await want('a')).toEqual(['a', 'b'])
    }
  })

  test('stays when it could not be applied this time: it is wanted', async () => {
    const { server, want } = await shop({
      async reconcile({ object, apply }) {
        for (const name of ['a', 'b']) await apply(deploymentFor(object, image, name)).catch(() => {})
      },
    })
    let image = 'nginx'
    expect(await want()).toEqual(['a', 'b'])
    image = 'other'
    server.failWith(({ verb, name }) => (verb === 'patch' && name === 'b' ? apiError(500, 'InternalError') : undefined))
    expect(await want()).toEqual(['a', 'b'])
    expect(deletions(server)).toEqual([])
  })

  test('stays when it is another’s: of no controller, of another owner, or applied by another manager', async () => {
    const { server, want } = await shop()
    const mine = server.find('Deployment.apps/v1', 'shop/b')!
    const { ownerReferences = [], managedFields = [] } = mine.metadata
    const put = (name: string, metadata: Partial<KubeObject['metadata']>) =>
      server.put(Deployment, { metadata: { name, namespace: 'shop', ...metadata } })
    put('free', { managedFields })
    put('other-owner', { managedFields, ownerReferences: ownerReferences.map((reference) => ({ ...reference, uid: 'u2' })) })
    put('other-manager', { ownerReferences, managedFields: managedFields.map((entry) => ({ ...entry, manager: 'helm' })) })
    put('by-hand', { ownerReferences })
    expect(await want('a')).toEqual(['a', 'by-hand', 'free', 'other-manager', 'other-owner'])
  })

  test('that has changed since it was seen is not deleted blindly, but looked at again', async () => {
    const { server, want } = await shop()
    let meddled = false
    server.failWith(({ verb, name }) => {
      if (verb === 'delete' && name === 'b' && !meddled) {
        meddled = true
        server.put(Deployment, { ...server.find('Deployment.apps/v1', 'shop/b')!, status: { readyReplicas: 1 } })
      }
      return undefined
    })
    expect(await want('a')).toEqual(['a'])
    expect(deletions(server)).toHaveLength(2)
  })
})

test('whatever is wanted over time, what is there is what was wanted last, and what is others’ is untouched', async () => {
  const kinds = [Deployment, ConfigMap] as const
  const step = fc.record({
    deployments: fc.subarray(['a', 'b', 'c']),
    configMaps: fc.subarray(['x', 'y']),
    end: fc.constantFrom('well', 'badly', 'later', 'restart'),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 8 }), async (steps) => {
      const server = new FakeServer().serve(Website, Deployment, ConfigMap, Event)
      let current: (typeof steps)[number] | undefined
      const begin = () =>
        start(
          {
            owns: kinds,
            async reconcile({ object, apply }) {
              if (current === undefined) return { prune: false }
              for (const name of current.deployments) await apply(deploymentFor(object, 'nginx', name))
              for (const name of current.configMaps) await apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } } as KubeObject)
              if (current.end === 'badly') throw new Error('badly')
              return current.end === 'later' ? { requeueAfter: '10h' } : undefined
            },
          },
          { server },
        )
      const owner = server.put(Website, website('shop'))
      const { name = '', uid = '' } = owner.metadata
      const theirs = {
        name: 'theirs',
        namespace: 'shop',
        ownerReferences: [{ apiVersion: 'example.dev/v1', kind: 'Website', name, uid, controller: true }],
      }
      for (const kind of kinds) server.put(kind, { metadata: theirs })
      let program = await begin()
      let [deployments, configMaps] = [new Set<string>(), new Set<string>()]
      for (current of steps) {
        if (current.end === 'restart') {
          await program.stop()
          program = await begin()
        }
        program.controller.control.trigger({ namespace: 'shop', name })
        await program.clock.advance(100)
        const exact = current.end === 'well' || current.end === 'restart'
        deployments = new Set([...(exact ? [] : deployments), ...current.deployments])
        configMaps = new Set([...(exact ? [] : configMaps), ...current.configMaps])
        expect(names(server)).toEqual([...deployments, 'theirs'].sort())
        expect(names(server, 'ConfigMap.v1')).toEqual([...configMaps, 'theirs'].sort())
      }
      await program.stop()
    }),
    { numRuns: 30 },
  )
  await settle()
})

test('children() shows what the object controls of a kind that it owns, through the selector that it is watched with; of another kind it throws', async () => {
  const seen: (readonly (string | undefined)[])[] = []
  const failures: unknown[] = []
  const { server, clock } = await shop({
    owns: [owned(Deployment, { labelSelector: 'app=shop' })],
    async reconcile({ object, apply, children }) {
      seen.push(children(Deployment).map(({ metadata }) => metadata.name))
      const wanted = deploymentFor(object, 'nginx', 'a')
      await apply({ ...wanted, metadata: { ...wanted.metadata, labels: { app: 'shop' } } })
      try {
        children(ConfigMap)
      } catch (error) {
        failures.push(error)
      }
    },
  })
  server.put(Deployment, { metadata: { name: 'theirs', namespace: 'shop', labels: { app: 'shop' } } })
  await clock.advance(1_000)
  expect(seen[0]).toEqual([])
  expect(seen.at(-1)).toEqual(['a'])
  expect(failures[0]).toMatchObject({ message: expect.stringContaining('children(ConfigMap.v1): add the kind to "owns"') as string })
})
