import type { Lease } from '@kubewright/client'
import { inOrder, nextTable, sameMembers } from './assignment.ts'
import { heldBy, type Member, type MemberLease, memberKey } from './member.ts'
import { type Sighting, type Sightings, stateOf } from './sightings.ts'
import { patienceWith, type Request, type ShardContext, type ShardState } from './state.ts'
import { type Table, withTable } from './table.ts'

export interface Reading {
  readonly members: readonly MemberLease[]
  readonly tableLease: Lease | undefined
}

/** What is to be written after a reading, and when to look again. */
export function planned(state: ShardState, reading: Reading, context: ShardContext): ShardState {
  switch (state.standing.is) {
    case 'left':
    case 'joining':
      return state
    case 'out':
      // Work of the last life that is still under way would go on under the new one's lease.
      return state.drains.length === 0 && state.stuck === undefined ? { ...state, plan: [join(reading, context)] } : state
    case 'member':
      return tended(published(state, reading, context), reading, context)
  }
}

function join({ members }: Reading, { ring, identity, placement, times, wallNow, newId }: ShardContext): Request {
  const before = members.find(({ member }) => member.identity === identity)?.lease
  const member = { identity, incarnation: newId() }
  const own = { duration: times.leaseDuration, patience: patienceWith(times), confirmed: undefined }
  const lease = heldBy({ ring, member, placement, wallNow, ...own }, before)
  return { do: before === undefined ? 'create' : 'update', what: 'member', lease }
}

/** Plans the next table, when the last does not name those who are there and nobody else is likely to write it. */
function published(state: ShardState, { members, tableLease }: Reading, context: ShardContext): ShardState {
  const { seen, sightings } = state
  const { now, random, times, ring, identity, placement } = context
  const alike = members.filter((lease) => lease.placement === placement)
  const wanted = inOrder(alike.filter((lease) => isToShare(state, lease, now)).map(({ member }) => member))
  if (!wanted.some((member) => member.identity === identity)) return state
  if (seen === undefined && [...sightings.values()].some(isBound)) return state
  // Positions of one placement say nothing about those of another: who goes by the old one has to be over first, whoever it is.
  if (seen !== undefined && seen.table.placement !== placement && boundBy(seen.table, sightings)) return state
  if (seen !== undefined && sameMembers(wanted, seen.table.members)) return { ...state, differs: undefined }
  const differs = state.differs ?? { since: now, jitter: random() }
  const due = differs.since + patience(wanted, { ...state, differs }, context)
  if (now < due) return { ...state, differs, readAt: Math.min(state.readAt, Math.max(due, now + times.retryPeriod / 8)) }
  const lease = withTable(nextTable(seen?.table, wanted, sightings, placement), ring, tableLease)
  return { ...state, differs: undefined, plan: [{ do: tableLease === undefined ? 'create' : 'update', what: 'table', lease }] }
}

/** A life that has confirmed a table and is not in this one has been left out, and is over. */
function isToShare({ seen, sightings }: ShardState, { member, released, confirmed }: MemberLease, now: number): boolean {
  const sighting = sightings.get(memberKey(member))
  if (released || sighting === undefined || ['dead', 'orphaned'].includes(stateOf(sighting, now))) return false
  return confirmed === undefined || (seen?.table.members ?? []).some((other) => memberKey(other) === memberKey(member))
}

/** It may own something by a table that is lost: no new one can begin before it has certainly let go. */
const isBound = ({ goneAt, confirmed }: Sighting) => goneAt === undefined && confirmed !== undefined

const boundBy = ({ members, former }: Table, sightings: Sightings) =>
  [...members, ...former.flatMap(({ open }) => open)].some((member) => sightings.get(memberKey(member))?.goneAt === undefined)

/**
 * How long the table may be behind. Replicas of one Deployment start together, and should make one move and not three; what nobody works on cannot
 * wait. One member writes; the others only when it has not for a while.
 */
function patience(wanted: readonly Member[], { seen, differs, sightings }: ShardState, { times, identity }: ShardContext): number {
  const abandoned = seen?.table.members.some((member) => sightings.get(memberKey(member))?.goneAt !== undefined) ?? false
  const first = wanted[0]?.identity === identity
  return (abandoned ? 0 : times.retryPeriod) + (first ? 0 : times.retryPeriod * (0.5 + (differs?.jitter ?? 0)))
}

/** Looks again in time: when a lease runs out, and more often while a range waits for somebody. */
function tended(state: ShardState, { members }: Reading, { now, times, identity }: ShardContext): ShardState {
  const { sightings, seen, readAt, basis, drains } = state
  const ends = [...sightings.values()].flatMap(({ goneAt, changedAt, patience, member }) =>
    goneAt !== undefined || member.identity === identity ? [] : [changedAt + patience],
  )
  // A millisecond later, for timers are early by parts of one; and soon again when the question was sent just before the end.
  const soonest = Math.min(Number.POSITIVE_INFINITY, ...ends.map((end) => Math.max(end + 1, now + times.retryPeriod / 8)))
  const waiting = basis.open.length > 0 || drains.length > 0
  const next = Math.min(readAt, soonest, waiting ? now + times.retryPeriod / 4 : readAt)
  // One replica clears up, for all.
  const first = seen?.table.members[0]?.identity === identity
  const orphan = members.find(({ member }) => {
    const sighting = sightings.get(memberKey(member))
    return first && sighting !== undefined && stateOf(sighting, now) === 'orphaned'
  })
  return { ...state, readAt: next, plan: orphan === undefined ? state.plan : [...state.plan, { do: 'delete', lease: orphan.lease }] }
}
