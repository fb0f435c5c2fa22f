import type { Client } from '@kubewright/client'
import { isApiError, isNotFound } from '@kubewright/core'
import type { Logger } from '@kubewright/runtime'

/**
 * Says which of the namespaces that a person has named are not there: the program would be up, and never have anything to do. They may come later, so it is
 * told and lived with.
 */
export async function checkNamespaces(client: Client, namespaces: readonly string[], log: Logger, signal: AbortSignal): Promise<void> {
  // In a cluster they are those of a manifest, and the role of the program does not let it look.
  if (client.inCluster) return
  for (const namespace of namespaces)
    if (!(await mayBeThere(client, namespace, signal)))
      log.warn('there is no such namespace: nothing is done there until it is made', { namespace })
}

async function mayBeThere(client: Client, namespace: string, signal: AbortSignal): Promise<boolean> {
  try {
    await client.request('GET', `/api/v1/namespaces/${encodeURIComponent(namespace)}`, { signal })
    return true
  } catch (error) {
    signal.throwIfAborted()
    // Who may not look at it may be allowed to work in it.
    if (isApiError(error)) return !isNotFound(error)
    throw error
  }
}
