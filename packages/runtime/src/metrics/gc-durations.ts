import { constants, type PerformanceEntry, PerformanceObserver } from 'node:perf_hooks'
import { Histogram, type Registry } from './prometheus.ts'

const KINDS: Readonly<Record<number, string>> = {
  [constants.NODE_PERFORMANCE_GC_MAJOR]: 'major',
  [constants.NODE_PERFORMANCE_GC_MINOR]: 'minor',
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL]: 'incremental',
  [constants.NODE_PERFORMANCE_GC_WEAKCB]: 'weakcb',
}

const NAME = 'nodejs_gc_duration_seconds'

/** `nodejs_gc_duration_seconds`, under prom-client's name and with its buckets. Returns the function that ends the measuring. */
export function gcDurations(registry: Registry): () => void {
  const histogram = new Histogram({
    name: NAME,
    help: 'Garbage collection duration by kind, one of major, minor, incremental or weakcb.',
    labelNames: ['kind'],
    buckets: [0.001, 0.01, 0.1, 1, 2, 5],
    registers: [registry],
  })
  // Every entry: several collections come in one list when the event loop was busy, which is when they matter.
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) histogram.observe({ kind: kindOf(entry) }, entry.duration / 1000)
  })
  observer.observe({ entryTypes: ['gc'] })
  return () => {
    observer.disconnect()
    registry.removeSingleMetric(NAME)
  }
}

function kindOf(entry: PerformanceEntry): string {
  const { kind = -1 } = 'detail' in entry ? (entry.detail as { readonly kind?: number }) : {}
  return KINDS[kind] ?? 'other'
}
