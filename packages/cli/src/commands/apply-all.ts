import type { Client } from '@kubewright/client'
import { isAlreadyExists, type KubeObject, kindOf } from '@kubewright/core'

/** At most this many requests at once: enough to hide the round trip, few enough to be polite. */
const AT_ONCE = 16

/** Creates objects, each kind's in parallel, kinds in the order of their first object (namespaces and definitions come first). What is there already stays as it is. */
export async function applyAll(client: Client, objects: readonly KubeObject[], signal: AbortSignal): Promise<void> {
  const byKind = Map.groupBy(objects, (object) => `${object.apiVersion} ${object.kind}`)
  for (const group of byKind.values()) {
    const resource = await client.resource(kindOf(group[0]!), { signal })
    const rest = group.values()
    const worker = async () => {
      for (const object of rest) {
        await resource.create(object as never, { signal }).catch((error: unknown) => {
          if (!isAlreadyExists(error)) throw error
        })
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, worker))
  }
}
