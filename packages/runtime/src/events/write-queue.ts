import type { EventWrite } from './correlator.ts'

/**
 * Events waiting to be written. Several are written at a time, but those about one object in the order in which they happened: a count must not
 * overtake the event that it counts.
 */
export class WriteQueue {
  readonly #most: number
  /** By object, what waits, first to last. */
  readonly #lanes = new Map<string, EventWrite[]>()
  /** Objects of which something waits and nothing is being written. */
  readonly #ready = new Set<string>()
  #size = 0

  constructor(most: number) {
    this.#most = most
  }

  get size(): number {
    return this.#size
  }

  /** False when there is no room. */
  push(write: EventWrite): boolean {
    const object = laneOf(write)
    const lane = this.#lanes.get(object)
    // A count that waits is older than this one, and would say less.
    const older = lane?.findIndex((waiting) => waiting.do === 'count' && isSameEvent(waiting, write)) ?? -1
    if (lane !== undefined && older >= 0 && write.do === 'count') {
      lane[older] = write
      return true
    }
    if (this.#size >= this.#most) return false
    this.#size++
    if (lane !== undefined) {
      lane.push(write)
      return true
    }
    this.#lanes.set(object, [write])
    this.#ready.add(object)
    return true
  }

  /** The next one that may be written now; {@link done} must follow. */
  take(): EventWrite | undefined {
    const object = this.#ready.values().next().value
    const write = object === undefined ? undefined : this.#lanes.get(object)?.shift()
    if (object === undefined || write === undefined) return undefined
    this.#ready.delete(object)
    this.#size--
    return write
  }

  /** The object's next may be written. */
  done(write: EventWrite): void {
    const object = laneOf(write)
    if (this.#lanes.get(object)?.length === 0) this.#lanes.delete(object)
    else this.#ready.add(object)
  }
}

function laneOf({ event }: EventWrite): string {
  const { kind = '', namespace = '', name = '', uid = '' } = event.regarding
  return [kind, namespace, name, uid].join('/')
}

function isSameEvent(a: EventWrite, b: EventWrite): boolean {
  return a.event.metadata.name === b.event.metadata.name
}
