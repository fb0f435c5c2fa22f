import { type Member, type MemberLease, memberKey } from './member.ts'

/** What this replica has seen of one member. Times are of its own monotonic clock; those written in Leases are never looked at. */
export interface Sighting {
  readonly member: Member
  /** `undefined`: it is only named in a table. */
  readonly resourceVersion: string | undefined
  /** When its Lease was last seen to change, or the member was first heard of. */
  readonly changedAt: number
  /** How long it is waited for without a sign of life, in ms: it has stopped by itself before. */
  readonly patience: number
  readonly confirmed: number | undefined
  /** When it turned out that it works no more. It never will again: who comes back is another member. */
  readonly goneAt: number | undefined
}

/** The members that are there, were there, or are named somewhere, by {@link memberKey}. */
export type Sightings = ReadonlyMap<string, Sighting>

export const noSightings: Sightings = new Map()

export interface Look {
  readonly leases: readonly MemberLease[]
  /** Those that the table speaks of. */
  readonly named: readonly Member[]
  /** When the question was sent: the answer may be as old as that. */
  readonly sentAt: number
  readonly now: number
  /** Lives that this replica knows to be over: its own. */
  readonly over: ReadonlySet<string>
  /** For members of whom only the name is known, in ms. */
  readonly patience: number
}

export function observe(before: Sightings, look: Look): Sightings {
  const leases = new Map(look.leases.map((lease) => [memberKey(lease.member), lease]))
  const heard = new Map(look.named.map((member) => [memberKey(member), member]))
  for (const [key, { member }] of leases) heard.set(key, member)
  // Whose Lease was deleted may still be at work: it is remembered until it cannot be.
  for (const [key, { member, goneAt }] of before) if (goneAt === undefined) heard.set(key, member)
  return new Map([...heard].map(([key, member]) => [key, sighting(member, before.get(key), leases.get(key), look)]))
}

function sighting(member: Member, before: Sighting | undefined, lease: MemberLease | undefined, look: Look): Sighting {
  const { sentAt, now } = look
  const resourceVersion = lease?.lease.metadata.resourceVersion ?? before?.resourceVersion
  const changed = before === undefined || resourceVersion !== before.resourceVersion
  const changedAt = changed ? now : before.changedAt
  const told = Math.max(before?.patience ?? 0, lease?.released ? 0 : (lease?.patience ?? 0))
  const patience = told > 0 ? told : look.patience
  // It is the question that must have been sent after the time was up: an answer may have been on its way for long.
  const over = look.over.has(memberKey(member)) || lease?.released === true || (!changed && sentAt >= changedAt + patience)
  const goneAt = before?.goneAt ?? (over ? now : undefined)
  return { member, resourceVersion, changedAt, patience, confirmed: lease?.confirmed ?? before?.confirmed, goneAt }
}

/** A sign of life that came by itself, between two looks. */
export function renewed(before: Sightings, lease: MemberLease, now: number): Sightings {
  const key = memberKey(lease.member)
  const known = before.get(key)
  const { resourceVersion } = lease.lease.metadata
  if (known === undefined || known.goneAt !== undefined || known.resourceVersion === resourceVersion) return before
  return new Map(before).set(key, { ...known, resourceVersion, changedAt: now })
}

/**
 * - `ready`: it renews in time.
 * - `expired`: its time is over, but nobody has asked the server since: it still owns what it has.
 * - `uncertain`: expired for as long again, and still the server has not said so: this replica is probably cut off itself.
 * - `dead`: it has given its Lease back, or the server says that it has not renewed; others take over.
 * - `orphaned`: dead for a minute; its Lease is deleted.
 */
export type MemberState = 'ready' | 'expired' | 'uncertain' | 'dead' | 'orphaned'

export const MEMBER_STATES: readonly MemberState[] = ['ready', 'expired', 'uncertain', 'dead', 'orphaned']

/** Long enough for a person who looks for the reason to find the Lease. */
export const ORPHAN_AGE = 60_000

export function stateOf({ changedAt, patience, goneAt }: Sighting, now: number): MemberState {
  if (goneAt !== undefined) return now >= goneAt + ORPHAN_AGE ? 'orphaned' : 'dead'
  if (now < changedAt + patience) return 'ready'
  return now < changedAt + 2 * patience ? 'expired' : 'uncertain'
}

/** Whether the member has surely stopped all work that a table after `epoch` has taken from it. */
export function hasLetGo(sightings: Sightings, member: Member, epoch: number): boolean {
  const known = sightings.get(memberKey(member))
  return known?.goneAt !== undefined || (known?.confirmed ?? 0) > epoch
}
