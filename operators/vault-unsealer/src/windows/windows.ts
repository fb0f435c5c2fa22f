import { WeeklyWindow, Zone } from 'kubewright'
import type { VaultUnsealerSpec } from '../kinds/vault-unsealer.ts'

type Times = Pick<VaultUnsealerSpec, 'windows' | 'freezes'>

/** Says whether shares may be submitted. Time zones are costly to set up, and it is asked before each share: they are set up once for each spec. */
export class Calendar {
  #times: Times | undefined
  #windows: readonly WeeklyWindow[] | undefined
  #freezes: readonly WeeklyWindow[] = []

  isOpenAt(times: Times, now: number): boolean {
    if (this.#times?.windows !== times.windows || this.#times?.freezes !== times.freezes) {
      this.#windows = times.windows?.map((window) => new WeeklyWindow(window))
      this.#freezes = (times.freezes ?? []).map((window) => new WeeklyWindow(window))
    }
    this.#times = times
    const isIn = (window: WeeklyWindow) => window.isOpenAt(now)
    return (this.#windows === undefined || this.#windows.some(isIn)) && !this.#freezes.some(isIn)
  }
}

/** When it may be otherwise: windows begin and end with a minute. */
export function nextMinute(now: number): number {
  return (Math.floor(now / 60_000) + 1) * 60_000
}

export function isTimeZone(name: string): boolean {
  try {
    new Zone(name)
    return true
  } catch {
    // That it throws is how it says no.
    return false
  }
}
