import type { Clock, Timer } from '@kubewright/core'

/** A clock that stands still until it is moved. */
export interface VirtualClock extends Clock {
  /** Moves time forward, firing what falls due in order, and lets promise continuations run between two timers. */
  advance(ms: number): Promise<void>
  /** Steps the wall clock alone, as NTP or a suspended laptop does; timers and the monotonic clock do not notice. */
  stepWallClock(ms: number): void
  /** Timers that have not fired. */
  readonly pending: number
}

/** A clock that stands still until it is told to move. `start` is the wall clock's first reading. @default 2026-01-01T00:00:00Z */
export function virtualClock(start = Date.UTC(2026, 0, 1)): VirtualClock {
  let elapsed = 0
  let wallOffset = start
  let sequence = 0
  const timers = new Map<number, { readonly due: number; readonly callback: () => void }>()

  const next = () => {
    let first: { id: number; due: number } | undefined
    for (const [id, { due }] of timers) if (first === undefined || due < first.due) first = { id, due }
    return first
  }

  return {
    now: () => wallOffset + elapsed,
    monotonic: () => elapsed,
    setTimer(ms, callback): Timer {
      const id = sequence++
      timers.set(id, { due: elapsed + Math.max(0, ms), callback })
      return { cancel: () => void timers.delete(id) }
    },
    async advance(ms) {
      const end = elapsed + ms
      await settle()
      for (let first = next(); first !== undefined && first.due <= end; first = next()) {
        elapsed = Math.max(elapsed, first.due)
        const { callback } = timers.get(first.id)!
        timers.delete(first.id)
        callback()
        await settle()
      }
      elapsed = end
    },
    stepWallClock(ms) {
      wallOffset += ms
    },
    get pending() {
      return timers.size
    },
  }
}

/** Lets chains of promises and queued I/O callbacks run dry. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
}
