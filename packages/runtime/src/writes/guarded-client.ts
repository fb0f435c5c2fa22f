import type { Client, Resource } from '@kubewright/client'
import type { KubeObject } from '@kubewright/core'
import { guardedResource } from './guarded-resource.ts'
import { GuardedWrites } from './guarded-writes.ts'
import { rawWrite } from './raw-write.ts'
import type { GuardedClient, WriteGuard } from './write-guard.ts'

/** See {@link GuardedClient}. Reads cost nothing more; resources are wrapped once. */
export const guardedClient: GuardedClient = (client, guards) => (guards.length === 0 ? client : clientWith(client, guards))

function clientWith(client: Client, guards: readonly WriteGuard[]): Client {
  const writes = new GuardedWrites(guards)
  const resources = new WeakMap<object, Resource<KubeObject>>()
  return {
    server: client.server,
    namespace: client.namespace,
    inCluster: client.inCluster,
    discovery: client.discovery,
    async resource<T extends KubeObject>(...[kind, options]: Parameters<typeof client.resource<T>>) {
      const resource = await client.resource<T>(kind, options)
      const known = resources.get(resource) as Resource<T> | undefined
      if (known !== undefined) return known
      const made = guardedResource(resource, writes)
      resources.set(resource, made as unknown as Resource<KubeObject>)
      return made
    },
    request<R>(...[method, path, options = {}]: Parameters<typeof client.request<R>>) {
      const write = rawWrite(method, path, options.query)
      if (write === undefined) return client.request<R>(method, path, options)
      return writes.pass(write, options, (guarded) => client.request<R>(method, path, guarded), objectIn)
    },
    serverDate: () => client.serverDate?.(),
    impersonate: (identity) => guardedClient(client.impersonate(identity), guards),
    close: () => client.close(),
  }
}

/** An answer that is an object, and not a Status, a review's verdict without a version, or a text. */
function objectIn(answer: unknown): KubeObject | undefined {
  const { kind, metadata } = (answer ?? {}) as { readonly kind?: unknown; readonly metadata?: KubeObject['metadata'] }
  return kind !== 'Status' && metadata?.resourceVersion !== undefined ? (answer as KubeObject) : undefined
}
