import type { Lease } from '@kubewright/client'
import { type ElectionTimes, validFor as leadsFor, writableFor } from '../leader-election/machine.ts'
import type { Placement } from './family.ts'
import { type Member, memberKey, type RingName } from './member.ts'
import { nothing, type Territory } from './ring.ts'
import { noSightings, type Sightings } from './sightings.ts'
import type { Table } from './table.ts'

export type Request =
  /** All Leases of the ring, members' and the table's, as they are at one moment. */
  | { readonly do: 'read' }
  | { readonly do: 'create' | 'update'; readonly what: 'member' | 'table'; readonly lease: Lease }
  | { readonly do: 'delete'; readonly lease: Lease }

export type Standing =
  /** It owns nothing, and will join when no work of its last life is under way. */
  | { readonly is: 'out' }
  | { readonly is: 'joining'; readonly incarnation: string; readonly sentAt: number }
  | {
      readonly is: 'member'
      readonly incarnation: string
      readonly lease: Lease
      /** When the last renewal that succeeded was *sent* (monotonic ms): others cannot have seen it earlier. */
      readonly renewedAt: number
      /** The epoch that its Lease says it has confirmed. */
      readonly confirmed: number | undefined
    }
  /** For good. */
  | { readonly is: 'left' }

/** The table as it was seen last, in its Lease. `uid`: a table that was deleted and made again is another one. */
export interface SeenTable {
  readonly table: Table
  readonly uid: string | undefined
}

export interface ShardState {
  readonly standing: Standing
  readonly asking: { readonly request: Request; readonly sentAt: number } | undefined
  /** What the last reading asks for. */
  readonly plan: readonly Request[]
  readonly sightings: Sightings
  readonly seen: SeenTable | undefined
  readonly territory: Territory
  /** What the territory was made from: as long as it stays, so does the territory. */
  readonly basis: Basis
  /** Hand-overs whose work is not over. */
  readonly drains: readonly number[]
  readonly drainCount: number
  /** Why nobody can say whether the work on what was lost is over: it never joins again. */
  readonly stuck: string | undefined
  /** This replica's own former lives, which are over: they ended here. */
  readonly lived: ReadonlySet<string>
  /** Since when the table has not named the members that are there. */
  readonly differs: { readonly since: number; readonly jitter: number } | undefined
  readonly readAt: number
  /** After a failure: nothing is asked before. */
  readonly holdUntil: number
  /** A write has failed, or was done and its answer lost: only a reading tells. */
  readonly inDoubt: boolean
  readonly renewAt: number
}

export interface Basis {
  readonly epoch: number
  readonly incarnation: string
  /** Those who have not let go yet, with the epoch by which they may be working. */
  readonly open: readonly string[]
}

export const noBasis: Basis = { epoch: 0, incarnation: '', open: [] }

export const beginning: ShardState = {
  standing: { is: 'out' },
  asking: undefined,
  plan: [],
  sightings: noSightings,
  seen: undefined,
  territory: nothing,
  basis: noBasis,
  drains: [],
  drainCount: 0,
  stuck: undefined,
  lived: new Set(),
  differs: undefined,
  readAt: Number.NEGATIVE_INFINITY,
  holdUntil: Number.NEGATIVE_INFINITY,
  inDoubt: false,
  renewAt: 0,
}

export interface ShardContext {
  readonly ring: RingName
  readonly identity: string
  readonly placement: Placement
  readonly times: ElectionTimes
  /** Monotonic ms. */
  readonly now: number
  /** Epoch ms, to be written down. */
  readonly wallNow: number
  readonly random: () => number
  readonly newId: () => string
}

export type ShardEffect =
  | { readonly do: 'gain'; readonly families: Territory }
  /** To be answered by the fact `drained` when no work on them is under way. */
  | { readonly do: 'lose'; readonly families: Territory; readonly drain: number }
  | { readonly do: 'tell'; readonly what: 'joined' | 'out'; readonly why: string }
  | { readonly do: 'tell table'; readonly table: Table }

export type Step = readonly [ShardState, readonly ShardEffect[]]

/**
 * How long a member may act after its last renewal was sent, in ms: less than others wait, by what clocks may differ and by what a write needs on
 * its way. That it may act and that it may write end at one time, so that what it refuses then is what it loses, and sees again when it comes back.
 */
export function actingTime(times: ElectionTimes): number {
  return writableFor({ is: 'leader', renewedAt: 0 }, times, 0)
}

/**
 * How long others wait after its last sign of life, in ms. It acts for less, by what clocks may differ and by what a write needs on its way; and the lease
 * lasts for longer, by half of what is between it and the deadline of renewals: in that, what has piled up is worked off, so that nothing
 * waits for longer than the lease.
 */
export function patienceWith(times: ElectionTimes): number {
  return leadsFor({ is: 'leader', renewedAt: 0 }, times, 0)
}

/** How long from now the member may still act, in ms. */
export function validFor({ standing }: ShardState, times: ElectionTimes, now: number): number {
  return standing.is === 'member' ? Math.max(0, standing.renewedAt + actingTime(times) - now) : 0
}

export function memberOf({ standing }: ShardState, identity: string): Member | undefined {
  return standing.is === 'member' || standing.is === 'joining' ? { identity, incarnation: standing.incarnation } : undefined
}

/** Ends this life in the ring: everything is lost, and work that is under way must end before the next begins. */
export function goOut(state: ShardState, why: string, { identity, now }: ShardContext): Step {
  const member = memberOf(state, identity)
  const lived = member === undefined ? state.lived : new Set([...state.lived, memberKey(member)])
  const [lost, effects] = settleIn(
    { ...state, lived, standing: { is: 'out' }, plan: [], differs: undefined, readAt: now },
    nothing,
    noBasis,
  )
  return [lost, [{ do: 'tell', what: 'out', why }, ...effects]]
}

/** Takes over the new territory: what is not in it any more is lost at once. */
export function settleIn(state: ShardState, territory: Territory, basis: Basis): Step {
  const effects: ShardEffect[] = []
  const gained = territory.minus(state.territory)
  const lost = state.territory.minus(territory)
  if (!gained.isEmpty) effects.push({ do: 'gain', families: gained })
  if (lost.isEmpty) return [{ ...state, territory, basis }, effects]
  const drain = state.drainCount + 1
  effects.unshift({ do: 'lose', families: lost, drain })
  return [{ ...state, territory, basis, drainCount: drain, drains: [...state.drains, drain] }, effects]
}
