// The collectors of prom-client one by one: together they come with two that measure without end.
declare module 'prom-client/lib/metrics/*' {
  import type { Registry } from 'prom-client'

  const collector: ((registry: Registry) => void) & { readonly metricNames: readonly string[] }
  export default collector
}
