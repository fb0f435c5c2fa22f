import { enlarged, SlotTable, UidColumn, VersionColumn } from 'kubewright'
import type { Opinion } from '../judgement/opinion.ts'
import { Interned } from './interned.ts'
import { SlotHeap } from './slot-heap.ts'
import type { Sighting } from './tracked-object.ts'

/** An object about which nothing is to be done before a moment: one policy has spoken, it is where it belongs, nothing has failed. */
export interface Resting {
  readonly seen: Sighting
  readonly policy: string
  readonly opinion: Opinion
}

/** Opinions differ in their times, and hardly in anything else. Should they, their objects are not put here. */
const MOST_OPINIONS = 1_000
const NONE = -1

/**
 * The objects at rest, which are nearly all of them nearly all of the time: rows of columns, about 110 bytes each, where the tracker's own objects
 * take eight times that. Any of them can be taken out and be an object again.
 */
export class RestingObjects {
  readonly #uids = new UidColumn()
  readonly #slots = new SlotTable((slot) => this.#uids.hash(slot))
  readonly #names: string[] = []
  readonly #namespaces = new Interned<string | undefined>()
  readonly #opinions = new Interned<Opinion>()
  readonly #policies = new Interned<string>()
  readonly #wake = new SlotHeap()
  /** The first row of each policy; rows of one policy are a chain, in both directions. */
  #first = new Int32Array(16).fill(NONE)
  #next = new Int32Array(16)
  #previous = new Int32Array(16)
  #namespace = new Int32Array(16)
  #opinion = new Int32Array(16)
  #policy = new Int32Array(16)
  /** Wall clock, ms: when the policy lets it go. */
  #at = new Float64Array(16)
  readonly #versions = new VersionColumn()
  readonly #free: number[] = []

  get size(): number {
    return this.#names.length - this.#free.length
  }

  /** Puts the object to rest until `wakeAt` (wall clock, ms), or until it is taken. `false`: it cannot be kept here. */
  put({ seen, policy, opinion }: Resting, wakeAt: number | undefined): boolean {
    if (!mayRest(opinion)) return false
    const name = `${opinion.is} ${opinion.is === 'unselected' && opinion.matched} ${opinion.until !== undefined} ${opinion.reason}`
    if (this.#opinions.size >= MOST_OPINIONS && this.#opinions.find(name) === undefined) return false
    const slot = this.#free.pop() ?? this.#names.length
    this.#reserve(slot + 1)
    this.#uids.set(slot, seen.uid)
    this.#slots.add(slot)
    this.#names[slot] = seen.name
    this.#namespace[slot] = this.#namespaces.numberOf(seen.namespace ?? '', () => seen.namespace)
    this.#opinion[slot] = this.#opinions.numberOf(name, () => opinion)
    this.#at[slot] = opinion.is === 'at' ? opinion.at : 0
    this.#versions.set(slot, seen.resourceVersion)
    this.#chain(slot, policy)
    if (wakeAt !== undefined) this.#wake.add(slot, wakeAt)
    return true
  }

  /** Takes the object out. */
  take(uid: string): Resting | undefined {
    const slot = this.#find(uid)
    return slot === undefined ? undefined : this.#takeRow(slot)
  }

  policyOf(uid: string): string | undefined {
    const slot = this.#find(uid)
    return slot === undefined ? undefined : this.#policies.at(this.#policy[slot]!)
  }

  hasIn(policy: string, namespace: string): boolean {
    const number = this.#namespaces.find(namespace)
    if (number === undefined) return false
    for (const slot of this.#slotsOf(policy)) if (this.#namespace[slot] === number) return true
    return false
  }

  /** When the next of them wakes; wall clock, ms. */
  get wakesAt(): number | undefined {
    return this.#wake.top?.rank
  }

  /** Takes out one whose moment has come. */
  takeAwake(wall: number): Resting | undefined {
    const { top } = this.#wake
    return top === undefined || top.rank > wall ? undefined : this.#takeRow(top.slot)
  }

  /**
   * Takes out those that the policy lets go and that no moment wakes: they were due already when they were put here. One after the other, in the order
   * in which they came; each may be put back before the next is taken, and no others are to be taken meanwhile.
   */
  *takeOverdue(policy: string): Generator<Resting> {
    const isOverdue = (slot: number) => !this.#wake.has(slot) && this.#opinions.at(this.#opinion[slot]!).is === 'at'
    for (const slot of Array.from(this.#slotsOf(policy)).filter(isOverdue).reverse()) yield this.#takeRow(slot)
  }

  /** The policy's objects by uid, in the order in which they came. */
  uidsOf(policy: string): readonly string[] {
    return Array.from(this.#slotsOf(policy), (slot) => this.#uids.get(slot)).reverse()
  }

  /** What the policy says about its objects; the time of an opinion is beside it, for one opinion stands for many. */
  *opinionsOf(policy: string): Generator<{ readonly opinion: Opinion; readonly at: number }> {
    for (const slot of this.#slotsOf(policy)) yield { opinion: this.#opinions.at(this.#opinion[slot]!), at: this.#at[slot]! }
  }

  *#slotsOf(policy: string): Generator<number> {
    const number = this.#policies.find(policy)
    if (number === undefined) return
    for (let slot = this.#first[number]!; slot !== NONE; slot = this.#next[slot]!) yield slot
  }

  #find(uid: string): number | undefined {
    return this.#slots.find(this.#uids.hashOf(uid), (slot) => this.#uids.is(slot, uid))
  }

  #takeRow(slot: number): Resting {
    const resting = this.#row(slot)
    this.#remove(slot)
    return resting
  }

  #row(slot: number): Resting {
    const shared = this.#opinions.at(this.#opinion[slot]!)
    const seen = {
      uid: this.#uids.get(slot),
      name: this.#names[slot]!,
      namespace: this.#namespaces.at(this.#namespace[slot]!),
      resourceVersion: this.#versions.get(slot),
      terminating: false,
    }
    const at = this.#at[slot]!
    const opinion = shared.is === 'at' ? { ...shared, at, ...(shared.until !== undefined && { until: at }) } : shared
    return { seen, policy: this.#policies.at(this.#policy[slot]!), opinion }
  }

  #chain(slot: number, policy: string): void {
    const number = this.#policies.numberOf(policy, () => policy)
    if (number >= this.#first.length) this.#first = enlarged(this.#first, number + 1, NONE)
    const first = this.#first[number]!
    this.#policy[slot] = number
    this.#next[slot] = first
    this.#previous[slot] = NONE
    if (first !== NONE) this.#previous[first] = slot
    this.#first[number] = slot
  }

  #remove(slot: number): void {
    const [next, previous] = [this.#next[slot]!, this.#previous[slot]!]
    if (previous === NONE) this.#first[this.#policy[slot]!] = next
    else this.#next[previous] = next
    if (next !== NONE) this.#previous[next] = previous
    this.#wake.remove(slot)
    this.#slots.remove(slot)
    this.#uids.clear(slot)
    this.#versions.clear(slot)
    this.#names[slot] = ''
    this.#free.push(slot)
  }

  #reserve(count: number): void {
    if (count <= this.#next.length) return
    this.#next = enlarged(this.#next, count)
    this.#previous = enlarged(this.#previous, count)
    this.#namespace = enlarged(this.#namespace, count)
    this.#opinion = enlarged(this.#opinion, count)
    this.#policy = enlarged(this.#policy, count)
    this.#at = enlarged(this.#at, count)
  }
}

/** What will be said anew at another moment than that of going, and what is wrong with an object, is not what many share. */
function mayRest(opinion: Opinion): boolean {
  if (opinion.is === 'blocked') return false
  if (opinion.is !== 'at') return opinion.until === undefined
  return opinion.prepare === undefined && (opinion.until === undefined || opinion.until === opinion.at)
}
