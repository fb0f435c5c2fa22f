import type { Lease } from '@kubewright/client'
import { formatMicroTime } from '@kubewright/core'

export interface Candidate {
  readonly name: string
  readonly namespace: string
  readonly identity: string
  /** Seconds. */
  readonly leaseDuration: number
}

/** A lease with the candidate as its holder, made from the one that was there. `wallNow`: for people who read it; nobody decides by it. */
export function held(candidate: Candidate, before: Lease | undefined, wallNow: number): Lease {
  const { name, namespace, identity, leaseDuration } = candidate
  const now = formatMicroTime(wallNow)
  const mine = before?.spec?.holderIdentity === identity
  const transitions = before?.spec?.leaseTransitions ?? 0
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: before?.metadata ?? { name, namespace },
    spec: {
      ...before?.spec,
      holderIdentity: identity,
      leaseDurationSeconds: Math.ceil(leaseDuration),
      acquireTime: mine ? (before.spec?.acquireTime ?? now) : now,
      renewTime: now,
      leaseTransitions: mine || before === undefined ? transitions : transitions + 1,
    },
  }
}

/** The lease given back: without a holder, and out of date at once, so that the next one need not wait. */
export function released(lease: Lease, wallNow: number): Lease {
  const now = formatMicroTime(wallNow)
  return { ...lease, spec: { ...lease.spec, holderIdentity: '', leaseDurationSeconds: 1, acquireTime: now, renewTime: now } }
}
