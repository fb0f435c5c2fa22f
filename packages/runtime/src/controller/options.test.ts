// The options of a controller: each has an effect that is gone without it.
import type { KubeObject } from '@kubewright/core'
import { settle } from '@kubewright/testing/virtual-clock'
import { describe, expect, test } from 'vitest'
import { apiError, FakeServer } from '../fake/fake-server.ts'
import { Deployment, Event, Website, website } from '../fake/program.ts'
import { deploymentFor, useWebsites } from '../fake/website-program.ts'
import { controller } from './definition.ts'
import { isReconcileTimeout, TerminalError } from './errors.ts'
import { type ControllerOptions, owned, watch } from './options.ts'
import { generationChanged, labelsChanged } from './predicate.ts'

const start = useWebsites()
const ConfigMap = { group: '', version: 'v1', kind: 'ConfigMap', plural: 'configmaps', namespaced: true } as const
const withStatus = (image: string, ready: boolean) => ({ ...website('shop', image), status: { ready } })

describe('predicates', () => {
  test('by default let no write of a status call the reconcile, whoever wrote it; and whatever else changes does', async () => {
    const { server, seen } = await start()
    server.put(Website, website('shop'))
    await settle()
    for (const ready of [true, false]) {
      server.put(Website, withStatus('nginx', ready))
      await settle()
    }
    expect(seen).toHaveLength(1)
    server.put(Website, withStatus('httpd', true))
    await settle()
    expect(seen, 'a write that changes the spec and the status').toHaveLength(2)
    server.put(Website, { ...withStatus('httpd', true), metadata: { ...website('shop').metadata, labels: { a: 'b' } } })
    await settle()
    expect(seen).toHaveLength(3)
  })

  test('given as none let everything through', async () => {
    const { server, seen } = await start({ predicates: [] })
    server.put(Website, website('shop'))
    await settle()
    server.put(Website, withStatus('nginx', true))
    await settle()
    expect(seen).toHaveLength(2)
  })

  test('lose nothing that changed while the watch was away and something else changed last', async () => {
    const { server, seen, clock } = await start({ predicates: [generationChanged] })
    server.put(Website, website('shop'))
    await settle()
    server.silently(() => {
      server.put(Website, website('shop', 'httpd'))
      server.put(Website, withStatus('httpd', true))
    })
    server.compact()
    server.endWatches(apiError(410, 'Expired'))
    await clock.advance(10_000)
    expect(seen).toHaveLength(2)
  })

  test('never keep a deletion back', async () => {
    const gone: string[] = []
    const { server } = await start({ predicates: [() => false], onDeleted: ({ name }) => void gone.push(name) })
    server.put(Website, website('shop'))
    await settle()
    server.remove(Website, 'shop/shop')
    await settle()
    expect(gone).toEqual(['shop'])
  })

  test('of an owned and of a watched kind choose among its events', async () => {
    const server = new FakeServer().serve(Website, Deployment, ConfigMap, Event)
    const { seen, clock } = await start(
      {
        owns: [owned(Deployment, { predicates: [generationChanged] })],
        watches: [watch(ConfigMap, () => [{ namespace: 'shop', name: 'shop' }], { predicates: [labelsChanged] })],
      },
      { server },
    )
    const owner = server.put(Website, website('shop'))
    const ownerReferences = [{ apiVersion: 'example.dev/v1', kind: 'Website', name: 'shop', uid: owner.metadata.uid!, controller: true }]
    const child = { metadata: { name: 'd', namespace: 'shop', ownerReferences }, spec: { image: 'a' } }
    const config = (data: string, label: string) => ({ metadata: { name: 'c', namespace: 'shop', labels: { label } }, data })
    server.put(Deployment, child)
    server.put(ConfigMap, config('1', 'a'))
    await clock.advance(1)
    seen.length = 0
    server.put(Deployment, { ...child, status: { readyReplicas: 1 } })
    server.put(ConfigMap, config('2', 'a'))
    await clock.advance(1)
    expect(seen).toEqual([])
    server.put(Deployment, { ...child, spec: { image: 'b' } })
    await clock.advance(1)
    server.put(ConfigMap, config('2', 'b'))
    await clock.advance(1)
    expect(seen).toEqual(['shop', 'shop'])
  })
})

describe('a map function', () => {
  test('sends what it names with the priority that it gives', async () => {
    const order: string[] = []
    const server = new FakeServer().serve(Website, ConfigMap, Event)
    const { controller: definition, clock } = await start(
      {
        watches: [watch(ConfigMap, () => [{ name: 'low', priority: -5 }, { name: 'none' }, { name: 'high', priority: 5 }])],
        onDeleted: ({ name }) => void order.push(name),
      },
      { server },
    )
    definition.control.pause()
    server.put(ConfigMap, { metadata: { name: 'c', namespace: 'shop' } })
    await settle()
    definition.control.resume()
    await clock.advance(1)
    expect(order).toEqual(['high', 'none', 'low'])
  })
})

test('resync: every object is looked at again after that time though nothing happened, behind everything else, whatever the predicates say', async () => {
  const {
    server,
    seen,
    clock,
    controller: definition,
  } = await start({ resync: '1h', predicates: [generationChanged] }, { prepare: (before) => void before.put(Website, website('old')) })
  expect(seen).toEqual(['old'])
  definition.control.pause()
  await clock.advance(3_600_000 + 360_000)
  server.put(Website, website('new'))
  await settle()
  definition.control.resume()
  await clock.advance(1)
  expect(seen).toEqual(['old', 'new', 'old'])
  expect(server.count('list'), 'the server is not asked for it').toBe(1)
})

test('resync false: never', async () => {
  const { seen, clock } = await start({ resync: false }, { prepare: (before) => void before.put(Website, website('shop')) })
  await clock.advance(48 * 3_600_000)
  expect(seen).toHaveLength(1)
})

test('debounce: what comes in bursts is reconciled once, at its end, and after ten times as long at the latest', async () => {
  const { server, seen, clock } = await start({ debounce: '1s' })
  for (let i = 0; i < 5; i++) {
    server.put(Website, website('shop', `image-${i}`))
    await clock.advance(900)
  }
  expect(seen).toEqual([])
  await clock.advance(100)
  expect(seen).toEqual(['shop'])
  for (let i = 0; i < 12; i++) {
    server.put(Website, website('shop', `again-${i}`))
    await clock.advance(900)
  }
  expect(seen).toEqual(['shop', 'shop'])
})

describe('retry', () => {
  test('base and cap set the delays', async () => {
    const at: number[] = []
    const program = await start({
      retry: { base: '1s', cap: '2s' },
      reconcile: () => {
        at.push(program.clock.monotonic())
        return Promise.reject(new Error('broken'))
      },
    })
    program.server.put(Website, website('shop'))
    await program.clock.advance(5_000)
    expect(at.map((time) => time - at[0]!)).toEqual([0, 1_000, 3_000, 5_000])
  })

  test('maxAttempts ends it, told and counted, until the object changes', async () => {
    const attempts: number[] = []
    const { server, clock, said, metric } = await start({
      retry: { maxAttempts: 3 },
      reconcile: ({ attempt }) => {
        attempts.push(attempt)
        return Promise.reject(new Error('broken'))
      },
    })
    server.put(Website, website('shop'))
    await clock.advance(3_600_000)
    expect(attempts).toEqual([1, 2, 3])
    expect(said('error').at(-1)).toBe('reconcile failed too often; it is left until the object changes')
    expect(await metric('controller_runtime_terminal_reconcile_errors_total')).toMatch(/ 1$/)
    server.put(Website, website('shop', 'other'))
    await clock.advance(3_600_000)
    expect(attempts).toEqual([1, 2, 3, 1, 2, 3])
  })
})

test('that another writer was faster is no failure: it neither counts as an attempt nor ends them', async () => {
  const attempts: number[] = []
  const { server, clock, said } = await start({
    retry: { maxAttempts: 2 },
    reconcile: ({ attempt }) => {
      attempts.push(attempt)
      if (attempts.length <= 5) return Promise.reject(apiError(409, 'Conflict'))
      return attempts.length === 6 ? Promise.reject(new Error('broken')) : undefined
    },
  })
  server.put(Website, website('shop'))
  await clock.advance(60_000)
  expect(attempts).toEqual([1, 1, 1, 1, 1, 1, 2])
  expect(said('error')).toEqual(['reconcile failed'])
})

test('a terminal error is told to the object’s author, as an event', async () => {
  const { server, clock } = await start({ reconcile: () => Promise.reject(new TerminalError('no such image')) })
  server.put(Website, website('shop'))
  await clock.advance(1_000)
  expect(server.objects('Event.events.k8s.io/v1')).toMatchObject([{ type: 'Warning', reason: 'ReconcileFailed', note: 'no such image' }])
})

test('reconcileTimeout: the reason of the signal tells it from every other end', async () => {
  const reasons: unknown[] = []
  const { server, clock } = await start({
    reconcileTimeout: '5s',
    async reconcile({ signal }) {
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
      reasons.push(signal.reason)
    },
  })
  server.put(Website, website('shop'))
  await clock.advance(5_000)
  expect(reasons.map(isReconcileTimeout)).toEqual([true])
})

test('reconcileTimeout: what a reconcile drafted that came to its end too late is not lost, but made anew', async () => {
  let runs = 0
  const { server, clock } = await start({
    reconcileTimeout: '5s',
    async reconcile({ status, signal }) {
      if (++runs === 1) await new Promise((resolve) => signal.addEventListener('abort', resolve))
      status.ready = true
    },
  })
  server.put(Website, website('shop'))
  await clock.advance(6_000)
  expect(server.find('Website.example.dev/v1', 'shop/shop')).toMatchObject({ status: { ready: true } })
  expect(runs).toBe(2)
})

test('reconcileTimeout: a reconcile that came to its end too late and left nothing to write has done its work', async () => {
  let runs = 0
  const { server, clock } = await start({
    owns: [Deployment],
    reconcileTimeout: '5s',
    async reconcile({ signal }) {
      runs++
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
    },
  })
  server.put(Website, website('shop'))
  await clock.advance(60_000)
  expect(runs).toBe(1)
})

test('the priority of a result is the one of the next time', async () => {
  const order: string[] = []
  const {
    server,
    clock,
    controller: definition,
  } = await start({
    reconcile({ request }) {
      order.push(request.name)
      return order.length > 2 ? undefined : { requeueAfter: 1_000, priority: request.name === 'b' ? 10 : 0 }
    },
  })
  for (const name of ['a', 'b']) server.put(Website, website(name))
  await clock.advance(1)
  definition.control.pause()
  await clock.advance(2_000)
  definition.control.resume()
  await clock.advance(1)
  expect(order).toEqual(['a', 'b', 'b', 'a'])
})

describe('conditions', () => {
  interface Conditioned extends Website {
    readonly status?: NonNullable<Website['status']> & {
      readonly conditions?: readonly { readonly type: 'Ready'; readonly status: string }[]
    }
  }

  test('carry the generation, and the time when their status changed, and are written when they differ', async () => {
    let ready = false
    const options: Partial<ControllerOptions<Conditioned>> = {
      reconcile: ({ condition }) => condition('Ready', ready, ready ? 'Served' : 'Pulling', 'so it is'),
    }
    const { server, clock, controller: definition } = await start(options as Partial<ControllerOptions<Website>>)
    server.put(Website, website('shop', 'nginx', { generation: 7 }))
    await clock.advance(60_000)
    const found = () => server.find('Website.example.dev/v1', 'shop/shop')
    const first = { type: 'Ready', status: 'False', reason: 'Pulling', message: 'so it is', observedGeneration: 7 }
    expect(found()).toMatchObject({ status: { conditions: [{ ...first, lastTransitionTime: '2026-01-01T00:00:00Z' }] } })
    definition.control.trigger({ namespace: 'shop', name: 'shop' })
    await clock.advance(1_000)
    expect(server.writes).toHaveLength(1)
    ready = true
    definition.control.trigger({ namespace: 'shop', name: 'shop' })
    await clock.advance(1_000)
    expect(found()).toMatchObject({ status: { conditions: [{ status: 'True', lastTransitionTime: '2026-01-01T00:01:01Z' }] } })
    expect(server.writes).toHaveLength(2)
  })
})

describe('a status that cannot be written', () => {
  const setReady: ControllerOptions<Website>['reconcile'] = ({ status }) => {
    status.ready = true
  }

  test('because the kind has none is one clear error, and no loop', async () => {
    const { server, clock, log } = await start(
      { reconcile: setReady },
      { prepare: (before) => void before.withoutStatus.add('Website.example.dev/v1') },
    )
    server.put(Website, website('shop'))
    await clock.advance(3_600_000)
    const errors = log.filter(({ level }) => level === 'error')
    expect(errors).toHaveLength(1)
    expect(errors[0]).toMatchObject({
      error: { message: expect.stringContaining('Website.example.dev/v1 has no status subresource: add "subresources:') },
    })
  })

  test('because only metadata is watched is one clear error', async () => {
    const { server, clock, log } = await start({ metadataOnly: true, reconcile: setReady })
    server.put(Website, website('shop'))
    await clock.advance(3_600_000)
    expect(log.filter(({ level }) => level === 'error')).toMatchObject([{ error: { message: expect.stringContaining('"metadataOnly"') } }])
  })
})

describe('the control', () => {
  test('pause begins nothing new and loses nothing; resume goes on', async () => {
    const { server, seen, controller: definition, clock } = await start()
    definition.control.pause()
    for (const name of ['a', 'b']) server.put(Website, website(name))
    await clock.advance(60_000)
    expect([seen, definition.control.queueLength, definition.control.paused]).toEqual([[], 2, true])
    definition.control.resume()
    await clock.advance(1)
    expect([seen, definition.control.queueLength, definition.control.paused]).toEqual([['a', 'b'], 0, false])
  })

  test('trigger reconciles an object, and says how many are under way', async () => {
    const gate = Promise.withResolvers<void>()
    const { server, controller: definition } = await start({ reconcile: () => gate.promise })
    expect(() => definition.control.trigger({ namespace: 'shop', name: 'unknown' })).not.toThrow()
    server.put(Website, website('shop'))
    await settle()
    expect([definition.control.active, definition.inspect?.()]).toEqual([1, { queued: 0, active: 1 }])
    gate.resolve()
    await settle()
    expect(definition.control.active).toBe(0)
  })
})

test('children may be watched in part, and an owner whose child does not match is reconciled for those that do', async () => {
  const { server, clock } = await start({
    owns: [owned(Deployment, { labelSelector: 'app=shop' })],
    reconcile: async ({ object, apply }) =>
      void (await apply({ ...deploymentFor(object), metadata: { name: 'd', labels: { app: 'shop' } } } as KubeObject)),
  })
  server.put(Website, website('shop'))
  await clock.advance(1_000)
  expect(server.writes).toHaveLength(1)
  server.put(Deployment, { ...server.find('Deployment.apps/v1', 'shop/d')!, spec: { image: 'evil' } })
  await clock.advance(1_000)
  expect(server.find('Deployment.apps/v1', 'shop/d')).toMatchObject({ spec: { image: 'nginx' } })
})

test.each<[Partial<ControllerOptions<Website>>, string]>([
  [{ retry: { maxAttempts: 0 } }, '"retry.maxAttempts" is 0'],
  [{ retry: { base: 0 } }, '"retry.base" is 0 ms'],
  [{ retry: { base: '30m' } }, '"retry.cap" (1000000 ms) is shorter than "retry.base" (1800000 ms)'],
  [{ retry: { cap: 1 } }, '"retry.cap" (1 ms) is shorter than "retry.base" (5 ms)'],
  [{ cacheSyncTimeout: -1 }, '"cacheSyncTimeout" is -1 ms'],
  [{ resync: 10 }, '"resync" is 10 ms: it must be 1000 ms or more'],
  [{ debounce: -1 }, '"debounce" is -1 ms'],
  [{ reconcileTimeout: 0 }, '"reconcileTimeout" is 0 ms'],
  [{ owns: [Deployment, owned(Deployment)] }, '"owns" has Deployment.apps/v1 twice'],
])('%j is refused when the controller is made', (options, sentence) => {
  expect(() => controller<Website>(Website, { ...options, reconcile: () => {} })).toThrow(sentence)
})
