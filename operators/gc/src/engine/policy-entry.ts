import { RECONCILE_ANNOTATION } from 'kubewright'
import type { Policy, PolicyStatus } from '../kinds/policies.ts'
import type { PolicyLabels } from '../metrics/meter.ts'
import type { PolicyProblem } from '../policy/policy.ts'
import { isPaused } from '../policy/policy.ts'
import { neverWritten, type Pacing } from '../status/pacing.ts'
import type { PolicyRun } from './policy-run.ts'

/** What is known of a policy over all versions of its spec. */
export interface PolicyEntry {
  readonly key: string
  policy: Policy
  work: { readonly is: 'run'; readonly run: PolicyRun } | { readonly is: 'idle'; readonly problem: PolicyProblem }
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

/** `namespace/name`, or the name of a cluster policy: no two policies have the same. */
export function keyOf({ metadata }: Policy): string {
  return metadata.namespace === undefined ? (metadata.name ?? '') : `${metadata.namespace}/${metadata.name ?? ''}`
}

/** What a policy does depends on nothing else of it; our own status writes, above all, leave it as it is. */
export function fingerprintOf(policy: Policy): string {
  const { uid, generation, annotations } = policy.metadata
  return JSON.stringify([uid, generation, isPaused(policy), annotations?.[RECONCILE_ANNOTATION]])
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
