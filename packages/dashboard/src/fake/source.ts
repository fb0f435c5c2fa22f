// A manager that a test holds in its hands: objects come and go when it says so.
import type { Clock, KubeObject } from '@kubewright/core'
import type { DashboardView } from '../model/view.ts'
import type {
  DashboardSource,
  SourceActions,
  SourceHandler,
  SourceInformer,
  SourceObservation,
  SourceRequests,
  SourceWatch,
} from '../source.ts'

export interface FakeInformer extends SourceInformer {
  put(object: KubeObject): void
  remove(name: string, namespace?: string): void
  /** How many hear of its changes. */
  readonly listeners: number
}

export function fakeInformer(kind: string, group = ''): FakeInformer {
  const objects = new Map<string, KubeObject>()
  const handlers = new Set<SourceHandler>()
  const key = (name = '', namespace = '') => `${namespace}/${name}`
  return {
    type: { kind, group, version: 'v1' },
    synced: true,
    get size() {
      return objects.size
    },
    get listeners() {
      return handlers.size
    },
    liveness: { activity: 'watching', lastByteAt: 0, reconnects: 0, relists: 0, failure: undefined },
    get: (name, namespace) => objects.get(key(name, namespace)),
    list: () => [...objects.values()],
    put(object) {
      const id = key(object.metadata.name, object.metadata.namespace)
      const old = objects.get(id)
      objects.set(id, object)
      for (const handler of handlers) old === undefined ? handler.add(object, { initial: false }) : handler.update(old, object)
    },
    remove(name, namespace) {
      const old = objects.get(key(name, namespace))
      objects.delete(key(name, namespace))
      if (old !== undefined) for (const handler of handlers) handler.delete(old)
    },
    subscribe(handler) {
      for (const object of objects.values()) handler.add(object, { initial: true })
      handlers.add(handler)
      return { synced: Promise.resolve(), close: () => void handlers.delete(handler) }
    },
  }
}

export interface FakeSource extends DashboardSource {
  tell(observation: SourceObservation): void
  readonly shown: { watches: SourceWatch[]; requests: SourceRequests[]; leads: boolean; leader: string | undefined; reachability: string }
}

export const SECRET_TEXT = 's3cr3t-value'

export function fakeSource(
  clock: Clock,
  informers: readonly FakeInformer[],
  views: readonly DashboardView[] = [],
  actions?: SourceActions,
): FakeSource {
  const listeners = new Set<(observation: SourceObservation) => void>()
  const watches = informers.map(
    (informer): SourceWatch => ({ kind: informer.type.kind, cluster: '', metadataOnly: false, users: 1, informer }),
  )
  const shown: FakeSource['shown'] = { watches, requests: [], leads: true, leader: 'me', reachability: 'reachable' }
  const hide = (text: string) => text.replaceAll(SECRET_TEXT, '[redacted]')
  return {
    ...{ program: 'test', clock, sharded: false, views, shown, hide, actions },
    overview: () => ({
      ...{ identity: 'me', life: 'running', leads: shown.leads, leader: shown.leader },
      runnables: [
        { name: 'website', state: 'running', queued: 3, active: 1 },
        { name: 'helper', state: 'running' },
      ],
      clusters: [{ name: '', server: 'https://cluster', reachability: shown.reachability }],
    }),
    watches: () => shown.watches,
    requests: () => Promise.resolve(shown.requests),
    observations: {
      subscribe(listener) {
        listeners.add(listener)
        return () => void listeners.delete(listener)
      },
    },
    tell: (observation) => {
      for (const listener of listeners) listener(observation)
    },
    visible: (object) => JSON.parse(hide(JSON.stringify(object))) as object,
  }
}
