import type { Timer } from '@kubewright/core'
import type { TestClock } from './program.ts'

/** The clock of a process the event loop of which can be blocked: time goes on, and timers that fall due wait until the loop is free. */
export function blockableClock(clock: TestClock): TestClock & { block(): void; unblock(): void } {
  let late: (() => void)[] | undefined
  return {
    now: () => clock.now(),
    monotonic: () => clock.monotonic(),
    setTimer(ms, callback): Timer {
      let cancelled = false
      const fire = () => {
        if (!cancelled) callback()
      }
      const timer = clock.setTimer(ms, () => {
        if (late === undefined) fire()
        else late.push(fire)
      })
      return {
        cancel() {
          cancelled = true
          timer.cancel()
        },
      }
    },
    advance: (ms) => clock.advance(ms),
    get pending() {
      return clock.pending
    },
    block() {
      late ??= []
    },
    unblock() {
      const due = late ?? []
      late = undefined
      for (const fire of due) fire()
    },
  }
}
