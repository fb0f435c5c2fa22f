import { formatDuration } from '@kubewright/core'
import type { InformerSummary } from './cache.ts'

/** Twice the silence after which a watch is opened anew: whoever is silent for longer has a watchdog that does not bite, or cannot connect. */
const LONGEST_SILENCE = 2 * 70_000

/** @throws Error naming the kinds whose watch the server has not been heard on for too long. `now`: monotonic ms. */
export function checkWatches(informers: readonly InformerSummary[], now: number): void {
  const silent = informers.flatMap(({ kind, informer }) => {
    const { lastByteAt, failure } = informer.liveness
    if (lastByteAt === undefined || now - lastByteAt <= LONGEST_SILENCE) return []
    const why = failure === undefined ? '' : ` (${failure.message})`
    return [`${kind} for ${formatDuration(Math.round((now - lastByteAt) / 1000) * 1000)}${why}`]
  })
  if (silent.length > 0) throw new Error(`nothing heard from the API server on the watch of ${silent.join(', ')}`)
}
