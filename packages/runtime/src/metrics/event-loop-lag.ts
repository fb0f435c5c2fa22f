import { monitorEventLoopDelay } from 'node:perf_hooks'
import { Gauge, type Registry } from './prometheus.ts'

/** How often the delay is sampled, in ms: prom-client's figure. A sample costs a timer of the event loop. */
const RESOLUTION = 10
const SECOND = 1e9

const VALUES = {
  nodejs_eventloop_lag_min_seconds: ['The minimum recorded event loop delay', (histogram) => histogram.min],
  nodejs_eventloop_lag_max_seconds: ['The maximum recorded event loop delay', (histogram) => histogram.max],
  nodejs_eventloop_lag_mean_seconds: ['The mean of the recorded event loop delays', (histogram) => histogram.mean],
  nodejs_eventloop_lag_stddev_seconds: ['The standard deviation of the recorded event loop delays', (histogram) => histogram.stddev],
  nodejs_eventloop_lag_p50_seconds: ['The 50th percentile of the recorded event loop delays', (histogram) => histogram.percentile(50)],
  nodejs_eventloop_lag_p90_seconds: ['The 90th percentile of the recorded event loop delays', (histogram) => histogram.percentile(90)],
  nodejs_eventloop_lag_p99_seconds: ['The 99th percentile of the recorded event loop delays', (histogram) => histogram.percentile(99)],
} satisfies Record<string, readonly [string, (histogram: ReturnType<typeof monitorEventLoopDelay>) => number]>

/** `nodejs_eventloop_lag_*`, under prom-client's names. Each scrape tells of the time since the one before. Returns the function that ends the measuring. */
export function eventLoopLag(registry: Registry): () => void {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION })
  const registers = [registry]
  // The first to be asked in a scrape: it sets what the others tell.
  new Gauge({
    name: 'nodejs_eventloop_lag_seconds',
    help: 'Lag of event loop in seconds.',
    registers,
    async collect() {
      const startedAt = process.hrtime.bigint()
      for (const { gauge, read } of gauges) {
        // Nothing was sampled yet.
        if (histogram.count > 0) gauge.set(read(histogram) / SECOND)
      }
      histogram.reset()
      await new Promise<void>((resolve) => setImmediate(resolve))
      this.set(Number(process.hrtime.bigint() - startedAt) / SECOND)
    },
  })
  const gauges = Object.entries(VALUES).map(([name, [help, read]]) => ({ gauge: new Gauge({ name, help, registers }), read }))
  histogram.enable()
  return () => {
    histogram.disable()
    for (const name of ['nodejs_eventloop_lag_seconds', ...Object.keys(VALUES)]) registry.removeSingleMetric(name)
  }
}
