// `node scripts/dashboard-load.ts [SECONDS]`: what a dashboard costs its program with 10 000 objects and 100 changes and 100 reconciles a second, without a
// reader and with one: the share of one core, and the heap. The objects and the events are made here; their making is measured alone, before and after, and
// taken off.
import { type KubeObject, systemClock } from '@kubewright/core'
import { createDashboard } from '../packages/dashboard/src/dashboard.ts'
import { fakeInformer, fakeSource } from '../packages/dashboard/src/fake/source.ts'

const OBJECTS = 10_000
const PER_SECOND = 100
const seconds = Number(process.argv[2] ?? 20)

const informer = fakeInformer('Website', 'example.dev')
let turn = 0
const website = (at: number): KubeObject =>
  ({
    ...{ apiVersion: 'example.dev/v1', kind: 'Website' },
    metadata: {
      name: `site-${at}`,
      namespace: `team-${at % 50}`,
      uid: `uid-${at}`,
      creationTimestamp: '2026-01-01T00:00:00Z',
      generation: 1,
      labels: { app: 'site' },
    },
    spec: { image: `registry.example/site:${turn}`, replicas: 3, hosts: [`site-${at}.example`], config: { a: '1', b: '2' } },
    status: {
      readyReplicas: turn % 4,
      observedGeneration: 1,
      conditions: [{ type: 'Ready', status: turn % 2 === 0 ? 'True' : 'False', reason: 'Checked', message: `round ${turn}` }],
    },
  }) as KubeObject
for (let at = 0; at < OBJECTS; at++) informer.put(website(at))
const source = fakeSource(systemClock, [informer])

function change(): void {
  const at = (turn++ * 7919) % OBJECTS
  informer.put(website(at))
  const kind = { kind: 'Website', group: 'example.dev', version: 'v1' }
  const request = { cluster: '', namespace: `team-${at % 50}`, name: `site-${at}` }
  const sighting = { controller: 'website', kind, request, id: String(turn), attempt: 1, at: Date.now() }
  source.tell({ what: 'began', ...sighting })
  source.tell({ what: 'ended', ...sighting, ms: 3, outcome: { result: 'success' }, writes: [] })
}

/** Changes in a burst: the first until everything has run often enough to be compiled, which would else be the most of what is measured. */
const BURST = 20_000

interface Cost {
  /** Of a core, at {@link PER_SECOND}. */
  readonly share: number
  /** Microseconds, one after the other: what is left of the cost when no other program drives this one out of the processor's caches. */
  readonly each: number
}

async function measured(seconds: number): Promise<Cost> {
  burst()
  const each = burst()
  // What the bursts have left to be told and collected.
  await new Promise((resolve) => setTimeout(resolve, 2_000))
  const timer = setInterval(change, 1000 / PER_SECOND)
  const before = process.cpuUsage()
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000))
  const { user, system } = process.cpuUsage(before)
  clearInterval(timer)
  return { share: (user + system) / (seconds * 1e6), each }
}

function burst(): number {
  const before = process.cpuUsage()
  for (let turn = 0; turn < BURST; turn++) change()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / BURST
}

const heap = (): number => {
  globalThis.gc?.()
  return process.memoryUsage().heapUsed / 1_048_576
}
const percent = (share: number) => `${(100 * share).toFixed(2)} %`

const empty = heap()
const before = await measured(seconds)
const dashboard = createDashboard(source, 'load')
const stop = new AbortController()
const running = dashboard.run(stop.signal)
const unread = await measured(seconds)
const filled = heap()
const answer = await dashboard.answer(new URL('http://local/api/stream'), { method: 'GET', headers: {}, signal: stop.signal })
if (!('stream' in answer)) throw new Error('no stream')
let bytes = 0
const reading = (async () => {
  for await (const piece of answer.stream) bytes += piece.length
})()
const read = await measured(seconds)
const after = heap()
stop.abort()
await Promise.all([running, reading])
const later = await measured(seconds)
const alone: Cost = { share: (before.share + later.share) / 2, each: (before.each + later.each) / 2 }
const told = (cost: Cost) =>
  `${percent(cost.share - alone.share)} of a core, ${Math.round(cost.each - alone.each)} µs for each change in a burst`
process.stdout.write(
  `${OBJECTS} objects, ${PER_SECOND} changes/s, ${seconds} s each\n` +
    `nobody reads: ${told(unread)}\none reader:   ${told(read)}, ${Math.round(bytes / seconds / 1024)} kB/s\n` +
    `heap:         ${Math.round(filled - empty)} MB after ${seconds} s, ${Math.round(after - empty)} MB after ${2 * seconds} s\n`,
)
