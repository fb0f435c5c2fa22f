// The cache against its model, which is the server: whatever happens on the way, in the end they are the same, and every listener has heard of
// each object a story that can be true.
import { ConnectionError, compareResourceVersions, type KubeObject, objectKey } from '@kubewright/core'
import { settle } from '@kubewright/testing/virtual-clock'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type CacheBench, ConfigMap, startCache } from '../fake/cache-bench.ts'
import { apiError, type FakeBackup, refused } from '../fake/fake-server.ts'
import type { Keep } from './scope.ts'

const reset = () => new ConnectionError('reset', { code: 'ECONNRESET' })
const truncated = () => new ConnectionError('a watch frame is no JSON', { code: 'MALFORMED_FRAME' })

interface World extends CacheBench {
  backup: FakeBackup
  release: () => void
  /** The server's history was replaced by another: versions may go back, and what was heard of the old one is void. */
  restored: boolean
}

const name = fc.constantFrom('a', 'b', 'c', 'd')
type Action = { readonly say: string; readonly act: (world: World) => void | Promise<void> }
const action = (say: string, act: Action['act']): fc.Arbitrary<Action> => fc.constant({ say, act, toString: () => say })
const change = (say: string, act: (world: World, of: string) => void): fc.Arbitrary<Action> =>
  name.map((of) => ({ say: `${say} ${of}`, act: (world: World) => act(world, of), toString: () => `${say} ${of}` }))
let data = 0
const put = ({ put: put_ }: World, of: string) => put_(of, {}, { n: String(++data) })
const remove = ({ server }: World, of: string) => server.remove(ConfigMap, `ns/${of}`)
const replace = (world: World, of: string) => {
  remove(world, of)
  put(world, of)
}

const actions: fc.Arbitrary<Action> = fc.oneof(
  { weight: 6, arbitrary: change('put', put) },
  { weight: 3, arbitrary: change('remove', remove) },
  { weight: 2, arbitrary: change('replace', replace) },
  {
    weight: 4,
    arbitrary: fc
      .integer({ min: 0, max: 90_000 })
      .map((ms) => ({ say: `wait ${ms}`, act: ({ clock }: World) => clock.advance(ms), toString: () => `wait ${ms}` })),
  },
  { weight: 2, arbitrary: action('settle', settle) },
  action('bookmark', ({ server }) => server.tell({ type: 'BOOKMARK', object: { metadata: { resourceVersion: server.revision } } })),
  action('end', ({ server }) => server.endWatches()),
  action('reset', ({ server }) => server.endWatches(reset())),
  action('truncated frame', ({ server }) => server.endWatches(truncated())),
  action('ERROR 500', ({ server }) => server.tell({ type: 'ERROR', status: { code: 500, message: 'oops' } })),
  action('ERROR 410', ({ server }) => server.tell({ type: 'ERROR', status: { code: 410, reason: 'Expired', message: 'gone' } })),
  action('compaction', ({ server }) => server.compact()),
  action('stutter', ({ server }) => {
    server.stutters = !server.stutters
  }),
  action('slow network', (world) => {
    world.release()
    world.release = world.server.hold()
  }),
  action('network', (world) => world.release()),
  action('down', ({ server }) => {
    server.failWith(({ verb }) => (verb === 'list' || verb === 'watch' ? refused() : undefined))
    server.endWatches(refused())
  }),
  action('throttled', ({ server }) =>
    server.failWith(({ verb }) => (verb === 'watch' ? apiError(429, 'TooManyRequests', 'later', 1) : undefined)),
  ),
  action('no lists', ({ server }) => server.failWith(({ verb }) => (verb === 'list' ? apiError(500, 'InternalError') : undefined))),
  action('healed', ({ server }) => server.heal()),
  action('streaming lists', ({ server }) => {
    server.streamingLists = 'served'
  }),
  action('streaming lists ignored', ({ server }) => {
    server.streamingLists = 'ignored'
  }),
  action('no streaming lists', ({ server }) => {
    server.streamingLists = 'refused'
  }),
  action('backup', (world) => {
    world.backup = world.server.backup()
  }),
  action('restored from the backup', (world) => {
    world.release()
    world.server.restore(world.backup)
    world.restored = true
  }),
)

/** Checks, line by line, that what a handler hears can be true of an object: made, changed forwards, ended, and made again. */
function critic(world: World, keep: Keep) {
  const known = new Map<string, KubeObject>()
  const newer = (object: KubeObject, than: KubeObject) => {
    // After a restore the old history's versions are no measure any more.
    if (world.restored) return
    expect(compareResourceVersions(object.metadata.resourceVersion!, than.metadata.resourceVersion!), 'never back in time').toBeGreaterThan(
      0,
    )
  }
  const handler = {
    add(object: KubeObject) {
      expect(known.has(objectKey(object)), `${objectKey(object)} is added twice`).toBe(false)
      known.set(objectKey(object), object)
    },
    update(old: KubeObject, object: KubeObject) {
      const before = known.get(objectKey(object))
      if (keep === 'objects') expect(before, 'what is said to have been is what was last heard').toBe(old)
      else expect(versions(before === undefined ? [] : [before]), 'its key is that of what was last heard').toEqual(versions([old]))
      expect(object.metadata.uid).toBe(old.metadata.uid)
      newer(object, old)
      known.set(objectKey(object), object)
    },
    delete(object: KubeObject) {
      expect(known.delete(objectKey(object)), `${objectKey(object)} ends and was not there`).toBe(true)
    },
  }
  return { known, handler }
}

const versions = (objects: Iterable<KubeObject>) =>
  [...objects].map((object) => `${objectKey(object)} ${object.metadata.resourceVersion}`).sort()

test('whatever happens, the cache ends up as the server is, and every handler has heard how', { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('served' as const, 'refused' as const, 'ignored' as const),
      fc.constantFrom<Keep>('objects', 'keys'),
      fc.array(actions, { maxLength: 40 }),
      async (streamingLists, keep, steps) => {
        const bench = startCache({
          prepare: (server) => {
            server.streamingLists = streamingLists
            server.pageSize = 2
          },
        })
        const world: World = { ...bench, backup: bench.server.backup(), release: () => {}, restored: false }
        const { server, cache, clock } = world
        try {
          put(world, 'a')
          put(world, 'b')
          put(world, 'c')
          const { informer } = await cache.informer(ConfigMap, { keep })
          const [first, late] = [critic(world, keep), critic(world, keep)]
          informer.subscribe(first.handler)
          for (const [at, { act }] of steps.entries()) {
            if (at === Math.floor(steps.length / 2)) informer.subscribe(late.handler)
            await act(world)
          }
          if (steps.length === 0) informer.subscribe(late.handler)
          server.heal()
          world.release()
          // Nothing takes longer than two silences and a pause; and a restored server is understood when it is asked for a version that it has not.
          await clock.advance(300_000)
          // What a watch cannot know is that the server went back and then forward past where we were: the next list puts it right.
          if (world.restored) {
            server.compact()
            server.endWatches(apiError(410, 'Expired'))
            await clock.advance(120_000)
          }
          const wanted = versions(server.objects('ConfigMap.v1'))
          expect(versions(informer.list())).toEqual(wanted)
          expect(versions(first.known.values())).toEqual(wanted)
          expect(versions(late.known.values())).toEqual(wanted)
          expect(informer.liveness).toMatchObject({ activity: 'watching', failure: undefined })
          // And nothing wedges: what happens now is heard now.
          put(world, 'last')
          await settle()
          expect(informer.get('last', 'ns')).toBeDefined()
          expect(bench.failures).toEqual([])
        } finally {
          await bench.end()
        }
      },
    ),
    { numRuns: 300 },
  )
})
