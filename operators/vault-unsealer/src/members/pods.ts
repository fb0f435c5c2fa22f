import { controllerOf, type discoveryV1, matchesLabels, type Pod, parseLabelSelector } from 'kubewright'
import type { VaultUnsealerSpec } from '../kinds/vault-unsealer.ts'
import { type Absentee, type Discovery, type Member, PAUSED_POD_ANNOTATION, type PodNews, SEALED_LABEL } from './member.ts'
import { serverNameFor, type TargetUrl } from './target-url.ts'

export const SERVICE_LABEL = 'kubernetes.io/service-name'

/** Which pods the spec means; readiness plays no part, as a sealed Vault is never ready. */
export function selects(spec: VaultUnsealerSpec, slices: readonly discoveryV1.EndpointSlice[]): (pod: Pod) => boolean {
  if (spec.vaultLabelSelector !== undefined) {
    const selector = parseLabelSelector(spec.vaultLabelSelector)
    return ({ metadata }) => matchesLabels(selector, metadata.labels)
  }
  if (spec.statefulSetName !== undefined)
    return (pod) => {
      const owner = controllerOf(pod)
      return owner?.kind === 'StatefulSet' && owner.name === spec.statefulSetName
    }
  if (spec.serviceName === undefined) return () => false
  const uids = new Set<string>()
  for (const slice of slices)
    if (slice.metadata.labels?.[SERVICE_LABEL] === spec.serviceName)
      for (const { targetRef } of slice.endpoints ?? [])
        if (targetRef?.kind === 'Pod' && targetRef.uid !== undefined) uids.add(targetRef.uid)
  return ({ metadata }) => uids.has(metadata.uid ?? '')
}

/** The pods that can be asked. */
export function membersOf(pods: readonly Pod[], spec: VaultUnsealerSpec, url: TargetUrl): Discovery {
  const members: Member[] = []
  const absentees: Absentee[] = []
  for (const pod of [...pods].sort(byOrdinal)) {
    const why = absence(pod)
    if (why === undefined) members.push(memberOf(pod, spec, url))
    else absentees.push({ name: pod.metadata.name ?? '', why })
  }
  return { members, absentees }
}

/** Not readiness: the official chart's probe fails while Vault is sealed. */
export function absence({ metadata, status }: Pod): string | undefined {
  if (metadata.deletionTimestamp !== undefined) return 'it is being deleted'
  if (status?.phase !== 'Running') return `its phase is ${status?.phase ?? 'unknown'}`
  if (!status.podIP) return 'it has no IP address yet'
  const containers = status.containerStatuses ?? []
  if (containers.length > 0 && !containers.some(({ state }) => state?.running !== undefined)) return 'no container of it runs'
  return undefined
}

function memberOf(pod: Pod, spec: VaultUnsealerSpec, url: TargetUrl): Member {
  const { name = '', namespace = '', uid = '' } = pod.metadata
  const ip = pod.status!.podIP!
  const serverName = serverNameFor(spec.vault, url, { name, namespace })
  const { paused, news } = newsOf(pod)
  return {
    id: uid,
    name,
    pod: { namespace, name, uid, ip },
    host: ip,
    port: url.port,
    serverName,
    paused,
    signature: JSON.stringify([ip, url.port, serverName, paused]),
    news,
  }
}

export function newsOf({ metadata, status }: Pod): PodNews {
  const restarts = (status?.containerStatuses ?? []).map(({ containerID, restartCount, started }) => [containerID, restartCount, started])
  return {
    id: metadata.uid ?? '',
    ip: status?.podIP,
    paused: metadata.annotations?.[PAUSED_POD_ANNOTATION] === 'true',
    news: JSON.stringify([restarts, metadata.labels?.[SEALED_LABEL]]),
  }
}

/** Kept: `localeCompare` with options makes a new one for each comparison. */
const numeric = new Intl.Collator('en', { numeric: true })

/** vault-2 before vault-10. */
function byOrdinal(a: Pod, b: Pod): number {
  return numeric.compare(a.metadata.name ?? '', b.metadata.name ?? '')
}
