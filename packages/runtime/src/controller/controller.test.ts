import type { KubeObject } from '@kubewright/core'
import { settle, virtualClock } from '@kubewright/testing/virtual-clock'
import { afterEach, describe, expect, test } from 'vitest'
import { apiError, FakeServer, refused } from '../fake/fake-server.ts'
import { Deployment, Event, type Program, type ProgramOptions, startProgram, Website, website } from '../fake/program.ts'
import type { CleanupResult } from './context.ts'
import { controller } from './definition.ts'
import { TerminalError } from './errors.ts'
import { type ControllerOptions, watch } from './options.ts'
import { generationChanged } from './predicate.ts'

const programs: Program[] = []
afterEach(async () => {
  for (const program of programs.splice(0)) await program.stop()
})

const ConfigMap = { group: '', version: 'v1', kind: 'ConfigMap', plural: 'configmaps', namespaced: true } as const

async function start(options: Partial<ControllerOptions<Website>>, where: Partial<ProgramOptions> = {}) {
  const seen: string[] = []
  const program = await startProgram(
    [
      controller<Website>(Website, {
        reconcile: ({ request }) => {
          seen.push(request.name)
        },
        ...options,
      }),
    ],
    { clock: virtualClock(), ...where },
  )
  programs.push(program)
  return { ...program, seen }
}

const deployment = (owner: KubeObject, image: string): Deployment => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: owner.metadata.name! },
  spec: { image },
})
const metric = async ({ manager }: Program, line: string) =>
  (await manager.metrics.metrics()).split('\n').find((text) => text.startsWith(line))

describe('a controller reconciles', () => {
  test('what is there, and what changes', async () => {
    const { server, seen } = await start({}, { prepare: (before) => before.put(Website, website('old')) })
    expect(seen).toEqual(['old'])
    server.put(Website, website('new'))
    server.put(Website, website('old', 'httpd'))
    await settle()
    expect(seen).toEqual(['old', 'new', 'old'])
  })

  test('nothing before all its caches are in sync', async () => {
    const { server, seen, clock } = await start(
      { owns: [Deployment] },
      {
        prepare(before) {
          before.put(Website, website('shop'))
          before.failWith(({ verb, kind }) =>
            verb === 'list' && kind === 'Deployment.apps/v1' ? apiError(503, 'ServiceUnavailable') : undefined,
          )
        },
      },
    )
    await clock.advance(10_000)
    expect(seen).toEqual([])
    server.heal()
    await clock.advance(30_000)
    expect(seen).toEqual(['shop'])
  })

  test('the owner of an object that changed, by group and kind and not by version', async () => {
    const { server, seen } = await start({ owns: [Deployment] }, { prepare: (before) => before.put(Website, website('shop')) })
    const owned = (apiVersion: string, controls: boolean) => ({
      metadata: {
        name: 'd',
        namespace: 'shop',
        ownerReferences: [{ apiVersion, kind: 'Website', name: 'shop', uid: 'u', controller: controls }],
      },
    })
    seen.length = 0
    server.put(Deployment, owned('example.dev/v1beta1', true))
    await settle()
    expect(seen).toEqual(['shop'])
    server.put(Deployment, owned('other.dev/v1', true))
    await settle()
    expect(seen, 'the owner before is told that it lost the object').toEqual(['shop', 'shop'])
    server.put(Deployment, owned('example.dev/v1', false))
    await settle()
    expect(seen).toHaveLength(2)
  })

  test('what a watched object is mapped to, as it was and as it is', async () => {
    const map = ({ metadata }: KubeObject) => [{ name: metadata.labels?.['site'] ?? '', namespace: 'shop' }]
    const server = new FakeServer().serve(Website, ConfigMap, Event)
    const { seen } = await start({ watches: [watch(ConfigMap, map)], onDeleted: ({ name }) => void seen.push(name) }, { server })
    server.put(ConfigMap, { metadata: { name: 'c', namespace: 'shop', labels: { site: 'one' } } })
    await settle()
    server.put(ConfigMap, { metadata: { name: 'c', namespace: 'shop', labels: { site: 'two' } } })
    await settle()
    expect(seen).toEqual(['one', 'one', 'two'])
  })

  test('never one object twice at a time, and once more when it changed meanwhile', async () => {
    let running = 0
    let most = 0
    let runs = 0
    const gate = Promise.withResolvers<void>()
    const { server } = await start({
      workers: 4,
      async reconcile() {
        runs++
        most = Math.max(most, ++running)
        await gate.promise
        running--
      },
    })
    for (const image of ['a', 'b', 'c']) {
      server.put(Website, website('shop', image))
      await settle()
    }
    expect(runs).toBe(1)
    gate.resolve()
    await settle()
    expect({ runs, most }).toEqual({ runs: 2, most: 1 })
  })
})

describe('what a reconcile ends with', () => {
  test('an error is retried, later each time, and logged and counted with the object', async () => {
    const attempts: number[] = []
    const program = await start({
      reconcile({ attempt }) {
        attempts.push(attempt)
        return attempt < 4 ? Promise.reject(new Error('not yet')) : undefined
      },
    })
    program.server.put(Website, website('shop'))
    await program.clock.advance(4)
    expect(attempts).toEqual([1])
    await program.clock.advance(1 + 10 + 20)
    expect(attempts).toEqual([1, 2, 3, 4])
    const failures = program.log.filter((line) => line['message'] === 'reconcile failed')
    expect(failures).toHaveLength(3)
    expect(failures[0]).toMatchObject({
      controller: 'website',
      namespace: 'shop',
      name: 'shop',
      reconcileID: expect.stringMatching(/^id-/),
      error: { message: 'not yet' },
    })
    expect(await metric(program, 'controller_runtime_reconcile_errors_total')).toBe(
      'controller_runtime_reconcile_errors_total{controller="website"} 3',
    )
    expect(await metric(program, 'controller_runtime_reconcile_total{controller="website",result="success"}')).toMatch(/ 1$/)
    expect(await metric(program, 'controller_runtime_reconcile_panics_total')).toMatch(/ 0$/)
  })

  test('a synchronous throw is retried too, and counted as a panic', async () => {
    let runs = 0
    const program = await start({
      reconcile() {
        if (++runs === 1) throw new TypeError('x is undefined')
      },
    })
    program.server.put(Website, website('shop'))
    await program.clock.advance(5)
    expect(runs).toBe(2)
    expect(await metric(program, 'controller_runtime_reconcile_panics_total')).toMatch(/ 1$/)
  })

  test('a terminal error is not retried; a change of the object is', async () => {
    let runs = 0
    const program = await start({
      reconcile: () => {
        runs++
        return Promise.reject(new TerminalError('the spec is nonsense'))
      },
    })
    program.server.put(Website, website('shop'))
    await program.clock.advance(3_600_000 / 2)
    expect(runs).toBe(1)
    program.server.put(Website, website('shop', 'better'))
    await settle()
    expect(runs).toBe(2)
    expect(await metric(program, 'controller_runtime_terminal_reconcile_errors_total')).toMatch(/ 2$/)
  })

  test('a conflict is no error: it is done again at once, quietly', async () => {
    let runs = 0
    const program = await start({ reconcile: () => (++runs === 1 ? Promise.reject(apiError(409, 'Conflict')) : undefined) })
    program.server.put(Website, website('shop'))
    await program.clock.advance(5)
    expect(runs).toBe(2)
    expect(program.said('error')).toEqual([])
    expect(await metric(program, 'controller_runtime_reconcile_total{controller="website",result="requeue"}')).toMatch(/ 1$/)
  })

  test('requeueAfter comes when it says, in ms or in words', async () => {
    for (const requeueAfter of [30_000, '30s']) {
      let runs = 0
      const { server, clock } = await start({ reconcile: () => (++runs === 1 ? { requeueAfter } : undefined) })
      server.put(Website, website('shop'))
      await clock.advance(29_999)
      expect(runs).toBe(1)
      await clock.advance(1)
      expect(runs).toBe(2)
    }
  })

  test('when its time is over its signal aborts, and that is counted', async () => {
    const program = await start({
      reconcileTimeout: '5s',
      reconcile: ({ signal }) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))),
    })
    program.server.put(Website, website('shop'))
    await program.clock.advance(5000)
    expect(await metric(program, 'controller_runtime_reconcile_timeouts_total')).toMatch(/ 1$/)
    expect(program.said('error')).toEqual(['reconcile failed'])
  })

  test('a predicate that throws is told, and the object is reconciled all the same', async () => {
    const { server, seen, said } = await start({
      predicates: [
        ({ object }) => {
          if (object.metadata.name === 'bad') throw new Error('oops')
          return true
        },
      ],
    })
    server.put(Website, website('bad'))
    server.put(Website, website('good'))
    await settle()
    expect(seen).toEqual(['bad', 'good'])
    expect(said('error')).toEqual(['a predicate or map function threw'])
  })
})

describe('status', () => {
  test('is written once, when it differs, and then never again', async () => {
    const program = await start({
      async reconcile({ object, status }) {
        status.ready = object.spec.image === 'nginx'
      },
    })
    program.server.put(Website, website('shop'))
    await program.clock.advance(60_000)
    expect(program.server.find('Website.example.dev/v1', 'shop/shop')).toMatchObject({ status: { ready: true } })
    expect(program.server.writes).toHaveLength(1)
    await program.clock.advance(3_600_000)
    expect(program.server.writes, 'the steady state writes nothing').toHaveLength(1)
  })

  test('that was set before a failure is written', async () => {
    const { server, clock } = await start({
      async reconcile({ status }) {
        status.message = 'cannot pull'
        throw new TerminalError('cannot pull')
      },
    })
    server.put(Website, website('shop'))
    await clock.advance(1000)
    expect(server.find('Website.example.dev/v1', 'shop/shop')).toMatchObject({ status: { message: 'cannot pull' } })
  })

  test('worked out for another state of the object does not land: the object is looked at again', async () => {
    let runs = 0
    const { server, clock, said } = await start({
      async reconcile({ object, status }) {
        status.message = object.spec.image
        if (++runs === 1) server.put(Website, website('shop', 'second', { uid: object.metadata.uid! }))
      },
    })
    server.put(Website, website('shop', 'first'))
    await clock.advance(1000)
    expect(server.find('Website.example.dev/v1', 'shop/shop')).toMatchObject({ status: { message: 'second' } })
    expect(said('error')).toEqual([])
  })

  test('a reconcile waits until the cache shows the status that was written before, instead of losing against it', async () => {
    const statuses: unknown[] = []
    const { server, clock } = await start({
      async reconcile({ status }) {
        statuses.push(status.ready)
        status.ready = true
        return { requeueAfter: 10 }
      },
    })
    server.put(Website, website('shop'))
    const release = server.hold()
    await clock.advance(1000)
    expect(statuses, 'reconciled once, and not again from the copy without the status').toEqual([undefined])
    release()
    await clock.advance(100)
    expect(statuses[1]).toBe(true)
    expect(server.writes).toHaveLength(1)
  })
})

describe('apply', () => {
  test('makes the object, owned by the reconciled one, in its namespace, by server-side apply with force', async () => {
    const { server } = await start({
      owns: [Deployment],
      reconcile: async ({ object, apply }) => void (await apply(deployment(object, object.spec.image))),
    })
    const owner = server.put(Website, website('shop'))
    await settle()
    expect(server.find('Deployment.apps/v1', 'shop/shop')).toMatchObject({
      spec: { image: 'nginx' },
      metadata: {
        ownerReferences: [{ apiVersion: 'example.dev/v1', kind: 'Website', name: 'shop', uid: owner.metadata.uid, controller: true }],
      },
    })
    expect(server.writes[0]).toMatchObject({ verb: 'patch', options: { patch: { type: 'apply', force: true } } })
  })

  test('sends nothing when nothing is to be changed, though the object lives; and sends when somebody spoilt it', async () => {
    const { server, clock } = await start({
      owns: [Deployment],
      reconcile: async ({ object, apply }) => void (await apply(deployment(object, object.spec.image))),
    })
    server.put(Website, website('shop'))
    await settle()
    const made = server.find('Deployment.apps/v1', 'shop/shop')!
    server.put(Deployment, { ...made, status: { readyReplicas: 1 } })
    await clock.advance(60_000)
    expect(server.writes).toHaveLength(1)
    server.put(Deployment, { ...made, spec: { image: 'evil' } })
    await settle()
    expect(server.writes).toHaveLength(2)
    expect(server.find('Deployment.apps/v1', 'shop/shop')).toMatchObject({ spec: { image: 'nginx' } })
  })

  test('makes again what somebody deleted', async () => {
    const { server } = await start({
      owns: [Deployment],
      reconcile: async ({ object, apply }) => void (await apply(deployment(object, object.spec.image))),
    })
    server.put(Website, website('shop'))
    await settle()
    server.remove(Deployment, 'shop/shop')
    await settle()
    expect(server.find('Deployment.apps/v1', 'shop/shop')).toBeDefined()
  })

  test('refuses an owner in another namespace with a sentence that tells why', async () => {
    let told = ''
    const { server } = await start({
      async reconcile({ object, apply }) {
        const elsewhere = deployment(object, 'nginx')
        await apply({ ...elsewhere, metadata: { ...elsewhere.metadata, namespace: 'other' } }).catch((error: Error) => {
          told = error.message
        })
      },
    })
    server.put(Website, website('shop'))
    await settle()
    expect(told).toContain('cannot own one in namespace "other": the garbage collector would delete it')
  })
})

describe('cleanup', () => {
  const finalizer = 'example.dev/website'
  const finalizers = (server: FakeServer) => server.find('Website.example.dev/v1', 'shop/shop')?.metadata.finalizers

  test('the finalizer is there before the first reconcile, and is put on once', async () => {
    const held: unknown[] = []
    const { server, clock } = await start({ cleanup: () => {}, reconcile: ({ object }) => void held.push(object.metadata.finalizers) })
    server.put(Website, website('shop', 'nginx', { finalizers: ['other/one'] }))
    await clock.advance(10_000)
    expect(held[0]).toEqual(['other/one', finalizer])
    expect(server.writes).toHaveLength(1)
  })

  test.each<[string, CleanupResult, number]>([
    ['with a delay', { done: false, requeueAfter: '2s' }, 2_000],
    ['whose delay was forgotten, for ten seconds', { done: false }, 10_000],
    ['whose delay came out as nothing, for ten seconds', { done: false, requeueAfter: 0 }, 10_000],
  ])('one that is not done %s keeps the finalizer, and is called again', async (_, unfinished, after) => {
    const results: CleanupResult[] = [unfinished, { done: true, requeueAfter: '1h' }]
    const { server, clock } = await start({ cleanup: () => results.shift() })
    server.put(Website, website('shop', 'nginx', { finalizers: ['other/one'] }))
    await settle()
    server.remove(Website, 'shop/shop')
    await settle()
    await clock.advance(after - 100)
    expect(finalizers(server)).toEqual(['other/one', finalizer])
    await clock.advance(200)
    expect(results).toEqual([])
    expect(finalizers(server)).toEqual(['other/one'])
  })

  test('the finalizer goes only after cleanup succeeded, and others stay', async () => {
    let attempts = 0
    const { server, clock } = await start({
      cleanup: () => (++attempts < 3 ? Promise.reject(new Error('bucket is not empty')) : undefined),
    })
    server.put(Website, website('shop', 'nginx', { finalizers: ['other/one'] }))
    await settle()
    server.remove(Website, 'shop/shop')
    await settle()
    expect(finalizers(server)).toEqual(['other/one', finalizer])
    await clock.advance(1000)
    expect(attempts).toBe(3)
    expect(finalizers(server)).toEqual(['other/one'])
  })

  test('that is not finished is called again, with the status it wrote', async () => {
    const seen: unknown[] = []
    const { server, clock } = await start({
      cleanup({ status }) {
        seen.push(status.message)
        if (seen.length === 3) return undefined
        status.message = `step ${seen.length}`
        return { requeueAfter: '10s' }
      },
    })
    server.put(Website, website('shop'))
    await settle()
    server.remove(Website, 'shop/shop')
    await clock.advance(60_000)
    expect(seen).toEqual([undefined, 'step 1', 'step 2'])
    expect(server.find('Website.example.dev/v1', 'shop/shop')).toBeUndefined()
  })

  test('is not called for an object that goes without having had our finalizer, and no finalizer is put on one that goes', async () => {
    let cleaned = 0
    const { server, seen } = await start({ cleanup: () => void cleaned++ })
    server.put(Website, website('shop', 'nginx', { deletionTimestamp: '2026-01-01T00:00:00Z', finalizers: ['other/one'] }))
    await settle()
    expect({ cleaned, seen }).toEqual({ cleaned: 0, seen: [] })
    expect(finalizers(server)).toEqual(['other/one'])
  })

  test('without it an object that is gone is not reconciled, and onDeleted hears of it', async () => {
    const gone: unknown[] = []
    const { server, seen } = await start({ onDeleted: (request) => void gone.push(request) })
    server.put(Website, website('shop'))
    await settle()
    server.remove(Website, 'shop/shop')
    await settle()
    expect(seen).toEqual(['shop'])
    expect(gone).toEqual([{ cluster: '', name: 'shop', namespace: 'shop' }])
  })
})

describe('a kind that is not there', () => {
  const servesNothing = () => new FakeServer().serve(Event)

  test('is waited for, said once, and found when it is installed', async () => {
    const { server, clock, seen, said } = await start({}, { server: servesNothing() })
    await clock.advance(60_000)
    expect(said('warn')).toEqual(['waiting for the API server to serve a kind: install its CustomResourceDefinition'])
    expect(server.count('discover')).toBeLessThanOrEqual(7)
    server.serve(Website).put(Website, website('shop'))
    await clock.advance(10_000)
    expect(seen).toEqual(['shop'])
  })

  test('for two minutes ends the program with one clear sentence', async () => {
    const { clock, outcome } = await start({}, { server: servesNothing() })
    await clock.advance(140_000)
    expect(outcome).toMatchObject({
      ended: true,
      error: {
        message: expect.stringMatching(/^controller website: the API server does not serve Website.example.dev\/v1 after 120 s: install/),
      },
    })
  })

  test('a server that does not answer is waited for without end, and said once', async () => {
    const { server, clock, seen, said, outcome } = await start({}, { prepare: (before) => before.failWith(refused) })
    await clock.advance(600_000)
    expect(outcome.ended).toBe(false)
    expect(said('warn')).toEqual(['waiting for the API server to answer'])
    server.heal()
    server.put(Website, website('shop'))
    await clock.advance(60_000)
    expect(seen).toEqual(['shop'])
    expect(said('info')).toContain('the API server answers again')
  })

  test('a list that is refused for two minutes ends the program, with the right that is missing', async () => {
    const { clock, outcome } = await start(
      {},
      {
        prepare: (before) =>
          before.failWith(({ verb }) => (verb === 'list' ? apiError(403, 'Forbidden', 'websites is forbidden') : undefined)),
      },
    )
    await clock.advance(125_000)
    expect(String(outcome.error)).toMatch(
      /cannot list websites for 120 s: websites is forbidden; grant "get", "list" and "watch" on websites.example.dev/,
    )
  })
})

describe('the annotation kubewright.dev/paused', () => {
  const pausedSite = (value: string, metadata: Partial<KubeObject['metadata']> = {}) =>
    website('shop', 'nginx', { annotations: { 'kubewright.dev/paused': value }, ...metadata })

  test('keeps reconcile away, finalizer and all, whatever changes; its removal brings it back, though no predicate would', async () => {
    const { server, seen, said, clock } = await start({ predicates: [generationChanged], cleanup: () => {} })
    server.put(Website, pausedSite('true'))
    await settle()
    server.put(Website, pausedSite('true', { generation: 2 }))
    await clock.advance(3_600_000)
    expect([seen, server.writes.filter(({ kind }) => kind.startsWith('Website'))]).toEqual([[], []])
    server.put(Website, website('shop', 'nginx', { generation: 2 }))
    await settle()
    expect(seen).toEqual(['shop'])
    expect(said('info')).toEqual(expect.arrayContaining(['paused: not reconciled while the annotation says so', 'no longer paused']))
  })

  test('stops what comes by itself, too, and is told once: a line and an event', async () => {
    const seen: string[] = []
    const { server, said, clock } = await start({
      reconcile: ({ request }) => {
        seen.push(request.name)
        return { requeueAfter: '1m' }
      },
    })
    server.put(Website, website('shop'))
    await clock.advance(60_000)
    expect(seen).toHaveLength(2)
    server.put(Website, pausedSite('true'))
    await clock.advance(600_000)
    server.put(Website, pausedSite('true', { labels: { a: 'b' } }))
    await clock.advance(600_000)
    expect(seen).toHaveLength(2)
    expect(said('info').filter((message) => message.startsWith('paused'))).toHaveLength(1)
    expect(server.objects('Event.events.k8s.io/v1')).toMatchObject([{ reason: 'Paused', regarding: { name: 'shop' } }])
    server.put(Website, website('shop'))
    await clock.advance(60_000)
    expect(seen).toHaveLength(4)
  })

  test('does not keep an object from going: cleanup is called', async () => {
    const cleaned: string[] = []
    const { server, seen } = await start({ cleanup: ({ request }) => void cleaned.push(request.name) })
    server.put(Website, website('shop'))
    await settle()
    const { finalizers = [] } = server.find('Website.example.dev/v1', 'shop/shop')!.metadata
    server.put(Website, pausedSite('true', { finalizers }))
    await settle()
    const before = seen.length
    server.remove(Website, 'shop/shop')
    await settle()
    expect([seen.length, cleaned, server.objects('Website.example.dev/v1')]).toEqual([before, ['shop'], []])
  })

  test.each(['false', 'True', 'yes', ''])('with the value %j is none', async (value) => {
    const { server, seen } = await start({})
    server.put(Website, pausedSite(value))
    await settle()
    expect(seen).toEqual(['shop'])
  })
})

test('the annotation kubewright.dev/reconcile with anything new triggers a reconcile, though the generation stays; its removal does not', async () => {
  const { server, seen } = await start({ predicates: [generationChanged] })
  const put = async (annotations: Record<string, string>) => {
    server.put(Website, website('shop', 'nginx', { annotations }))
    await settle()
    return seen.length
  }
  expect(await put({})).toBe(1)
  expect(await put({ other: 'x' })).toBe(1)
  expect(await put({ 'kubewright.dev/reconcile': '1' })).toBe(2)
  expect(await put({ 'kubewright.dev/reconcile': '1', other: 'y' })).toBe(2)
  expect(await put({ 'kubewright.dev/reconcile': '2', other: 'y' })).toBe(3)
  expect(await put({})).toBe(3)
})

describe('after an outage', () => {
  test('objects whose reconcile failed for want of a server are worked on as soon as it is back, however long it was away', async () => {
    const done: string[] = []
    let away = false
    const { server, clock, said } = await start({
      async reconcile({ request }) {
        if (away) throw refused()
        done.push(request.name)
      },
    })
    away = true
    server.failWith(refused)
    for (const name of ['a', 'b', 'c']) server.put(Website, website(name))
    await clock.advance(300_000)
    expect(done).toEqual([])
    server.heal()
    away = false
    await clock.advance(3_500)
    expect(done.sort()).toEqual(['a', 'b', 'c'])
    expect(said('warn')).toEqual(['waiting for the API server to answer'])
  })

  test('an object that fails for a reason of its own keeps its delay', async () => {
    let tries = 0
    const { server, clock, manager } = await start({
      reconcile: () => {
        tries++
        throw new Error('broken')
      },
    })
    server.put(Website, website('shop'))
    await clock.advance(60_000)
    const before = tries
    server.failWith(({ verb }) => (verb === 'probe' ? refused() : undefined))
    manager.reachability.failed(refused())
    await clock.advance(1_000)
    server.heal()
    await clock.advance(3_000)
    expect([manager.reachability.state, tries]).toEqual(['reachable', before])
  })
})

test.each([
  [{ workers: 0 }, '"workers" is 0'],
  [{ workers: 1.5 }, '"workers" is 1.5'],
  [{ name: 'a/b' }, 'its name must be'],
  [{ finalizer: 'a/b' }, '"finalizer" is set without "cleanup"'],
])('%j is refused when the controller is made', (options, sentence) => {
  expect(() => controller<Website>(Website, { ...options, reconcile: () => {} })).toThrow(sentence)
})
