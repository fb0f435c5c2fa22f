import type { Opinion } from '../judgement/opinion.ts'
import { Interned } from './interned.ts'
import { grown, SlotHeap } from './slot-heap.ts'
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
 * The objects at rest, which are nearly all of them nearly all of the time: rows of columns, about 200 bytes each, where the tracker's own objects
 * take four times that. Any of them can be taken out and be an object again.
 */
export class RestingObjects {
  readonly #slots = new Map<string, number>()
  readonly #uids: string[] = []
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
  /** Versions are numbers with few exceptions, and those have a table. */
  #version = new Float64Array(16)
  readonly #oddVersions = new Map<number, string>()
  readonly #free: number[] = []

  get size(): number {
    return this.#slots.size
  }

  /** Puts the object to rest until `wakeAt` (wall clock, ms), or until it is taken. `false`: it cannot be kept here. */
  put({ seen, policy, opinion }: Resting, wakeAt: number | undefined): boolean {
    if (opinion.is === 'blocked' || opinion.until !== undefined || (opinion.is === 'at' && opinion.prepare !== undefined)) return false
    const name = `${opinion.is} ${opinion.is === 'unselected' && opinion.matched} ${opinion.reason}`
    if (this.#opinions.size >= MOST_OPINIONS && this.#opinions.find(name) === undefined) return false
    const slot = this.#free.pop() ?? this.#uids.length
    this.#reserve(slot + 1)
    this.#slots.set(seen.uid, slot)
    this.#uids[slot] = seen.uid
    this.#names[slot] = seen.name
    this.#namespace[slot] = this.#namespaces.numberOf(seen.namespace ?? '', () => seen.namespace)
    this.#opinion[slot] = this.#opinions.numberOf(name, () => opinion)
    this.#at[slot] = opinion.is === 'at' ? opinion.at : 0
    const version = Number(seen.resourceVersion)
    this.#version[slot] = version
    if (String(version) !== seen.resourceVersion) this.#oddVersions.set(slot, seen.resourceVersion)
    this.#chain(slot, policy)
    if (wakeAt !== undefined) this.#wake.add(slot, wakeAt)
    return true
  }

  /** Takes the object out. */
  take(uid: string): Resting | undefined {
    const slot = this.#slots.get(uid)
    if (slot === undefined) return undefined
    const resting = this.#row(slot)
    this.#remove(slot)
    return resting
  }

  /** When the next of them wakes; wall clock, ms. */
  get wakesAt(): number | undefined {
    return this.#wake.top?.rank
  }

  /** Takes out one whose moment has come. */
  takeAwake(wall: number): Resting | undefined {
    const { top } = this.#wake
    return top === undefined || top.rank > wall ? undefined : this.take(this.#uids[top.slot]!)
  }

  /** The policy's objects by uid, in the order in which they came. What is taken out meanwhile is no trouble. */
  uidsOf(policy: string): readonly string[] {
    return Array.from(this.#slotsOf(policy), (slot) => this.#uids[slot]!).reverse()
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

  #row(slot: number): Resting {
    const shared = this.#opinions.at(this.#opinion[slot]!)
    const seen = {
      uid: this.#uids[slot]!,
      name: this.#names[slot]!,
      namespace: this.#namespaces.at(this.#namespace[slot]!),
      resourceVersion: this.#oddVersions.get(slot) ?? String(this.#version[slot]!),
      terminating: false,
    }
    const opinion = shared.is === 'at' ? { ...shared, at: this.#at[slot]! } : shared
    return { seen, policy: this.#policies.at(this.#policy[slot]!), opinion }
  }

  #chain(slot: number, policy: string): void {
    const number = this.#policies.numberOf(policy, () => policy)
    if (number >= this.#first.length) this.#first = grown(this.#first, new Int32Array(this.#first.length * 2).fill(NONE))
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
    this.#oddVersions.delete(slot)
    this.#slots.delete(this.#uids[slot]!)
    this.#uids[slot] = ''
    this.#names[slot] = ''
    this.#free.push(slot)
  }

  #reserve(count: number): void {
    if (count <= this.#next.length) return
    const size = this.#next.length * 2
    this.#next = grown(this.#next, new Int32Array(size))
    this.#previous = grown(this.#previous, new Int32Array(size))
    this.#namespace = grown(this.#namespace, new Int32Array(size))
    this.#opinion = grown(this.#opinion, new Int32Array(size))
    this.#policy = grown(this.#policy, new Int32Array(size))
    this.#at = grown(this.#at, new Float64Array(size))
    this.#version = grown(this.#version, new Float64Array(size))
  }
}
