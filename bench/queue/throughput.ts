// (a) How many reconciles one process makes per second when they do nothing but two reads of the cache.
import type { ReconcileContext } from '@kubewright/runtime'
import { type Summary, show, summarise } from '../statistics.ts'
import { namespaceOf, runController, serverWith, Website } from './controller-stack.ts'

const OBJECTS = 100_000
const ROUNDS = 5

/** Two reads, as a reconcile makes them: the object again, and another. */
async function twoReads({ cache, request }: Pick<ReconcileContext<Website>, 'cache' | 'request'>): Promise<void> {
  const index = Number(request.name.slice('site-'.length))
  const other = (index + 1) % OBJECTS
  const [own, neighbour] = [
    await cache.read.get(Website, { name: request.name, namespace: request.namespace }),
    await cache.read.get(Website, { name: `site-${other}`, namespace: namespaceOf(other) }),
  ]
  if (own === undefined || neighbour === undefined) throw new Error(`${request.name}: a read found nothing`)
}

export async function measureThroughput(rounds = ROUNDS) {
  const server = serverWith(OBJECTS)
  const ours: number[] = []
  const bare: number[] = []
  for (let round = 0; round <= rounds; round++) {
    const { perSecond, reads } = await reconcileAll(server)
    if (round > 0) {
      ours.push(perSecond)
      bare.push(reads)
    }
  }
  const [queue, loop] = [summarise(ours), summarise(bare)]
  return {
    rows: [
      [
        'a',
        `${OBJECTS} keys, no-op reconcile with two cache reads, 10 workers`,
        show(queue, '/s'),
        `${show(loop, '/s')}: the reads alone, in a loop`,
      ],
    ],
    raw: { objects: OBJECTS, reconcilesPerSecond: queue, readsPerSecond: loop } satisfies Record<string, number | Summary>,
  }
}

async function reconcileAll(server: ReturnType<typeof serverWith>): Promise<{ perSecond: number; reads: number }> {
  const all = Promise.withResolvers<void>()
  let count = 0
  let began = 0
  const { manager, stop } = runController(server, {
    workers: 10,
    async reconcile(context) {
      if (count === 0) began = performance.now()
      await twoReads(context)
      if (++count === OBJECTS) all.resolve()
    },
  })
  await all.promise
  const took = performance.now() - began
  const loopBegan = performance.now()
  for (let index = 0; index < OBJECTS; index++)
    await twoReads({ cache: manager.cache, request: { cluster: '', name: `site-${index}`, namespace: namespaceOf(index) } })
  const loopTook = performance.now() - loopBegan
  await stop()
  if (count !== OBJECTS) throw new Error(`${count} reconciles of ${OBJECTS} objects: no time`)
  return { perSecond: (OBJECTS * 1000) / took, reads: (OBJECTS * 1000) / loopTook }
}
