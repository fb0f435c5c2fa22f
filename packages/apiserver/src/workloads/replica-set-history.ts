import type { DynamicObject } from '@kubewright/core'
import {
  bounds,
  DESIRED_REPLICAS,
  type Deployment,
  MAX_REPLICAS,
  REVISION,
  REVISION_HISTORY,
  type ReplicaSet,
  revisionOf,
  wanted,
} from './deployment.ts'
import { controllerReference, hashOf, sameTemplate, TEMPLATE_HASH } from './pod-template.ts'

/** What is not handed on from a Deployment to its ReplicaSets: it is about the Deployment alone. */
const OWN_ANNOTATIONS: ReadonlySet<string> = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  'deprecated.deployment.rollback.to',
  REVISION,
  REVISION_HISTORY,
  DESIRED_REPLICAS,
  MAX_REPLICAS,
])

const byAge = (a: ReplicaSet, b: ReplicaSet): number => {
  const [left, right] = [a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? '']
  if (left !== right) return left < right ? -1 : 1
  return (a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1
}

/** The ReplicaSet of the template that is wanted now, and those before, the oldest first. */
export function historyOf(
  deployment: Deployment,
  sets: readonly ReplicaSet[],
): { readonly current: ReplicaSet | undefined; readonly old: readonly ReplicaSet[] } {
  const sorted = sets.toSorted(byAge)
  const current = sorted.find((set) => sameTemplate(set.spec.template, deployment.spec.template))
  return { current, old: sorted.filter((set) => set !== current) }
}

const latestRevision = (sets: readonly ReplicaSet[]): bigint => sets.map(revisionOf).reduce((most, each) => (each > most ? each : most), 0n)

/** Who was rolled back to becomes the newest revision; the numbers it had are remembered. */
function revisionAnnotations(set: ReplicaSet | undefined, old: readonly ReplicaSet[]): Readonly<Record<string, string>> {
  const next = latestRevision(old) + 1n
  const before = set === undefined ? 0n : revisionOf(set)
  if (before >= next) return { [REVISION]: String(before) }
  const history = set?.metadata.annotations?.[REVISION_HISTORY]
  const known = (history ?? '').split(',').filter(Boolean)
  return {
    [REVISION]: String(next),
    ...(before > 0 ? { [REVISION_HISTORY]: [...known, String(before)].join(',') } : {}),
  }
}

const sizeAnnotations = (deployment: Deployment): Readonly<Record<string, string>> => ({
  [DESIRED_REPLICAS]: String(wanted(deployment)),
  [MAX_REPLICAS]: String(wanted(deployment) + bounds(deployment).surge),
})

function inherited({ metadata }: Deployment): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(metadata.annotations ?? {}).filter(([key]) => !OWN_ANNOTATIONS.has(key)))
}

/** The ReplicaSet for a template that had none. */
export function newReplicaSet(deployment: Deployment, old: readonly ReplicaSet[], replicas: number): DynamicObject {
  const { namespace, name } = deployment.metadata
  const { template, selector, minReadySeconds } = deployment.spec
  const hash = hashOf(template, deployment.status?.collisionCount ?? 0)
  const labels = { ...template.metadata?.labels, [TEMPLATE_HASH]: hash }
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${name}-${hash}`,
      ...(namespace === undefined ? {} : { namespace }),
      labels,
      annotations: { ...inherited(deployment), ...revisionAnnotations(undefined, old), ...sizeAnnotations(deployment) },
      ownerReferences: [controllerReference(deployment)],
    },
    spec: {
      replicas,
      ...(minReadySeconds === undefined ? {} : { minReadySeconds }),
      selector: { ...selector, matchLabels: { ...selector?.matchLabels, [TEMPLATE_HASH]: hash } },
      template: { ...template, metadata: { ...template.metadata, labels } },
    },
  }
}

/** The current ReplicaSet as it has to be: with what it inherits and its number; its size stays. */
export function synced(deployment: Deployment, current: ReplicaSet, old: readonly ReplicaSet[]): ReplicaSet {
  const annotations = {
    ...current.metadata.annotations,
    ...inherited(deployment),
    ...revisionAnnotations(current, old),
    ...sizeAnnotations(deployment),
  }
  const { minReadySeconds } = deployment.spec
  return {
    ...current,
    metadata: { ...current.metadata, annotations },
    spec: { ...current.spec, ...(minReadySeconds === undefined ? {} : { minReadySeconds }) },
  }
}

/** A ReplicaSet with another size. */
export function resized(deployment: Deployment, set: ReplicaSet, replicas: number): ReplicaSet {
  return {
    ...set,
    metadata: { ...set.metadata, annotations: { ...set.metadata.annotations, ...sizeAnnotations(deployment) } },
    spec: { ...set.spec, replicas },
  }
}

/** The Deployment was scaled: its ReplicaSets were sized for another number. */
export function wasScaled(deployment: Deployment, sets: readonly ReplicaSet[]): boolean {
  return sets.some((set) => {
    const desired = set.metadata.annotations?.[DESIRED_REPLICAS]
    return wanted(set) > 0 && desired !== undefined && Number(desired) !== wanted(deployment)
  })
}

/** Old ReplicaSets beyond the limit, without pods, the lowest revisions first. */
export function outdated(deployment: Deployment, old: readonly ReplicaSet[]): readonly ReplicaSet[] {
  const limit = deployment.spec.revisionHistoryLimit ?? 10
  const kept = old.filter(({ metadata }) => metadata.deletionTimestamp === undefined).sort((a, b) => Number(revisionOf(a) - revisionOf(b)))
  return kept
    .slice(0, Math.max(0, kept.length - limit))
    .filter(
      (set) => wanted(set) === 0 && (set.status?.replicas ?? 0) === 0 && set.metadata.generation === set.status?.['observedGeneration'],
    )
}
