import { sleep } from 'kubewright'

/** Looks every few milliseconds. False when it has not become true in time. */
export async function becomesTrue(condition: () => boolean, timeout: number): Promise<boolean> {
  const end = performance.now() + timeout
  while (!condition()) {
    if (performance.now() > end) return false
    await sleep(5)
  }
  return true
}

/** @throws Error when it does not become true in time */
export async function untilTrue(condition: () => boolean, timeout = 120_000): Promise<void> {
  if (!(await becomesTrue(condition, timeout))) throw new Error(`not within ${timeout / 1000} s: ${condition}`)
}
