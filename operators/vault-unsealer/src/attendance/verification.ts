import { type Client, isForbidden, isNotFound, messageOf, Pod } from 'kubewright'
import type { Member } from '../members/member.ts'
import { absence } from '../members/pods.ts'

/**
 * Reads the pod from the API server, not from the cache: addresses are given to other pods within a moment, and a cache may be behind by more than that.
 * @returns why nothing may be sent, or `undefined`
 */
export async function verifyPod(client: Client, { pod: known }: Member, signal: AbortSignal): Promise<string | undefined> {
  if (known === undefined) return undefined
  const { namespace, name, uid, ip } = known
  try {
    const pod = await (await client.resource(Pod, { signal })).get({ namespace, name }, { signal })
    if (pod.metadata.uid !== uid) return `pod ${name} has been replaced by another one of its name`
    const why = absence(pod)
    if (why !== undefined) return `pod ${name}: ${why}`
    return pod.status?.podIP === ip ? undefined : `pod ${name} has another address than a moment ago`
  } catch (error) {
    signal.throwIfAborted()
    if (isNotFound(error)) return `pod ${name} is not there any more`
    if (isForbidden(error)) return `the operator has no right to read pod ${name}, and sends nothing without it`
    return `pod ${name} could not be looked up: ${messageOf(error)}`
  }
}
