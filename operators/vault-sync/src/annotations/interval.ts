import { messageOf, parseDuration } from 'kubewright'
import { annotation } from './names.ts'

/** The original raised shorter ones to this: a Vault shared by a cluster must not be asked more often for one object. */
export const SHORTEST_INTERVAL = 30_000

/** `undefined`: nothing was said. `'off'`: never. */
export type Interval = number | 'off' | undefined

/** `vault-sync.io/reconcile`: a Go duration, or `off`. */
export function readInterval(name: 'reconcile' | 'rotation-check', text: string, problems: string[], warnings: string[]): Interval {
  const key = annotation(name)
  if (text === 'off') return 'off'
  try {
    const ms = parseDuration(text)
    if (ms < SHORTEST_INTERVAL) warnings.push(`${key}: shorter than 30s, which is the least and is taken`)
    return Math.max(SHORTEST_INTERVAL, ms)
  } catch (error) {
    problems.push(`${key}: ${messageOf(error)}`)
    return undefined
  }
}
