import type { Client } from '@kubewright/client'
import type { KubeObject } from '@kubewright/core'
import { type VirtualClock, virtualClock } from '@kubewright/testing/virtual-clock'
import { type CacheOptions, SharedCache } from '../cache/cache.ts'
import type { EventHandler } from '../cache/listener.ts'
import { fakeClient } from './fake-client.ts'
import { FakeServer } from './fake-server.ts'

export const ConfigMap = { group: '', version: 'v1', kind: 'ConfigMap', plural: 'configmaps', namespaced: true }
export const Node = { group: '', version: 'v1', kind: 'Node', plural: 'nodes', namespaced: false }

export interface CacheBench {
  readonly clock: VirtualClock
  readonly server: FakeServer
  readonly cache: SharedCache
  /** What the users' functions threw. */
  readonly failures: readonly string[]
  put(name: string, extra?: Partial<KubeObject['metadata']>, data?: object): KubeObject
  readonly stop: AbortController
  readonly run: Promise<void>
  /** Stops, and looks whether something is left behind. */
  end(): Promise<void>
}

export interface CacheBenchOptions extends CacheOptions {
  readonly freeze?: boolean
  readonly namespaces?: readonly string[]
  readonly prepare?: (server: FakeServer) => void
  /** Waits before the server tells of a kind. */
  readonly beforeDiscovery?: Promise<void>
}

/** A cache at work on a fake server, in virtual time. */
export function startCache({ prepare = () => {}, beforeDiscovery, ...options }: CacheBenchOptions = {}): CacheBench {
  const clock = virtualClock()
  const server = new FakeServer().serve(ConfigMap, Node)
  prepare(server)
  const failures: string[] = []
  const fake = fakeClient(server)
  const client: Client = {
    ...fake,
    async resource(...asked) {
      await beforeDiscovery
      return await fake.resource(...asked)
    },
  }
  const cache = new SharedCache({
    client: beforeDiscovery === undefined ? fake : client,
    clock,
    random: () => 0.5,
    ...options,
    observerOf: () => ({
      happened: () => {},
      failed: () => {},
      recovered: () => {},
      userFunctionFailed: (what, object, error) => failures.push(`${what} ${object?.metadata.name}: ${(error as Error).message}`),
    }),
  })
  const stop = new AbortController()
  const run = cache.run(stop.signal)
  return {
    ...{ clock, server, cache, failures, stop, run },
    put: (name, extra = {}, data) =>
      server.put(ConfigMap, { metadata: { name, namespace: 'ns', ...extra }, ...(data === undefined ? {} : { data }) }),
    async end() {
      stop.abort()
      await run
      if (server.watching !== 0 || clock.pending !== 0) throw new Error('a stopped cache left a timer or a watch behind')
    },
  }
}

/** Writes down what it hears. */
export function ear(before: (line: string) => void | Promise<void> = () => {}): {
  readonly heard: string[]
  readonly handler: EventHandler<KubeObject>
} {
  const heard: string[] = []
  const hear = (line: string) => {
    heard.push(line)
    return before(line)
  }
  const handler: EventHandler<KubeObject> = {
    add: ({ metadata }, { initial }) => hear(`add ${metadata.name}${initial ? ' (initial)' : ''}`),
    update: (_, { metadata }) => hear(`update ${metadata.name}`),
    delete: ({ metadata }, { finalStateUnknown }) => hear(`delete ${metadata.name}${finalStateUnknown ? ' (unseen)' : ''}`),
  }
  return { heard, handler }
}
