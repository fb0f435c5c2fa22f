// `node scripts/dashboard-load.ts [SECONDS]`: what a dashboard costs its program with 10 000 objects and 100 changes and 100 reconciles a second, without a
// reader and with one: the share of one core, and the heap. The objects and the events are made here; their making is measured alone first, and taken off.
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

/** Before it is measured: until everything has run often enough to be compiled. */
const WARM_UP = 8

async function measured(seconds: number): Promise<number> {
  const timer = setInterval(change, 1000 / PER_SECOND)
  const before = process.cpuUsage()
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000))
  const { user, system } = process.cpuUsage(before)
  clearInterval(timer)
  return (user + system) / (seconds * 1e6)
}

const heap = (): number => {
  globalThis.gc?.()
  return process.memoryUsage().heapUsed / 1_048_576
}
const percent = (share: number) => `${(100 * share).toFixed(2)} %`

const empty = heap()
await measured(WARM_UP)
const alone = await measured(seconds)
const dashboard = createDashboard(source, 'load')
const stop = new AbortController()
const running = dashboard.run(stop.signal)
await measured(WARM_UP)
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
process.stdout.write(
  `${OBJECTS} objects, ${PER_SECOND} changes/s, ${seconds} s each\n` +
    `nobody reads: ${percent(unread - alone)} of a core\none reader:   ${percent(read - alone)} of a core, ${Math.round(bytes / seconds / 1024)} kB/s\n` +
    `heap:         ${Math.round(filled - empty)} MB after ${seconds} s, ${Math.round(after - empty)} MB after ${2 * seconds} s\n`,
)
