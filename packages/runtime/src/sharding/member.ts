import type { Lease } from '@kubewright/client'
import { formatMicroTime } from '@kubewright/core'
import { type Placement, placementOf } from './family.ts'
import { fnv1a64 } from './hash.ts'

/** One life of one replica in the ring. Who comes back after its lease may have been over is another member, so that what is known of the first stays true. */
export interface Member {
  readonly identity: string
  readonly incarnation: string
}

export const memberKey = ({ identity, incarnation }: Member) => `${identity}/${incarnation}`

/** On every Lease of a ring, with the ring's name. */
export const RING_LABEL = 'kubewright.dev/shards'
const INCARNATION = 'kubewright.dev/shard-incarnation'
const CONFIRMED = 'kubewright.dev/shard-epoch'
const PATIENCE = 'kubewright.dev/shard-patience-ms'
const PLACEMENT = 'kubewright.dev/shard-placement'

/** What the Lease of a member says. */
export interface MemberLease {
  readonly member: Member
  /** The holder has given it back: it does nothing any more. */
  readonly released: boolean
  /** The newest table by which it has stopped all work on what is not its own. `undefined`: it has not seen one yet, and owns nothing. */
  readonly confirmed: number | undefined
  /** How it places families: only who places them alike can share a table. */
  readonly placement: Placement
  /** How long others wait after its last sign of life, in ms: it acts for less. */
  readonly patience: number
  readonly lease: Lease
}

/** `undefined`: it is no Lease of a member. */
export function readMember(lease: Lease): MemberLease | undefined {
  const { annotations = {} } = lease.metadata
  const { holderIdentity = '', leaseDurationSeconds = 0 } = lease.spec ?? {}
  const [incarnation, identity] = (annotations[INCARNATION] ?? '').split(/ (.*)/)
  if (!incarnation || !identity) return undefined
  const confirmed = Number(annotations[CONFIRMED])
  const patience = Number(annotations[PATIENCE])
  return {
    member: { identity, incarnation },
    released: holderIdentity !== identity,
    confirmed: Number.isSafeInteger(confirmed) && confirmed > 0 ? confirmed : undefined,
    placement: placementOf(annotations[PLACEMENT]),
    // One of an earlier release says only for how long its lease is.
    patience: patience > 0 ? patience : leaseDurationSeconds * 1000,
    lease,
  }
}

export interface RingName {
  readonly name: string
  readonly namespace: string
}

export interface Holding {
  readonly ring: RingName
  readonly member: Member
  /** Milliseconds. */
  readonly duration: number
  /** See {@link MemberLease.patience}. */
  readonly patience: number
  readonly confirmed: number | undefined
  readonly placement: Placement
  /** For people; nobody decides by it. */
  readonly wallNow: number
}

/** The Lease that says the member is there, made from the one that was there. */
export function heldBy({ ring, member, duration, patience, confirmed, placement, wallNow }: Holding, before: Lease | undefined): Lease {
  const now = formatMicroTime(wallNow)
  const same = before !== undefined && readMember(before)?.member.incarnation === member.incarnation
  const { [CONFIRMED]: _, [PLACEMENT]: __, ...others } = before?.metadata.annotations ?? {}
  const name = memberLeaseName(ring, member.identity)
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: {
      ...(before?.metadata ?? { name, namespace: ring.namespace }),
      labels: { ...before?.metadata.labels, [RING_LABEL]: ring.name },
      annotations: {
        ...others,
        // With the identity, which the spec loses when the Lease is released.
        [INCARNATION]: `${member.incarnation} ${member.identity}`,
        [PATIENCE]: String(patience),
        ...(confirmed === undefined ? {} : { [CONFIRMED]: String(confirmed) }),
        ...(placement === 'family' ? {} : { [PLACEMENT]: placement }),
      },
    },
    spec: {
      holderIdentity: member.identity,
      leaseDurationSeconds: Math.ceil(duration / 1000),
      acquireTime: same ? (before.spec?.acquireTime ?? now) : now,
      renewTime: now,
      leaseTransitions: (before?.spec?.leaseTransitions ?? -1) + (same ? 0 : 1),
    },
  }
}

/** Identities may have characters that names must not; the hash keeps apart what becomes alike without them. */
export function memberLeaseName(ring: RingName, identity: string): string {
  const plain = identity
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, '-')
    .slice(0, 120)
    .replaceAll(/^-+|-+$/g, '')
  if (plain === identity) return `${ring.name}-shard-${plain}`
  const { high, low } = fnv1a64(identity)
  const mark = (high ^ low) >>> 0
  return `${ring.name}-shard-${plain}${plain === '' ? '' : '-'}${mark.toString(36)}`
}
