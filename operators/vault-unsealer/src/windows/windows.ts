import { WeeklyWindow, Zone } from 'kubewright'
import type { VaultUnsealerSpec } from '../kinds/vault-unsealer.ts'

/** Whether shares may be submitted at this time. */
export function isOpenAt({ windows, freezes = [] }: Pick<VaultUnsealerSpec, 'windows' | 'freezes'>, now: number): boolean {
  const isIn = (window: NonNullable<typeof windows>[number]) => new WeeklyWindow(window).isOpenAt(now)
  return (windows === undefined || windows.some(isIn)) && !freezes.some(isIn)
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
