import { IndexedHeap } from 'kubewright'
import type { Instant } from './step.ts'
import type { TrackedObject } from './tracked-object.ts'

/** When objects are to be looked at again: because something about them changes by itself, or because a try failed and the next one is later. */
export class Agenda {
  /** By wall clock. */
  readonly #expiries = new IndexedHeap<TrackedObject>()
  /** By monotonic clock: nobody shortens a pause by setting a clock. */
  readonly #delays = new IndexedHeap<TrackedObject>()

  /** Something about it changes at that time, in ms since the epoch. */
  expireAt(object: TrackedObject, wall: number): void {
    this.#expiries.set(object, wall)
  }

  /** It is tried again at that monotonic time, in ms. */
  delayUntil(object: TrackedObject, mono: number): void {
    this.#delays.set(object, mono)
  }

  remove(object: TrackedObject): void {
    this.#expiries.remove(object)
    this.#delays.remove(object)
  }

  /** The next one of which something has changed, off the agenda. */
  takeExpired({ wall }: Instant): TrackedObject | undefined {
    return take(this.#expiries, wall)
  }

  /** The next one that has waited long enough, off the agenda. */
  takeDelayed({ mono }: Instant): TrackedObject | undefined {
    return take(this.#delays, mono)
  }

  /** Milliseconds until there is one to take; infinite when there is nothing. */
  wait({ wall, mono }: Instant): number {
    const never = Number.POSITIVE_INFINITY
    return Math.min((this.#delays.top?.rank ?? never) - mono, (this.#expiries.top?.rank ?? never) - wall)
  }
}

function take(heap: IndexedHeap<TrackedObject>, now: number): TrackedObject | undefined {
  const { top } = heap
  if (top === undefined || top.rank > now) return undefined
  heap.remove(top)
  return top
}
