import type { Clock } from '@kubewright/core'
import { Counter, Gauge, type Registry } from 'prom-client'
import type { InformerSummary } from '../cache/cache.ts'
import type { WatchIncident } from '../reflector/reflector.ts'

/** The families `kubewright_watch_*` and `kubewright_cache_*`: whether the watches live, which no other runtime tells. */
export class WatchMetrics {
  readonly #incidents: Counter<'kind' | 'incident'>
  readonly #failures: Counter<'kind' | 'failure'>
  readonly #userFunctions: Counter<'kind' | 'function'>

  constructor(registry: Registry, clock: Clock, informers: () => readonly InformerSummary[]) {
    const registers = [registry]
    this.#incidents = new Counter({
      name: 'kubewright_watch_incidents_total',
      help: 'Watches opened again (reconnect), listed again (relist), answered 410 (expired), found dead by their silence (silence)',
      labelNames: ['kind', 'incident'],
      registers,
    })
    this.#failures = new Counter({
      name: 'kubewright_watch_failures_total',
      help: 'Failed lists and watches by what went wrong',
      labelNames: ['kind', 'failure'],
      registers,
    })
    this.#userFunctions = new Counter({
      name: 'kubewright_cache_function_errors_total',
      help: 'Exceptions thrown by handlers, index functions and transforms',
      labelNames: ['kind', 'function'],
      registers,
    })
    const gauge = (
      name: string,
      help: string,
      of: (summary: InformerSummary) => number | undefined,
      join: (a: number, b: number) => number,
    ) =>
      new Gauge({
        name,
        help,
        labelNames: ['kind'],
        registers,
        collect() {
          this.reset()
          for (const [kind, value] of byKind(informers(), of, join)) this.set({ kind }, value)
        },
      })
    const silence = ({ informer }: InformerSummary) => {
      const { lastByteAt } = informer.liveness
      return lastByteAt === undefined ? undefined : (clock.monotonic() - lastByteAt) / 1000
    }
    const sum = (a: number, b: number) => a + b
    gauge('kubewright_watch_silence_seconds', 'Seconds since the server was last heard: above 70 it is not there', silence, Math.max)
    gauge(
      'kubewright_watch_failing',
      '1 while a watch cannot be served',
      ({ informer }) => (informer.liveness.failure === undefined ? 0 : 1),
      Math.max,
    )
    gauge('kubewright_cache_synced', '1 when the first list is complete', ({ informer }) => (informer.synced ? 1 : 0), Math.min)
    gauge('kubewright_cache_objects', 'Objects held', ({ informer }) => informer.size, sum)
  }

  happened(kind: string, incident: WatchIncident): void {
    this.#incidents.inc({ kind, incident })
  }

  failed(kind: string, failure: string): void {
    this.#failures.inc({ kind, failure })
  }

  userFunctionFailed(kind: string, what: string): void {
    this.#userFunctions.inc({ kind, function: what })
  }
}

/** Several informers of one kind, with other scopes, are one series: scopes can be many, and selectors hold names of people's things. */
function byKind(
  informers: readonly InformerSummary[],
  of: (summary: InformerSummary) => number | undefined,
  join: (a: number, b: number) => number,
): ReadonlyMap<string, number> {
  const values = new Map<string, number>()
  for (const summary of informers) {
    const value = of(summary)
    const before = values.get(summary.kind)
    if (value !== undefined) values.set(summary.kind, before === undefined ? value : join(before, value))
  }
  return values
}
