import { type HeapItem, IndexedHeap } from '@kubewright/core'
import { Chain, type Link } from './chain.ts'
import type { Fairness } from './fairness.ts'

/** What stands in a {@link FairSchedule}. */
export interface Entry<T> extends Link<T> {
  readonly tenant: string
  /** To be changed only while it is not in the schedule. */
  priority: number
  /** What its tenant was charged when it was handed out; the schedule's. */
  paid: number
}

interface Tenant<T extends Entry<T>> {
  readonly name: string
  readonly quantum: number
  /** What it may still take before the next one's turn. With `share: 'time'` below zero for as long as it has had more than its share. */
  balance: number
  /** Milliseconds that its keys take, smoothed. */
  typical: number
  /** Handed out and not finished. */
  running: number
  /** By priority. */
  readonly lines: Map<number, Line<T>>
}

/** What one tenant has waiting in one class. */
interface Line<T extends Entry<T>> extends Link<Line<T>> {
  readonly tenant: Tenant<T>
  readonly of: PriorityClass<T>
  readonly entries: Chain<T>
  /** Benched: its tenant has as many handed out as it may. */
  stands: 'in turn' | 'benched'
}

interface PriorityClass<T extends Entry<T>> extends HeapItem {
  readonly priority: number
  /** Who is served next stands first. */
  readonly round: Chain<Line<T>>
  lines: number
  size: number
}

/** Milliseconds of work in a turn: long enough that quick keys are not a turn each, short beside what anybody notices. */
const TIME_QUANTUM = 10
/** Milliseconds that a tenant can owe: an hour's reconcile shall not lock its tenant out for an hour, and bounds the walk through the round. */
const MOST_DEBT = 30_000
/** How much the newest duration says about the next one. */
const SMOOTHING = 0.25

/**
 * Who is next: the highest priority first; inside it every tenant in its turn (deficit round robin), and each tenant's own in the order they
 * came. O(1) per operation however many tenants and entries there are, with few priorities (O(log) of their number); with `share: 'time'`
 * amortised, for a tenant in debt is passed over once per quantum that was worked. Nothing is kept of a tenant that has nothing here.
 */
export class FairSchedule<T extends Entry<T>> {
  readonly #fairness: Fairness
  readonly #tenants = new Map<string, Tenant<T>>()
  readonly #classes = new Map<number, PriorityClass<T>>()
  /** The classes in which somebody may be served. */
  readonly #servable = new IndexedHeap<PriorityClass<T>>()
  #size = 0

  constructor(fairness: Fairness) {
    this.#fairness = fairness
  }

  get size(): number {
    return this.#size
  }

  /** Tenants that have something waiting or handed out. */
  get tenants(): number {
    return this.#tenants.size
  }

  /** How many wait, by priority. */
  *depths(): Generator<readonly [priority: number, depth: number]> {
    for (const { priority, size } of this.#classes.values()) yield [priority, size]
  }

  /** The same text; the tenant's own, when it is here, so that a hundred thousand keys do not each keep one. */
  nameOf(tenant: string): string {
    return this.#tenants.get(tenant)?.name ?? tenant
  }

  push(entry: T): void {
    const tenant = this.#tenants.get(entry.tenant) ?? this.#enter(entry.tenant)
    const line = tenant.lines.get(entry.priority) ?? this.#open(tenant, entry.priority)
    line.entries.push(entry)
    line.of.size++
    this.#size++
  }

  /** Takes one that waits out of the schedule. */
  remove(entry: T): void {
    this.#leave(this.#tenants.get(entry.tenant)!.lines.get(entry.priority)!, entry)
  }

  /** Hands the next one out, and charges its tenant; to be followed by {@link finished}. `undefined` when nobody may be served. */
  next(): T | undefined {
    const highest = this.#servable.top
    if (highest === undefined) return undefined
    const line = this.#inTurn(highest)
    const { tenant } = line
    const entry = line.entries.first!
    entry.paid = this.#fairness.share === 'keys' ? 1 : tenant.typical
    tenant.balance -= entry.paid
    if (++tenant.running === this.#fairness.perTenant) for (const other of tenant.lines.values()) this.#bench(other)
    this.#leave(line, entry)
    return entry
  }

  /** The work on one that was handed out is over, after so many milliseconds. */
  finished(entry: T, worked: number): void {
    const tenant = this.#tenants.get(entry.tenant)!
    if (this.#fairness.share === 'time') {
      tenant.balance = Math.max(tenant.balance - (worked - entry.paid), -MOST_DEBT)
      tenant.typical += (worked - tenant.typical) * SMOOTHING
    }
    if (tenant.running-- === this.#fairness.perTenant) for (const line of tenant.lines.values()) this.#seat(line)
    this.#exit(tenant)
  }

  #inTurn({ round }: PriorityClass<T>): Line<T> {
    for (;;) {
      const line = round.first!
      const { tenant } = line
      // Alone, it owes nobody anything.
      if (line === round.last && tenant.balance <= 0) tenant.balance = tenant.quantum
      if (tenant.balance > 0) return line
      tenant.balance += tenant.quantum
      round.remove(line)
      round.push(line)
    }
  }

  #enter(name: string): Tenant<T> {
    const { share, weightOf } = this.#fairness
    const quantum = weightOf(name) * (share === 'keys' ? 1 : TIME_QUANTUM)
    const tenant: Tenant<T> = { name, quantum, balance: quantum, typical: TIME_QUANTUM, running: 0, lines: new Map() }
    this.#tenants.set(name, tenant)
    return tenant
  }

  #open(tenant: Tenant<T>, priority: number): Line<T> {
    const of = this.#classes.get(priority) ?? this.#openClass(priority)
    // It had nothing waiting, so it has used up nobody's turn: no second round of waiting because of a key that is still being worked on.
    if (tenant.lines.size === 0 && this.#fairness.share === 'keys') tenant.balance = tenant.quantum
    const line: Line<T> = { tenant, of, entries: new Chain(), stands: 'benched', previous: undefined, next: undefined }
    tenant.lines.set(priority, line)
    of.lines++
    if (tenant.running < this.#fairness.perTenant) this.#seat(line)
    return line
  }

  #openClass(priority: number): PriorityClass<T> {
    const made: PriorityClass<T> = { priority, round: new Chain(), lines: 0, size: 0, rank: 0, heapIndex: -1 }
    this.#classes.set(priority, made)
    return made
  }

  #seat(line: Line<T>): void {
    if (line.stands === 'in turn') return
    line.stands = 'in turn'
    line.of.round.push(line)
    this.#servable.set(line.of, -line.of.priority)
  }

  #bench(line: Line<T>): void {
    if (line.stands === 'benched') return
    line.stands = 'benched'
    line.of.round.remove(line)
    if (line.of.round.first === undefined) this.#servable.remove(line.of)
  }

  #leave(line: Line<T>, entry: T): void {
    line.entries.remove(entry)
    line.of.size--
    this.#size--
    if (line.entries.first !== undefined) return
    this.#bench(line)
    line.tenant.lines.delete(line.of.priority)
    if (--line.of.lines === 0) this.#classes.delete(line.of.priority)
    this.#exit(line.tenant)
  }

  #exit(tenant: Tenant<T>): void {
    if (tenant.lines.size === 0 && tenant.running === 0) this.#tenants.delete(tenant.name)
  }
}
