// The program under measurement, in a process of its own: a mutating and a validating hook on Pods, and a conversion. Tells what it has used.
import { readFileSync } from 'node:fs'
import { monitorEventLoopDelay, PerformanceObserver } from 'node:perf_hooks'
import { type ConfigMap, connect, conversion, createManager, Secret, silentLogger, webhookServer, webhooks } from 'kubewright'

/** How to reach it. */
export interface Target {
  readonly port: number
  readonly ca: string
}

/** Since it was last asked. */
export interface Usage {
  /** Milliseconds. */
  readonly cpu: number
  readonly wall: number
  readonly collections: number
  readonly longestCollection: number
  /** Milliseconds that the event loop was late, at most of the time. */
  readonly loopP99: number
  /** Milliseconds for which all programs together have kept the cores busy, by core. */
  readonly busy: readonly number[]
}

interface Pod extends ConfigMap {
  readonly spec: { readonly containers: readonly { readonly image: string }[]; readonly priority?: number }
}
const Pod = { group: '', version: 'v1', kind: 'Pod', plural: 'pods', namespaced: true }

const pods = webhooks<Pod>(Pod, {
  default({ object }) {
    object.spec.priority ??= 1
    object.metadata.labels = { ...object.metadata.labels, checked: 'yes' }
  },
  validate({ object, errors }) {
    for (const [index, { image }] of object.spec.containers.entries())
      if (image === '') errors.at('spec', 'containers', index).required('image')
  },
})

const boxes = conversion(
  { group: 'bench.dev', version: 'v1', kind: 'Box', plural: 'boxes' },
  {
    hub: 'v1',
    versions: ['v1beta1'],
    toHub: (_, { spec, ...rest }) => ({ ...rest, spec: { width: (spec as { readonly size: number }).size } }),
    fromHub: (_, { spec, ...rest }) => ({ ...rest, spec: { size: (spec as { readonly width: number }).width } }),
  },
)

const client = await connect()
const server = webhookServer({
  name: 'bench',
  namespace: 'default',
  hooks: [pods],
  conversions: [boxes],
  reach: { url: 'https://127.0.0.1:0' },
  bindAddress: '127.0.0.1:0',
  install: false,
})
const manager = createManager({ client, log: silentLogger, preStopDelay: 0 })
manager.add(server)
const stop = new AbortController()
const running = manager.run(stop.signal)
await server.whenServing!(stop.signal)
const secret = await (await client.resource(Secret)).get({ namespace: 'default', name: 'bench-certificates' })
const target: Target = { port: server.port!, ca: Buffer.from(secret.data!['ca.crt']!, 'base64').toString() }

const collections: number[] = []
const observer = new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) collections.push(duration)
})
observer.observe({ entryTypes: ['gc'] })
const delay = monitorEventLoopDelay({ resolution: 1 })
delay.enable()
let before = { cpu: process.cpuUsage(), wall: performance.now(), busy: busyCores() }

function usage(): Usage {
  const { user, system } = process.cpuUsage(before.cpu)
  const busy = busyCores()
  const told: Usage = {
    cpu: (user + system) / 1000,
    wall: performance.now() - before.wall,
    collections: collections.length,
    longestCollection: Math.max(0, ...collections),
    loopP99: delay.percentile(99) / 1e6 - 1,
    busy: busy.map((ms, core) => ms - (before.busy[core] ?? 0)),
  }
  collections.length = 0
  delay.reset()
  before = { cpu: process.cpuUsage(), wall: performance.now(), busy }
  return told
}

/** By core, from the kernel's own count in hundredths of a second. */
function busyCores(): readonly number[] {
  const lines = readFileSync('/proc/stat', 'utf8').split('\n')
  return lines
    .filter((line) => /^cpu\d/.test(line))
    .map((line) => {
      const [user = 0, nice = 0, system = 0, , , irq = 0, soft = 0, steal = 0] = line.split(/ +/).slice(1).map(Number)
      return (user + nice + system + irq + soft + steal) * 10
    })
}

process.on('message', (asked: 'target' | 'usage' | 'stop') => {
  if (asked === 'target') process.send!(target)
  else if (asked === 'usage') process.send!(usage())
  else stop.abort()
})
await running
await client.close()
process.disconnect()
