// The whole runtime against a model: random interleavings of changes, lost watches, lost history, refusals, slow networks, slow reconciles and crashes.
// Whatever happened, in the end every object was reconciled after its last change, never twice at once, and then all is quiet.
import { sleep } from '@kubewright/core'
import { virtualClock } from '@kubewright/testing/virtual-clock'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { controller } from '../controller/definition.ts'
import { fakeClient } from '../fake/fake-client.ts'
import { apiError, FakeServer, refused } from '../fake/fake-server.ts'
import { Deployment, Event, Lease, type Program, startProgram, type TestClock, Website } from '../fake/program.ts'

type Trouble = '429' | '500' | '503' | 'conflict' | 'refused'

type Action =
  | { readonly do: 'write'; readonly name: number }
  | { readonly do: 'remove'; readonly name: number }
  | { readonly do: 'meddle'; readonly name: number }
  | { readonly do: 'take child'; readonly name: number }
  | { readonly do: 'break watches' }
  | { readonly do: 'end watches' }
  | { readonly do: 'forget history' }
  | { readonly do: 'hold'; readonly ms: number }
  | { readonly do: 'trouble'; readonly kind: Trouble; readonly requests: number }
  | { readonly do: 'pass'; readonly ms: number }
  | { readonly do: 'crash' }

const name = fc.integer({ min: 0, max: 4 })
const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant('write' as const), name }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('remove' as const), name }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('meddle' as const, 'take child' as const), name }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('break watches' as const, 'end watches' as const, 'forget history' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('hold' as const), ms: fc.integer({ min: 1, max: 3_000 }) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('trouble' as const),
      kind: fc.constantFrom<Trouble>('429', '500', '503', 'conflict', 'refused'),
      requests: fc.integer({ min: 1, max: 6 }),
    }),
  },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.constantFrom(0, 1, 10, 100, 1_000, 10_000, 70_000) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('crash' as const) }) },
)

/** What earlier runs found, so that it is tried each time. */
const FOUND: readonly Action[][] = [
  // A child that was made and taken away while no watch was open and the history was lost: no list and no event tells of it.
  [
    { do: 'write', name: 0 },
    { do: 'forget history' },
    { do: 'pass', ms: 0 },
    { do: 'take child', name: 0 },
    { do: 'trouble', kind: '429', requests: 1 },
    { do: 'write', name: 1 },
    { do: 'break watches' },
    { do: 'meddle', name: 0 },
    { do: 'remove', name: 1 },
  ],
]

const FINALIZER = 'example.dev/website'
const key = (n: number) => `shop/site-${n}`

/** One operator process. Killed, it goes on running, but nothing that it sends arrives any more. */
interface Process {
  readonly program: Program
  kill(): Promise<void>
}

class World {
  readonly server = new FakeServer().serve(Website, Deployment, Lease, Event)
  readonly clock: TestClock = virtualClock()
  readonly violations: string[] = []
  readonly cleaned = new Set<string>()
  #generation = 0
  #process: Process | undefined

  async start(): Promise<void> {
    this.#process = await this.#spawn()
  }

  async act(action: Action): Promise<void> {
    const { server, clock } = this
    switch (action.do) {
      case 'write':
        this.#write(action.name)
        return
      case 'remove':
        server.remove(Website, key(action.name))
        return
      case 'meddle': {
        const child = server.find('Deployment.apps/v1', key(action.name))
        if (child !== undefined) server.put(Deployment, { ...child, spec: { image: 'somebody else’s' } })
        return
      }
      case 'take child':
        server.remove(Deployment, key(action.name))
        return
      case 'break watches':
        server.endWatches(refused())
        return
      case 'end watches':
        server.endWatches()
        return
      case 'forget history':
        server.endWatches(refused())
        server.compact()
        return
      case 'hold': {
        const release = server.hold()
        await clock.advance(action.ms)
        release()
        return
      }
      case 'trouble': {
        let left = action.requests
        server.failWith(({ verb }) => (verb === 'probe' || left-- <= 0 ? undefined : troubleOf(action.kind, verb)))
        return
      }
      case 'pass':
        await clock.advance(action.ms)
        return
      case 'crash':
        await this.#process?.kill()
        this.#process = await this.#spawn()
    }
  }

  /** All troubles end; time for every delay to pass. */
  async heal(): Promise<void> {
    this.server.heal()
    await this.clock.advance(30 * 60_000)
  }

  async end(): Promise<void> {
    await this.#process?.program.stop()
  }

  #write(n: number): void {
    const before = this.server.find('Website.example.dev/v1', key(n))
    if (before?.metadata.deletionTimestamp !== undefined) return
    const generation = ++this.#generation
    this.server.put(Website, {
      ...before,
      metadata: { ...before?.metadata, name: `site-${n}`, namespace: 'shop', generation },
      spec: { image: `image-${generation}` },
    })
  }

  async #spawn(): Promise<Process> {
    const { server, clock, violations, cleaned } = this
    let alive = true
    const client = fakeClient(server, () => {
      if (!alive) throw refused()
    })
    const working = new Set<string>()
    const alone = async (key: string, work: () => Promise<void>) => {
      if (working.has(key)) violations.push(`${key} was worked on twice at once`)
      working.add(key)
      try {
        await work()
      } finally {
        working.delete(key)
      }
    }
    const websites = controller(Website, {
      owns: [Deployment],
      workers: 2,
      finalizer: FINALIZER,
      async reconcile({ object, request, apply, status, signal }) {
        await alone(request.name, async () => {
          await sleep((object.metadata.generation ?? 0) % 3 === 0 ? 50 : 0, { clock, signal })
          const { name = '', namespace = '' } = object.metadata
          await apply({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name, namespace }, spec: { image: object.spec.image } })
          status.message = object.spec.image
        })
      },
      async cleanup({ object, request, client }) {
        await alone(request.name, async () => {
          const deployments = await client.resource(Deployment)
          const { name = '', namespace } = object.metadata
          if (server.find('Deployment.apps/v1', `${namespace}/${name}`) !== undefined) await deployments.delete({ name, namespace })
          cleaned.add(object.metadata.uid ?? '')
        })
      },
    })
    const program = await startProgram([websites], { server, clock, client })
    const kill = async () => {
      alive = false
      server.endWatches(refused())
      await program.stop()
    }
    return { program, kill }
  }
}

function troubleOf(kind: Trouble, verb: string): Error | undefined {
  switch (kind) {
    case '429':
      return apiError(429, 'TooManyRequests', 'busy', 1)
    case '500':
      return apiError(500, 'InternalError')
    case '503':
      return apiError(503, 'ServiceUnavailable')
    case 'refused':
      return refused()
    case 'conflict':
      return verb === 'update' || verb === 'patch' ? apiError(409, 'Conflict') : undefined
  }
}

test('whatever happens, every object is reconciled after its last change, never twice at once, and then all is quiet', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(action, { minLength: 5, maxLength: 60 }), async (actions) => {
      const world = new World()
      await world.start()
      const made = new Set<string>()
      for (const each of actions) {
        await world.act(each)
        for (const { metadata } of world.server.objects('Website.example.dev/v1'))
          if (metadata.finalizers?.length) made.add(metadata.uid ?? '')
      }
      await world.heal()

      const websites = world.server.objects('Website.example.dev/v1')
      const children = new Map(world.server.objects('Deployment.apps/v1').map((object) => [object.metadata.name, object]))
      for (const website of websites) {
        const { name, deletionTimestamp } = website.metadata
        const { image } = website['spec'] as { image: string }
        expect({ name, deletionTimestamp }).toEqual({ name, deletionTimestamp: undefined })
        expect({ name, child: children.get(name)?.['spec'] }).toEqual({ name, child: { image } })
        expect({ name, status: website['status'] }).toEqual({ name, status: { message: image } })
      }
      const alive = new Set(websites.map(({ metadata }) => metadata.uid))
      for (const uid of made) if (!alive.has(uid)) expect(world.cleaned).toContain(uid)
      expect(children.size).toBe(websites.length)
      expect(world.violations).toEqual([])

      const writes = world.server.writes.filter(({ kind }) => !kind.startsWith('Event')).length
      await world.clock.advance(60 * 60_000)
      expect(world.server.writes.filter(({ kind }) => !kind.startsWith('Event')).length).toBe(writes)
      await world.end()
    }),
    { numRuns: 60, examples: FOUND.map((actions) => [actions]) },
  )
}, 120_000)
