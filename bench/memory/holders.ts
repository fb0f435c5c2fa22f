// In a process of its own: the same Pods, held in one way or another.
import { connect, createManager, type KubeObject, Pod, silentLogger } from 'kubewright'
import type { Held } from '../collected-heap.ts'

export type Holder = 'cache' | 'cache of metadata' | 'parsed' | 'parsed metadata'

/** The argument is JSON: who holds, and the file that says where the server is. */
export async function hold(argument: string): Promise<Held> {
  const { holder, kubeconfig, items } = JSON.parse(argument) as { holder: Holder; kubeconfig: string; items: number }
  const client = await connect({ kubeconfig })
  // One request before the measurement: connections, buffers and discovery are nobody's objects.
  await (await client.resource(Pod)).list({ limit: 1 })
  return {
    items,
    fill: async () => {
      const held = holder.startsWith('cache') ? await cached(holder === 'cache of metadata') : await parsed(holder === 'parsed metadata')
      if (held.count() !== items) throw new Error(`${holder} holds ${held.count()} of ${items}: no figure`)
      return held
    },
  }

  async function cached(metadataOnly: boolean) {
    const manager = createManager({ client, log: silentLogger })
    const { informer } = await manager.cache.informer(Pod, { metadataOnly })
    const running = manager.run(new AbortController().signal)
    await Promise.race([informer.whenSynced(), running])
    return { manager, count: () => informer.size }
  }

  async function parsed(metadataOnly: boolean) {
    const headers = metadataOnly ? { accept: 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1' } : {}
    const { items: pods } = await client.request<{ items: { metadata: object }[] }>('GET', '/api/v1/pods', { headers })
    const kept = pods.map((pod) => {
      delete (pod.metadata as { managedFields?: unknown }).managedFields
      return pod as unknown as KubeObject
    })
    return { kept, count: () => kept.length }
  }
}
