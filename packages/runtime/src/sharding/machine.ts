// Replicas share the objects of a program by Leases, without a process that directs them, as one transition function.
//
// Each replica is a *member* by a Lease that it renews. One object, the *table*, says by a growing epoch which members there are; the ranges
// follow by consistent hashing. Any member may write the next table, under the optimistic lock. Whoever sees a table stops at once to begin work
// on what is not its own any more, waits until such work under way is over, and then *confirms* the epoch in its own Lease. Whoever gains a range
// begins when every former owner of it has confirmed, has given its Lease back, or has certainly run out of time.
//
// Why two never own a family at one time: a member says in its Lease how long others are to wait, and acts for less than that after it *sent* its last
// renewal; others call it gone when a question *sent* so long after the last change they saw still finds no change, so its next renewal, if there is one, comes back too
// late for it to believe. A member whose time was over is out, and comes back as another (a new incarnation): what was said of the first stays true.
import type { Lease } from '@kubewright/client'
import { deepEqual } from '@kubewright/core'
import { sameMembers, territoryOf } from './assignment.ts'
import { heldBy, type Member, type MemberLease, memberKey, readMember } from './member.ts'
import { planned } from './plan.ts'
import { nothing } from './ring.ts'
import { hasLetGo, observe, renewed, type Sighting } from './sightings.ts'
import {
  actingTime,
  goOut,
  memberOf,
  noBasis,
  patienceWith,
  type Request,
  type SeenTable,
  type ShardContext,
  type ShardState,
  type Standing,
  type Step,
  settleIn,
  validFor,
} from './state.ts'
import { readTable, type Table, tableLeaseName } from './table.ts'

export type ShardFact =
  | { readonly saw: 'time' }
  /** The answer to `read`. */
  | { readonly saw: 'leases'; readonly leases: readonly Lease[] }
  | { readonly saw: 'written'; readonly lease: Lease }
  | { readonly saw: 'deleted' }
  /** Refused, or no answer in time. */
  | { readonly saw: 'failure' }
  /** A Lease of the ring, from a watch: a hint. Decisions are made by readings. */
  | { readonly saw: 'change'; readonly lease: Lease }
  | { readonly saw: 'drained'; readonly drain: number }
  /** Nobody can say whether the work on what was lost is over. */
  | { readonly saw: 'stuck'; readonly drain: number; readonly why: string }
  | { readonly saw: 'leave' }

export function step(before: ShardState, fact: ShardFact, context: ShardContext): Step {
  // First of all: whose time is over is out, whatever the answer that comes in now.
  const expired = before.standing.is === 'member' && validFor(before, context.times, context.now) <= 0
  const [state, out] = expired ? goOut(before, 'the lease could not be renewed in time', context) : ([before, []] as Step)
  const [next, effects] = take(state, fact, context)
  return [next.asking === undefined ? ask(next, context) : next, [...out, ...effects]]
}

/** When, at the latest, the machine wants to hear of the time (monotonic ms). */
export function wakeAt(state: ShardState, times: ShardContext['times']): number {
  const { standing, asking, readAt, renewAt, holdUntil } = state
  if (standing.is === 'left') return Number.POSITIVE_INFINITY
  const isMember = standing.is === 'member'
  // With a question under way there is nothing to do before its answer, except to lapse.
  const next = asking === undefined ? Math.max(holdUntil, isMember ? Math.min(readAt, renewAt) : readAt) : Number.POSITIVE_INFINITY
  return isMember ? Math.min(next, standing.renewedAt + actingTime(times)) : next
}

function take(state: ShardState, fact: ShardFact, context: ShardContext): Step {
  const { now } = context
  switch (fact.saw) {
    case 'time':
      return [state, []]
    case 'leases':
      return read({ ...state, asking: undefined }, fact.leases, state.asking?.sentAt ?? now, context)
    case 'written':
      return written({ ...state, asking: undefined }, state.asking, fact.lease, context)
    case 'deleted':
      return [{ ...state, asking: undefined }, []]
    case 'failure':
      return [failed({ ...state, asking: undefined, plan: [] }, state.asking?.request, context), []]
    case 'change':
      return [noticed(state, fact.lease, context), []]
    case 'drained':
      return [{ ...state, drains: state.drains.filter((drain) => drain !== fact.drain) }, []]
    case 'stuck':
      // It never joins again; the others take over when its lease has run out, or when the program has ended, and all work with it.
      return stuck({ ...state, stuck: state.stuck ?? fact.why, drains: state.drains.filter((drain) => drain !== fact.drain) }, context)
    case 'leave': {
      const [gone, effects] = goOut(state, 'it stops', context)
      return [{ ...gone, standing: { is: 'left' } }, effects.filter((effect) => effect.do !== 'tell')]
    }
  }
}

const stuck = (state: ShardState, context: ShardContext): Step =>
  state.standing.is === 'left' ? [state, []] : goOut(state, state.stuck ?? '', context)

function failed(state: ShardState, request: Request | undefined, context: ShardContext): ShardState {
  // Nothing depends on the tidying up.
  if (request?.do === 'delete') return state
  const inDoubt = state.inDoubt || request?.do !== 'read'
  return { ...state, inDoubt, readAt: context.now, holdUntil: context.now + retry(context) }
}

/** A quarter of the period: four tries that fail cost no more than one period. */
const retry = ({ times }: ShardContext) => times.retryPeriod / 4

function ask(state: ShardState, context: ShardContext): ShardState {
  const request = nextRequest(state, context)
  if (request === undefined) return state
  const plan = state.plan[0] === request ? state.plan.slice(1) : state.plan
  const asking = { request, sentAt: context.now }
  if (request.do === 'read') return { ...state, asking, plan: [], readAt: Number.POSITIVE_INFINITY }
  return { ...state, asking, plan, ...(isJoin(state, request) ? { standing: joining(request.lease, context) } : {}) }
}

const isJoin = ({ standing }: ShardState, request: Request) =>
  standing.is === 'out' && request.do !== 'read' && request.do !== 'delete' && request.what === 'member'

const joining = (lease: Lease, { now }: ShardContext): Standing => ({
  is: 'joining',
  incarnation: readMember(lease)?.member.incarnation ?? '',
  sentAt: now,
})

function nextRequest(state: ShardState, context: ShardContext): Request | undefined {
  const { standing, renewAt, readAt, plan } = state
  if (standing.is === 'left' || context.now < state.holdUntil) return undefined
  if (state.inDoubt) return { do: 'read' }
  if (standing.is === 'member') {
    const confirmed = confirmable(state, context)
    if (confirmed !== standing.confirmed || context.now >= renewAt)
      return { do: 'update', what: 'member', lease: renewal(standing, confirmed, context) }
  }
  return plan[0] ?? (context.now >= readAt ? { do: 'read' } : undefined)
}

/** The table by which this member works, as soon as everything it has taken away is really over. */
function confirmable({ standing, drains, seen }: ShardState, { identity }: ShardContext): number | undefined {
  if (standing.is !== 'member') return undefined
  const { incarnation } = standing
  if (drains.length > 0 || seen === undefined || !isIn(seen.table, { identity, incarnation })) return standing.confirmed
  return seen.table.epoch
}

const isIn = ({ members }: Table, member: Member) => members.some((other) => memberKey(other) === memberKey(member))

function renewal(
  { incarnation, lease }: Extract<Standing, { is: 'member' }>,
  confirmed: number | undefined,
  { ring, identity, placement, times, wallNow }: ShardContext,
): Lease {
  const member = { identity, incarnation }
  return heldBy({ ring, member, duration: times.leaseDuration, patience: patienceWith(times), confirmed, placement, wallNow }, lease)
}

function read(state: ShardState, leases: readonly Lease[], sentAt: number, context: ShardContext): Step {
  const { ring, now, times } = context
  const members = leases.flatMap((lease) => readMember(lease) ?? [])
  const tableLease = leases.find(({ metadata }) => metadata.name === tableLeaseName(ring))
  const table = tableLease === undefined ? undefined : readTable(tableLease)
  const seen = table === undefined ? undefined : { table, uid: tableLease?.metadata.uid }
  const named = table === undefined ? [] : [...table.members, ...table.former.flatMap(({ open }) => open)]
  const sightings = observe(state.sightings, { leases: members, named, sentAt, now, over: state.lived, patience: times.leaseDuration })
  const [standing, ousted] = ownStanding(
    { ...state, sightings, readAt: Math.min(state.readAt, now + times.retryPeriod), inDoubt: false },
    members,
    context,
  )
  const [settled, effects] = sawTable(standing, seen, context)
  return [planned(settled, { members, tableLease }, context), [...ousted, ...effects]]
}

/** Whether this replica is still what it believes to be. */
function ownStanding(state: ShardState, members: readonly MemberLease[], context: ShardContext): Step {
  const { standing } = state
  if (standing.is !== 'member' && standing.is !== 'joining') return [state, []]
  const own = members.find(({ member, released }) => !released && memberKey(member) === `${context.identity}/${standing.incarnation}`)
  if (own === undefined) {
    if (standing.is === 'member') return goOut(state, 'another has its Lease, or it was deleted', context)
    // It may still arrive; nothing was done under it.
    const lived = new Set([...state.lived, `${context.identity}/${standing.incarnation}`])
    return [{ ...state, lived, standing: { is: 'out' } }, []]
  }
  // The answer to the last write was lost, but it was done.
  const renewedAt = standing.is === 'member' ? standing.renewedAt : standing.sentAt
  const next: ShardState = {
    ...state,
    standing: { is: 'member', incarnation: standing.incarnation, lease: own.lease, renewedAt, confirmed: own.confirmed },
  }
  if (standing.is === 'member') return [next, []]
  return validFor(next, context.times, context.now) > 0 ? [next, [joined]] : goOut(next, 'joining took too long', context)
}

const joined = { do: 'tell', what: 'joined', why: 'its Lease is written' } as const

function written(state: ShardState, asking: ShardState['asking'], lease: Lease, context: ShardContext): Step {
  if (asking === undefined || asking.request.do === 'read' || asking.request.do === 'delete') return [state, []]
  if (asking.request.what === 'table') {
    const table = readTable(lease)
    return table === undefined ? [state, []] : sawTable(state, { table, uid: lease.metadata.uid }, context)
  }
  const own = readMember(lease)
  const { standing } = state
  if (own === undefined || (standing.is !== 'joining' && standing.is !== 'member')) return [state, []]
  if (standing.incarnation !== own.member.incarnation) return [state, []]
  const { incarnation } = standing
  const next: ShardState = {
    ...state,
    standing: { is: 'member', incarnation, lease, renewedAt: asking.sentAt, confirmed: own.confirmed },
    renewAt: asking.sentAt + context.times.retryPeriod,
    ...(standing.is === 'joining' ? { readAt: context.now } : {}),
  }
  if (validFor(next, context.times, context.now) <= 0) return goOut(next, 'the renewal of the lease took too long', context)
  const [settled, effects] = resettle(next, context)
  return [settled, standing.is === 'joining' ? [joined, ...effects] : effects]
}

function sawTable(state: ShardState, seen: SeenTable | undefined, context: ShardContext): Step {
  const before = state.seen
  if (before !== undefined && (seen === undefined || seen.uid !== before.uid || seen.table.epoch < before.table.epoch)) {
    // What the lost table promised to others cannot be known any more. Everybody lets go of everything, and begins anew.
    const [out, effects] = goOut({ ...state, seen }, 'the table was deleted or replaced', context)
    return [{ ...out, readAt: context.now + retry(context) }, state.standing.is === 'out' ? [] : effects]
  }
  const changed = seen !== undefined && seen.table.epoch !== before?.table.epoch
  const next = changed && before !== undefined ? withoutOmitted({ ...state, seen }, before.table, seen.table, context) : { ...state, seen }
  const member = memberOf(next, context.identity)
  if (
    changed &&
    next.standing.is === 'member' &&
    next.standing.confirmed !== undefined &&
    member !== undefined &&
    !isIn(seen.table, member)
  ) {
    return goOut(next, 'the others have gone on without it', context)
  }
  const [settled, effects] = resettle(next, context)
  return [settled, changed ? [{ do: 'tell table', table: seen.table }, ...effects] : effects]
}

/** A table leaves out only those who certainly work no more: whoever sees it knows that too. */
function withoutOmitted(state: ShardState, before: Table, after: Table, { now }: ShardContext): ShardState {
  const named = new Set([...after.members, ...after.former.flatMap(({ open }) => open)].map(memberKey))
  const omitted = new Set([...before.members, ...before.former.flatMap(({ open }) => open)].map(memberKey).filter((key) => !named.has(key)))
  if (omitted.size === 0) return state
  const mark = (key: string, sighting: Sighting): Sighting =>
    omitted.has(key) ? { ...sighting, goneAt: sighting.goneAt ?? now } : sighting
  return { ...state, sightings: new Map([...state.sightings].map(([key, sighting]) => [key, mark(key, sighting)])) }
}

/** The territory by what is known now. */
function resettle(state: ShardState, { identity }: ShardContext): Step {
  const { standing, seen, sightings } = state
  // Who has not confirmed a table yet is not known as an owner to those who would have to wait if the table were lost.
  if (standing.is !== 'member' || standing.confirmed === undefined || seen === undefined) return settleIn(state, nothing, noBasis)
  const member = { identity, incarnation: standing.incarnation }
  const letGo = (other: Member, epoch: number) => hasLetGo(sightings, other, epoch)
  const { table } = seen
  const open = table.former.flatMap((former) =>
    former.open.filter((other) => !letGo(other, former.epoch)).map((other) => `${former.epoch} ${memberKey(other)}`),
  )
  const basis = { epoch: table.epoch, incarnation: standing.incarnation, open }
  return deepEqual(basis, state.basis) ? [state, []] : settleIn(state, territoryOf(member, table, letGo), basis)
}

/** A plain renewal is a sign of life; anything else is worth a reading at once. */
function noticed(state: ShardState, lease: Lease, { now, identity }: ShardContext): ShardState {
  const other = readMember(lease)
  if (other?.member.identity === identity) return state
  if (other === undefined) {
    const table = readTable(lease)
    return table !== undefined && sameTable(table, state.seen?.table) ? state : { ...state, readAt: now }
  }
  const known = state.sightings.get(memberKey(other.member))
  const isNews = known === undefined || other.released || other.confirmed !== known.confirmed
  return isNews ? { ...state, readAt: now } : { ...state, sightings: renewed(state.sightings, other, now) }
}

const sameTable = (a: Table, b: Table | undefined) => a.epoch === b?.epoch && sameMembers(a.members, b.members)
