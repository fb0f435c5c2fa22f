import { RECONCILE_ANNOTATION } from 'kubewright'
import { AUTHOR_ANNOTATION } from '../author/author.ts'
import type { Policy, PolicyStatus } from '../kinds/policies.ts'
import type { PolicyLabels } from '../metrics/meter.ts'
import type { PolicyProblem } from '../policy/policy.ts'
import { isPaused } from '../policy/policy.ts'
import { APPROVE_ANNOTATION } from '../safety/approval.ts'
import type { Brake, Leave } from '../safety/brake.ts'
import { neverWritten, type Pacing } from '../status/pacing.ts'
import type { Sighting } from '../tracker/tracked-object.ts'
import type { PolicyRun } from './policy-run.ts'

/** What is known of a policy over all versions of its spec. */
export interface PolicyEntry {
  readonly key: string
  policy: Policy
  work: { readonly is: 'run'; readonly run: PolicyRun } | { readonly is: 'idle'; readonly problem: PolicyProblem }
  /** Of this version of its spec; a policy that cannot work has none. */
  brake: Brake | undefined
  /** Why it is held. */
  held: Exclude<Leave, { readonly is: 'go' }> | undefined
  /** Why the whole operator stands still. */
  stopped: string | undefined
  /** By uid: what the server said about objects that it did not delete. */
  readonly samples: Map<string, { readonly object: string; readonly reason: string }>
  /** Objects deleted before this process, or before the policy last stood still. */
  deletedBefore: number
  /** As far as metrics have counted, and as far as events have told. */
  deletedCounted: number
  deletedTold: number
  matchedCounted: number
  lastDeletion: number | undefined
  written: PolicyStatus | undefined
  pacing: Pacing
  /** Monotonic ms before which no status is written: after a failure. */
  retryAt: number
  /** Monotonic ms until which a start is not worth a status: most are over at once, and a restart should write nothing. */
  quietUntil: number
  writing: boolean
  /** Its status could not be written the last time, and that was said. */
  statusFails: boolean
}

const QUIET_START = 5_000

export function newEntry(key: string, policy: Policy, work: PolicyEntry['work'], now: number): PolicyEntry {
  const before = policy.status?.deletedTotal ?? 0
  return {
    key,
    policy,
    work,
    brake: undefined,
    held: undefined,
    stopped: undefined,
    samples: new Map(),
    deletedBefore: before,
    deletedCounted: before,
    deletedTold: before,
    matchedCounted: 0,
    lastDeletion: undefined,
    written: policy.status,
    pacing: neverWritten,
    retryAt: 0,
    quietUntil: now + QUIET_START,
    writing: false,
    statusFails: false,
  }
}

export const SAMPLES = 10

/** Remembers what the server said about an object; without words, forgets it. */
export function keepSample(
  { samples }: PolicyEntry,
  { uid, namespace, name }: Pick<Sighting, 'uid' | 'namespace' | 'name'>,
  reason?: string,
): void {
  if (reason === undefined) samples.delete(uid)
  else if (samples.has(uid) || samples.size < SAMPLES)
    samples.set(uid, { object: namespace === undefined ? name : `${namespace}/${name}`, reason })
}

/** `namespace/name`, or the name of a cluster policy: no two policies have the same. */
export function keyOf({ metadata }: Policy): string {
  return metadata.namespace === undefined ? (metadata.name ?? '') : `${metadata.namespace}/${metadata.name ?? ''}`
}

/** What a policy does depends on nothing else of it; our own status writes, above all, leave it as it is. */
export function fingerprintOf(policy: Policy): string {
  const { uid, generation, annotations } = policy.metadata
  return JSON.stringify([
    uid,
    generation,
    isPaused(policy),
    annotations?.[RECONCILE_ANNOTATION],
    annotations?.[APPROVE_ANNOTATION],
    annotations?.[AUTHOR_ANNOTATION],
  ])
}

export function labelsOf({ policy }: PolicyEntry): PolicyLabels {
  const { apiVersion, kind } = policy.spec.targetResource
  return {
    policy_namespace: policy.metadata.namespace ?? '',
    policy_name: policy.metadata.name ?? '',
    resource_api_version: apiVersion,
    resource_kind: kind,
  }
}
