import { objectKey } from '@kubewright/core'
import type { InformerObserver } from '../cache/shared-informer.ts'
import type { Reachability } from '../health/reachability.ts'
import type { Logger } from '../log/logger.ts'
import type { WatchMetrics } from '../metrics/watch-metrics.ts'

/** Counts what happens to the watches of a kind, and logs each trouble once: when it begins, and when it is over. */
export function watchObserver(
  kind: string,
  { log, metrics, reachability }: { readonly log: Logger; readonly metrics: WatchMetrics; readonly reachability: Reachability },
): InformerObserver {
  let said: string | undefined
  return {
    happened: (incident) => metrics.happened(kind, incident),
    failed({ kind: failure, message }, { passing, retryIn }) {
      metrics.failed(kind, failure)
      if (passing) log.debug('a watch ended and goes on', { kind, error: message })
      else if (failure === 'unreachable') reachability.failed(message)
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
      log.error(`the ${what} function of a cache threw`, { kind, object: objectKey(object), error })
    },
  }
}
