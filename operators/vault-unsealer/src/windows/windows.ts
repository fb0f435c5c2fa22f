import type { VaultUnsealerSpec } from '../kinds/vault-unsealer.ts'

export type Window = NonNullable<VaultUnsealerSpec['windows']>[number]

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const
const DAY = 1_440

/** Whether shares may be submitted at this time. */
export function isOpenAt({ windows, freezes = [] }: Pick<VaultUnsealerSpec, 'windows' | 'freezes'>, now: number): boolean {
  const open = windows === undefined || windows.some((window) => contains(window, now))
  return open && !freezes.some((window) => contains(window, now))
}

/** When it may be otherwise: windows begin and end with a minute. */
export function nextMinute(now: number): number {
  return (Math.floor(now / 60_000) + 1) * 60_000
}

export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    // That it throws is how it says no.
    return false
  }
}

function contains({ days = DAYS, from, to, timeZone }: Window, now: number): boolean {
  const { day, minute } = localTime(now, timeZone)
  const [begin, end] = [minutesOf(from), minutesOf(to)]
  const on = (index: number) => (days as readonly string[]).includes(DAYS[(index + 7) % 7]!)
  if (begin < end) return on(day) && minute >= begin && minute < end
  return (on(day) && minute >= begin) || (on(day - 1) && minute < end)
}

function localTime(now: number, timeZone: string): { readonly day: number; readonly minute: number } {
  const format = new Intl.DateTimeFormat('en-US', { timeZone, weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
  const parts = Object.fromEntries(format.formatToParts(now).map(({ type, value }) => [type, value]))
  return {
    day: (DAYS as readonly string[]).indexOf(parts['weekday'] ?? ''),
    minute: (Number(parts['hour']) * 60 + Number(parts['minute'])) % DAY,
  }
}

function minutesOf(text: string): number {
  const [hours = 0, minutes = 0] = text.split(':').map(Number)
  return hours * 60 + minutes
}
