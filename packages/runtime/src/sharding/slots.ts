import { RING_SIZE } from './hash.ts'
import type { RingName } from './member.ts'

/**
 * Into so many parts the ring is cut where objects are labelled with theirs. Parts move as a whole, so shares differ by up to one of them: with 256 and
 * ten replicas that is a twenty-fifth of a share. A selector that names all of them takes 1.3 kB of a request's address, and proxies often allow no more than 8 kB.
 */
export const SLOTS = 256

const SLOT_SIZE = RING_SIZE / SLOTS

export const slotOf = (position: number): number => Math.floor(position / SLOT_SIZE)

/** Where all that is in the slot counts as being: in its middle, as far as can be from where a neighbour's rounding could reach. */
export const positionOfSlot = (slot: number): number => slot * SLOT_SIZE + SLOT_SIZE / 2

/** As the label says it: `00` to `ff`. */
export const slotName = (slot: number): string => slot.toString(16).padStart(2, '0')

/** `undefined`: there is no label, or it names no slot. */
export function slotNamed(name: string | undefined): number | undefined {
  return name !== undefined && /^[0-9a-f]{2}$/.test(name) ? Number.parseInt(name, 16) : undefined
}

/**
 * The label's key. What a controller reconciles, and what it owns, are labelled apart: one object may be both, for two controllers, and then belongs to
 * two families.
 */
export function slotLabel({ name }: Pick<RingName, 'name'>, by: 'name' | 'owner'): string {
  return `shard.kubewright.dev/${name}${by === 'owner' ? '.owner' : ''}`
}

/** Objects in these slots. Of none: a value that is no slot, for a selector cannot name nothing. */
export function inSlots(label: string, slots: readonly number[]): string {
  return `${label} in (${slots.length === 0 ? 'none' : slots.map(slotName).join(',')})`
}

/** Objects without the label, and those on which it makes no sense: every object is either here or in exactly one slot. */
export function inNoSlot(label: string): string {
  return `${label} notin (${ALL.map(slotName).join(',')})`
}

export const ALL: readonly number[] = Array.from({ length: SLOTS }, (_, slot) => slot)
