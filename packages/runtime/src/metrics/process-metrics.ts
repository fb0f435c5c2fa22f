import type { Registry } from 'prom-client'
import heapSizeAndUsed from 'prom-client/lib/metrics/heapSizeAndUsed.js'
import heapSpacesSizeAndUsed from 'prom-client/lib/metrics/heapSpacesSizeAndUsed.js'
import osMemoryHeap from 'prom-client/lib/metrics/osMemoryHeap.js'
import processHandles from 'prom-client/lib/metrics/processHandles.js'
import processMaxFileDescriptors from 'prom-client/lib/metrics/processMaxFileDescriptors.js'
import processOpenFileDescriptors from 'prom-client/lib/metrics/processOpenFileDescriptors.js'
import processRequests from 'prom-client/lib/metrics/processRequests.js'
import processResources from 'prom-client/lib/metrics/processResources.js'
import processStartTime from 'prom-client/lib/metrics/processStartTime.js'
import version from 'prom-client/lib/metrics/version.js'
import { eventLoopLag } from './event-loop-lag.ts'
import { gcDurations } from './gc-durations.ts'
import { processCpu } from './process-cpu.ts'

/** Those that only look when they are asked. */
const COLLECTORS = [
  processCpu,
  processStartTime,
  osMemoryHeap,
  processOpenFileDescriptors,
  processMaxFileDescriptors,
  processResources,
  processHandles,
  processRequests,
  heapSizeAndUsed,
  heapSpacesSizeAndUsed,
  version,
]

/**
 * What every program of Node tells about itself, under the usual names, those of prom-client's default metrics: `process_*` (CPU, memory, files) and
 * `nodejs_*` (heap, garbage collection, and `nodejs_eventloop_lag_*`: an event loop that lags is why a lease is lost). Returns the function that ends
 * the measuring and takes the metrics out of the registry.
 */
export function processMetrics(registry: Registry): () => void {
  for (const collect of COLLECTORS) collect(registry)
  const ends = [eventLoopLag(registry), gcDurations(registry)]
  return () => {
    for (const end of ends) end()
    for (const { metricNames } of COLLECTORS) for (const name of metricNames) registry.removeSingleMetric(name)
  }
}
