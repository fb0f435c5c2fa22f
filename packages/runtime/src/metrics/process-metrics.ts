import { collectDefaultMetrics, type Registry } from 'prom-client'

/**
 * What every program of Node tells about itself, under the usual names: `process_*` (CPU, memory, files) and `nodejs_*` (heap, garbage collection,
 * and `nodejs_eventloop_lag_*`: an event loop that lags is why a lease is lost). For a program, once: the measuring goes on until the process ends.
 */
export function processMetrics(registry: Registry): void {
  collectDefaultMetrics({ register: registry })
}
