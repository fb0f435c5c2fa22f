import type { KubeObject } from 'kubewright'
import { stampAt } from '../expiry/stamp.ts'

/** From then on somebody should look why: a finalizer whose controller has gone, most of the time. */
export const STUCK_AFTER = 10 * 60_000

/** Objects of a policy that are being deleted, and since when. */
export class Terminating {
  readonly #since = new Map<string, number>()
  #told = 0

  seen({ metadata: { uid = '', deletionTimestamp } }: KubeObject, isSelected: boolean): void {
    const since = isSelected ? stampAt(deletionTimestamp) : undefined
    if (since === undefined) this.#since.delete(uid)
    else this.#since.set(uid, since)
  }

  left(uid: string): void {
    this.#since.delete(uid)
  }

  /** Only these are still there. */
  retain(uids: ReadonlySet<string>): void {
    for (const uid of this.#since.keys()) if (!uids.has(uid)) this.#since.delete(uid)
  }

  /** `now`: wall clock. */
  stuck(now: number): number {
    let stuck = 0
    for (const since of this.#since.values()) if (now - since >= STUCK_AFTER) stuck++
    return stuck
  }

  /** Whether {@link stuck} differs from what it was when this was asked the last time. */
  changed(now: number): boolean {
    if (this.#since.size === 0 && this.#told === 0) return false
    const stuck = this.stuck(now)
    const changed = stuck !== this.#told
    this.#told = stuck
    return changed
  }
}
