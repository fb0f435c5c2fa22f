import { type KubeObject, objectKey } from '@kubewright/core'
import { settle, type VirtualClock, virtualClock } from '@kubewright/testing/virtual-clock'
import { Reflector, type ReflectorSink } from '../reflector/reflector.ts'
import { fakeClient } from './fake-client.ts'
import { FakeServer } from './fake-server.ts'

const ConfigMap = { group: '', version: 'v1', kind: 'ConfigMap', plural: 'configmaps', namespaced: true }
const running = new Set<() => Promise<void>>()

export interface ReflectorBench {
  readonly clock: VirtualClock
  readonly server: FakeServer
  readonly reflector: Reflector<KubeObject>
  /** The keys of what it holds. */
  names(): readonly string[]
  /** Objects of single changes, as they came; those of lists are not among them. */
  readonly applied: readonly KubeObject[]
}

/** A reflector at work on a fake server, in virtual time. `settled`: so many ms are let pass first. */
export async function startReflector({
  prepare = () => {},
  settled = 0,
}: {
  readonly prepare?: (server: FakeServer) => void
  readonly settled?: number
} = {}): Promise<ReflectorBench> {
  const clock = virtualClock()
  const server = new FakeServer().serve(ConfigMap)
  prepare(server)
  let collected = new Map<string, KubeObject>()
  let store = collected
  const applied: KubeObject[] = []
  const change = (to: Map<string, KubeObject>, type: string, object: KubeObject) => {
    if (type === 'DELETED') to.delete(objectKey(object))
    else to.set(objectKey(object), object)
  }
  const sink: ReflectorSink<KubeObject> = {
    begin: () => {
      collected = new Map()
    },
    collect: (type, object) => change(collected, type, object),
    commit: () => {
      store = collected
    },
    apply(type, object) {
      applied.push(object)
      change(store, type, object)
    },
    progress: () => {},
    room: () => undefined,
  }
  store = new Map()
  const resource = await fakeClient(server).resource<KubeObject>(ConfigMap)
  const reflector = new Reflector<KubeObject>({ resource, selection: {}, sink, clock, random: () => 0.5 })
  const stop = new AbortController()
  const run = reflector.run(stop.signal)
  running.add(async () => {
    stop.abort()
    await run
    if (clock.pending !== 0 || server.watching !== 0) throw new Error('a stopped reflector left a timer or a watch behind')
  })
  await settle()
  if (settled > 0) await clock.advance(settled)
  return { clock, server, reflector, applied, names: () => [...store.keys()].sort() }
}

/** Stops those that the test started, and looks whether they left something behind. */
export async function stopReflectors(): Promise<void> {
  const stops = [...running]
  running.clear()
  for (const stop of stops) await stop()
}

export const put = (server: FakeServer, name: string, data?: Readonly<Record<string, string>>): KubeObject =>
  server.put(ConfigMap, { metadata: { name, namespace: 'ns' }, ...(data === undefined ? {} : { data }) })
