import { parseTime } from 'kubewright'

/**
 * Stamps in whole seconds are cut off, so what they name may have happened at the end of that second; nothing may go early. (Argo Workflows
 * adds a second for the same reason.)
 */
export function uncertainty(stamp: string): number {
  return stamp.includes('.') ? 0 : 999
}

/** The latest moment that the stamp may mean; `undefined` when it is none. Year 1 is how Go writes a time that was never set. */
export function stampAt(stamp: unknown): number | undefined {
  if (typeof stamp !== 'string' || stamp.startsWith('0001-01-01')) return undefined
  const time = parseTime(stamp)
  return time === undefined ? undefined : time + uncertainty(stamp)
}
