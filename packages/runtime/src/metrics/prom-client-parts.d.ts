// The collectors of prom-client one by one: together they come with two that measure without end.
declare module 'prom-client/lib/metrics/*' {
  import type { Registry } from 'prom-client'

  const collector: ((registry: Registry) => void) & { readonly metricNames: readonly string[] }
  export default collector
}

declare module 'prom-client/lib/counter.js' {
  export { Counter as default } from 'prom-client'
}
declare module 'prom-client/lib/gauge.js' {
  export { Gauge as default } from 'prom-client'
}
declare module 'prom-client/lib/histogram.js' {
  export { Histogram as default } from 'prom-client'
}
declare module 'prom-client/lib/registry.js' {
  export { Registry as default } from 'prom-client'
}
