import { type Clock, objectKey } from '@kubewright/core'
import type { InformerObserver } from '../cache/shared-informer.ts'
import type { Logger } from '../log/logger.ts'
import type { WatchCounts } from '../metrics/watch-metrics.ts'
import type { Reachability } from '../reachability/reachability.ts'
import { isServerTrouble } from '../reachability/trouble.ts'

export interface WatchObserverOptions {
  readonly clock: Clock
  readonly log: Logger
  readonly metrics: WatchCounts
  readonly reachability: Pick<Reachability, 'state' | 'failed' | 'succeeded'>
}

/** Longer than any pause between two tries of a watch: failures further apart have nothing to do with each other. */
const RELATED = 60_000

/** Counts what happens to the watches of a kind, and logs each trouble once: when it begins, and when it is over. */
export function watchObserver(kind: string, { clock, log, metrics, reachability }: WatchObserverOptions): InformerObserver {
  let said: string | undefined
  let suspectedAt = Number.NEGATIVE_INFINITY
  /**
   * That the server is away is said once for all, by the manager. So the first failure waits for its verdict; when the watch fails again with the
   * server known to be well, it is this watch that has the trouble (an aggregated API that is down, a proxy that cuts watches).
   */
  const isOutage = (error: unknown): boolean => {
    if (!isServerTrouble(error)) return reachability.state !== 'reachable'
    const suspected = clock.monotonic() - suspectedAt < RELATED
    const known = reachability.state === 'reachable'
    reachability.failed(error)
    suspectedAt = known ? clock.monotonic() : Number.NEGATIVE_INFINITY
    return !known || !suspected
  }
  return {
    happened: (incident) => metrics.happened(kind, incident),
    failed({ kind: failure, error, message }, { passing, retryIn }) {
      metrics.failed(kind, failure)
      if (passing) log.debug('a watch ended and goes on', { kind, error: message })
      else if (isOutage(error)) log.debug('cannot watch; trying again', { kind, error: message })
      else if (said !== message) {
        said = message
        log.warn('cannot watch; trying again', { kind, error: message, retryInSeconds: Math.round(retryIn / 1000) })
      }
    },
    recovered() {
      reachability.succeeded()
      if (said !== undefined) log.info('watching again', { kind })
      said = undefined
    },
    userFunctionFailed(what, object, error) {
      metrics.userFunctionFailed(kind, what)
      log.error(`the ${what} function of a cache threw`, { kind, ...(object === undefined ? {} : { object: objectKey(object) }), error })
    },
  }
}
