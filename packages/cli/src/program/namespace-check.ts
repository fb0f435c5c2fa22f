import { type Client, Namespace } from '@kubewright/client'
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

const REVIEWS = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews'

interface Reviewed {
  readonly status?: { readonly allowed?: boolean }
}

/** Who may not look at it may be allowed to work in it, and is not to leave a refused request in the audit log. */
async function mayBeThere(client: Client, namespace: string, signal: AbortSignal): Promise<boolean> {
  const resourceAttributes = { verb: 'get', version: 'v1', resource: 'namespaces', name: namespace }
  try {
    const review = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', spec: { resourceAttributes } }
    const { status } = await client.request<Reviewed>('POST', REVIEWS, { body: review, signal })
    if (status?.allowed === true) await (await client.resource(Namespace, { signal })).get({ name: namespace }, { signal })
    return true
  } catch (error) {
    signal.throwIfAborted()
    if (isApiError(error)) return !isNotFound(error)
    throw error
  }
}
