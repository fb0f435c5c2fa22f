import { parseDuration } from '@kubewright/core'

/** Milliseconds, or Go's way of writing: "10s", "1h30m". */
export type Duration = number | string

export function milliseconds(duration: Duration): number {
  return typeof duration === 'number' ? duration : parseDuration(duration)
}
