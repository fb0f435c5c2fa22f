import type { Client, DeleteOptions, KubeObject } from 'kubewright'
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

/** One DELETE; every outcome is an answer. */
export async function deleteObject(client: Client, policy: ReadyPolicy, seen: Sighting, signal: AbortSignal): Promise<Answer> {
  try {
    const resource = await client.resource(policy.target.kind, { signal })
    return answerOf(await resource.delete({ name: seen.name, namespace: seen.namespace }, { ...deleteOptions(policy, seen), signal }))
  } catch (error) {
    return answerOfError(error)
  }
}

/** The object as it is now; `undefined` when it is gone or another has its name. @throws ApiError, ConnectionError */
export async function fetchObject(
  client: Client,
  policy: ReadyPolicy,
  seen: Sighting,
  signal: AbortSignal,
): Promise<KubeObject | undefined> {
  const resource = await client.resource(policy.target.kind, { signal })
  try {
    const object = await resource.get({ name: seen.name, namespace: seen.namespace }, { signal })
    return object.metadata.uid === seen.uid ? object : undefined
  } catch (error) {
    if (answerOfError(error).is === 'already-gone') return undefined
    throw error
  }
}
