import { type Client, type DeleteOptions, escapeFieldValue, type KubeObject, type Reachability } from 'kubewright'
import { type Answer, answerOf, answerOfError } from '../deletion/answer.ts'
import type { ReadyPolicy } from '../policy/policy.ts'
import type { Sighting } from '../tracker/tracked-object.ts'

/** What a DELETE says: exactly this object, as we saw it, or nothing. */
export function deleteOptions(policy: ReadyPolicy, seen: Sighting): DeleteOptions {
  return {
    preconditions: { uid: seen.uid, resourceVersion: seen.resourceVersion },
    propagationPolicy: policy.propagationPolicy,
    ...(policy.gracePeriodSeconds !== undefined && { gracePeriodSeconds: policy.gracePeriodSeconds }),
  }
}

export interface DeleterEnvironment {
  readonly client: Client
  readonly reachability: Pick<Reachability, 'failed' | 'succeeded'>
}

/** One DELETE, sent once: when to send it again is the tracker's business, which has to hear of every 429. Every outcome is an answer. */
export async function deleteObject(
  { client, reachability }: DeleterEnvironment,
  policy: ReadyPolicy,
  seen: Sighting,
  signal: AbortSignal,
): Promise<Answer> {
  try {
    if (policy.evicts) {
      await evict(client, policy, seen, signal)
      reachability.succeeded()
      return { is: 'accepted' }
    }
    const resource = await client.resource(policy.target.kind, { signal })
    const options = { ...deleteOptions(policy, seen), signal, retry: false }
    const result = await resource.delete({ name: seen.name, namespace: seen.namespace }, options)
    reachability.succeeded()
    return answerOf(result)
  } catch (error) {
    if (!signal.aborted) reachability.failed(error)
    return answerOfError(error)
  }
}

/** Whether the Pod is gone at once or in its grace period, the watch tells. @throws ApiError, ConnectionError */
async function evict(client: Client, policy: ReadyPolicy, seen: Sighting, signal: AbortSignal): Promise<void> {
  const { name, namespace = '' } = seen
  const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace }, deleteOptions: deleteOptions(policy, seen) }
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(name)}/eviction`
  await client.request('POST', path, { body: eviction, signal, retry: false })
}

/**
 * The object as it is now, if the policy's target still takes it; `undefined` when it is gone, another has its name, or a selector no longer
 * fits. Read as a list of one, through the selectors of the watch: only the server can tell whether they all still hold.
 * @throws ApiError, ConnectionError
 */
export async function fetchSelected(
  client: Client,
  { target }: ReadyPolicy,
  seen: Sighting,
  signal: AbortSignal,
): Promise<KubeObject | undefined> {
  const resource = await client.resource(target.kind, { signal })
  const fieldSelector = [`metadata.name=${escapeFieldValue(seen.name)}`, target.fieldSelector].filter((part) => part !== '').join(',')
  const { items } = await (target.metadataOnly ? resource.metadataOnly() : resource).list({
    namespace: seen.namespace,
    labelSelector: target.labelSelector,
    fieldSelector,
    signal,
    retry: false,
  })
  return items.find(({ metadata }) => metadata.uid === seen.uid)
}
