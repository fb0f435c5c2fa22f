import { parseTime } from '@kubewright/core'

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

/** A duration as kubectl's columns show it: two units at most, fewer the longer it is (apimachinery's `HumanDuration`). */
export function humanDuration(ms: number): string {
  const seconds = Math.trunc(ms / SECOND)
  // Two machines' clocks may differ by a second or two.
  if (seconds < -1) return '<invalid>'
  if (seconds < 0) return '0s'
  if (seconds < 120) return `${seconds}s`
  const minutes = Math.floor(ms / MINUTE)
  if (minutes < 10) return join(minutes, 'm', seconds % 60, 's')
  if (minutes < 180) return `${minutes}m`
  const hours = Math.floor(ms / HOUR)
  if (hours < 8) return join(hours, 'h', minutes % 60, 'm')
  if (hours < 48) return `${hours}h`
  const days = Math.floor(hours / 24)
  if (days < 8) return join(days, 'd', hours % 24, 'h')
  if (days < 730) return `${days}d`
  if (days < 8 * 365) return join(Math.floor(days / 365), 'y', days % 365, 'd')
  return `${Math.floor(days / 365)}y`
}

function join(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large}${largeUnit}` : `${large}${largeUnit}${small}${smallUnit}`
}

/** Time since a timestamp; `<unknown>` without one. */
export function humanAge(timestamp: unknown, now: number): string {
  const at = typeof timestamp === 'string' ? parseTime(timestamp) : undefined
  return at === undefined ? '<unknown>' : humanDuration(now - at)
}
