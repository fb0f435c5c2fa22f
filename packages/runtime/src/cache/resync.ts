import type { Clock } from '@kubewright/core'

/** A second. What is looked at more often than that is not a resync but a poll. */
export const SHORTEST_RESYNC = 1000
/** Up to a tenth earlier or later, so that the controllers of a program, and the replicas of a Deployment, do not all work at once. */
const JITTER = 0.1

/** Calls `act` every `period` ms until it is stopped. */
export function every(
  period: number,
  act: () => void,
  { clock, random }: { readonly clock: Clock; readonly random: () => number },
): { stop(): void } {
  const wait = () => Math.max(SHORTEST_RESYNC, period) * (1 - JITTER + 2 * JITTER * random())
  const turn = () => {
    timer = clock.setTimer(wait(), turn)
    act()
  }
  let timer = clock.setTimer(wait(), turn)
  return { stop: () => timer.cancel() }
}
