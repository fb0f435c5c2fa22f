// client-go's leader election as one transition function. It never compares the times in a lease with a clock of its own: machines disagree
// about the time of day. What counts is how long, by our monotonic clock, the lease has been seen unchanged.
import type { Lease } from '@kubewright/client'
import { deepEqual } from '@kubewright/core'
import { type Candidate, held } from './lease.ts'

export interface ElectionTimes {
  /** Others wait that long, in ms, after the last sign of life of the leader. */
  readonly leaseDuration: number
  /** The leader gives up after that long without a renewal, in ms. */
  readonly renewDeadline: number
  /** Between two tries, in ms. */
  readonly retryPeriod: number
}

/** A lease as it was seen, and when it was last seen to change (monotonic ms). */
export interface Observation {
  readonly lease: Lease
  readonly at: number
}

export type Request =
  | { readonly do: 'get' }
  | { readonly do: 'create'; readonly lease: Lease }
  /** `from`: a leader renews what it remembers; everybody else, and a leader whose memory failed it, writes what was just read. */
  | { readonly do: 'update'; readonly lease: Lease; readonly from: 'memory' | 'reading' }

export type Role =
  | { readonly is: 'follower' }
  /** `renewedAt`: when the last successful renewal was *sent* (monotonic ms): others cannot have seen it earlier. */
  | { readonly is: 'leader'; readonly renewedAt: number }

export type ElectionState =
  | { readonly is: 'waiting'; readonly ms: number; readonly role: Role; readonly observed: Observation | undefined }
  | {
      readonly is: 'asking'
      readonly request: Request
      readonly sentAt: number
      readonly role: Role
      readonly observed: Observation | undefined
    }
  | { readonly is: 'lost'; readonly reason: string }

export type ElectionFact =
  | { readonly saw: 'time' }
  | { readonly saw: 'lease'; readonly lease: Lease }
  | { readonly saw: 'no lease' }
  | { readonly saw: 'written'; readonly lease: Lease }
  /** Refused, or no answer in time. */
  | { readonly saw: 'failure'; readonly message: string }

export type ElectionEffect =
  | { readonly do: 'lead' }
  | { readonly do: 'tell leader'; readonly identity: string }
  /** The renewal by what was remembered failed, and the lease has to be read. */
  | { readonly do: 'count slow path' }

export interface ElectionContext {
  readonly candidate: Candidate
  readonly times: ElectionTimes
  /** Monotonic ms. */
  readonly now: number
  /** Epoch ms, to be written down. */
  readonly wallNow: number
  readonly random: () => number
}

/** Followers that wait for one lease to run out come up to so many ms apart. */
const SPREAD = 200

type Step = readonly [ElectionState, readonly ElectionEffect[]]

export const beginning: ElectionState = { is: 'waiting', ms: 0, role: { is: 'follower' }, observed: undefined }

export function step(state: ElectionState, fact: ElectionFact, context: ElectionContext): Step {
  if (state.is === 'lost') return [state, []]
  // First of all: whoever could not renew for that long does not lead, whatever the answer that comes in now.
  const overdue = state.role.is === 'leader' && context.now - state.role.renewedAt >= context.times.renewDeadline
  if (overdue && fact.saw !== 'written') return lost(`the lease could not be renewed for ${context.times.renewDeadline / 1000} s`)
  if (state.is === 'waiting') return fact.saw === 'time' ? [ask(state, firstRequest(state, context), context), []] : [state, []]
  switch (fact.saw) {
    case 'time':
      return [state, []]
    case 'written':
      return written(state, fact.lease, context)
    case 'no lease':
      return [ask(state, { do: 'create', lease: held(context.candidate, undefined, context.wallNow) }, context), []]
    case 'lease':
      return seen(state, fact.lease, context)
    case 'failure':
      return failed(state, context)
  }
}

/** How long from now the leader may still call itself that: a little less than others wait. */
export function validFor(role: Role, times: ElectionTimes, now: number): number {
  if (role.is === 'follower') return 0
  const margin = times.leaseDuration - times.renewDeadline
  return Math.max(0, role.renewedAt + times.leaseDuration - margin / 2 - now)
}

/**
 * How long from now the leader may still send a write: one retry period less than it may call itself leader, so that the write can be answered.
 * Never less than until the renewal's deadline, for else a leader in good health could not write shortly before each renewal.
 */
export function writableFor(role: Role, times: ElectionTimes, now: number): number {
  const wire = Math.min(times.retryPeriod, (times.leaseDuration - times.renewDeadline) / 2)
  return Math.max(0, validFor(role, times, now) - wire)
}

type Asking = Extract<ElectionState, { is: 'asking' }>
type Live = Exclude<ElectionState, { is: 'lost' }>

/** A leader knows its lease, and renews it without reading it first. */
function firstRequest({ role, observed }: Live, { candidate, wallNow }: ElectionContext): Request {
  if (role.is === 'leader' && observed !== undefined)
    return { do: 'update', lease: held(candidate, observed.lease, wallNow), from: 'memory' }
  return { do: 'get' }
}

function written({ role, observed, sentAt }: Asking, lease: Lease, context: ElectionContext): Step {
  const next: ElectionState = {
    is: 'waiting',
    ms: context.times.retryPeriod,
    role: { is: 'leader', renewedAt: sentAt },
    observed: { lease, at: context.now },
  }
  // The write took so long that the others' patience may be over.
  if (validFor(next.role, context.times, context.now) <= 0) return lost('the renewal of the lease took too long')
  const news = newLeader(observed, lease)
  return role.is === 'leader' ? [next, news] : [next, [...news, { do: 'lead' }]]
}

function seen(state: Asking, lease: Lease, context: ElectionContext): Step {
  const { candidate, now, wallNow } = context
  const changed = state.observed === undefined || !deepEqual(state.observed.lease.spec, lease.spec)
  const observed = changed ? { lease, at: now } : { lease, at: state.observed.at }
  const news = newLeader(state.observed, lease)
  const { holderIdentity = '', leaseDurationSeconds = 0 } = lease.spec ?? {}
  if (state.role.is === 'leader' && holderIdentity !== candidate.identity) {
    return [{ is: 'lost', reason: holderIdentity ? `"${holderIdentity}" holds the lease now` : 'somebody has emptied the lease' }, news]
  }
  const others = holderIdentity !== '' && holderIdentity !== candidate.identity
  if (others && observed.at + leaseDurationSeconds * 1000 > now) return [rest({ ...state, observed }, context), news]
  return [ask({ ...state, observed }, { do: 'update', lease: held(candidate, lease, wallNow), from: 'reading' }, context), news]
}

function failed(state: Asking, context: ElectionContext): Step {
  // Perhaps somebody has only annotated the lease: read it, and decide by that.
  const { request } = state
  if (request.do === 'update' && request.from === 'memory') return [ask(state, { do: 'get' }, context), [{ do: 'count slow path' }]]
  return [rest(state, context), []]
}

function rest({ role, observed }: Live, { times, random, now }: ElectionContext): ElectionState {
  if (role.is === 'leader') {
    const left = role.renewedAt + times.renewDeadline - now
    return { is: 'waiting', ms: Math.max(0, Math.min(times.retryPeriod, left)), role, observed }
  }
  // Followers that tried in step would collide in step. But a lease that runs out before the next try is looked at when it does: a whole wait
  // more would keep the program without a leader for it.
  const retry = times.retryPeriod * (1 + random() * 1.2)
  const runsOut =
    observed === undefined ? retry : observed.at + (observed.lease.spec?.leaseDurationSeconds ?? 0) * 1000 - now + random() * SPREAD
  return { is: 'waiting', ms: runsOut > 0 ? Math.min(retry, runsOut) : retry, role, observed }
}

function ask({ role, observed }: Live, request: Request, { now }: ElectionContext): ElectionState {
  return { is: 'asking', request, sentAt: now, role, observed }
}

function lost(reason: string): Step {
  return [{ is: 'lost', reason }, []]
}

function newLeader(observed: Observation | undefined, { spec }: Lease): readonly ElectionEffect[] {
  const identity = spec?.holderIdentity ?? ''
  return identity === '' || identity === observed?.lease.spec?.holderIdentity ? [] : [{ do: 'tell leader', identity }]
}
