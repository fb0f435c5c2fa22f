import type { Clock } from '@kubewright/core'
import type { InformerSummary } from '../cache/cache.ts'
import type { WatchIncident } from '../reflector/reflector.ts'
import { Counter, Gauge, type Registry } from './prometheus.ts'

/** What is counted of the watches of one cluster. */
export interface WatchCounts {
  happened(kind: string, incident: WatchIncident): void
  failed(kind: string, failure: string): void
  userFunctionFailed(kind: string, what: string): void
}

/** An informer, and whose it is; absent or empty: the manager's own cluster's. */
export interface ClusterInformer extends InformerSummary {
  readonly cluster?: string
}

/** The series of the manager's own cluster have no such label, so that they are the same whether or not others ever join. */
type ClusterLabel = { readonly cluster?: string }
const clusterLabel = (cluster: string | undefined): ClusterLabel => (cluster ? { cluster } : {})

/** The families `kubewright_watch_*` and `kubewright_cache_*`: whether the watches live, which no other runtime tells. */
export class WatchMetrics {
  readonly #incidents: Counter<'kind' | 'cluster' | 'incident'>
  readonly #failures: Counter<'kind' | 'cluster' | 'failure'>
  readonly #userFunctions: Counter<'kind' | 'cluster' | 'function'>
  /** By cluster and then by kind, how to remove what was counted. */
  readonly #removals = new Map<string, Map<string, Map<string, () => void>>>()

  constructor(registry: Registry, clock: Clock, informers: () => readonly ClusterInformer[]) {
    const registers = [registry]
    // A kind that nobody watches any more leaves no series behind.
    const collect = () => this.#retain(informers())
    this.#incidents = new Counter({
      name: 'kubewright_watch_incidents_total',
      help: 'Watches opened again (reconnect), listed again (relist), answered 410 (expired), found dead by their silence (silence)',
      labelNames: ['kind', 'cluster', 'incident'],
      registers,
      collect,
    })
    this.#failures = new Counter({
      name: 'kubewright_watch_failures_total',
      help: 'Failed lists and watches by what went wrong',
      labelNames: ['kind', 'cluster', 'failure'],
      registers,
      collect,
    })
    this.#userFunctions = new Counter({
      name: 'kubewright_cache_function_errors_total',
      help: 'Exceptions thrown by handlers, index functions and transforms',
      labelNames: ['kind', 'cluster', 'function'],
      registers,
      collect,
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
        labelNames: ['kind', 'cluster'],
        registers,
        collect() {
          this.reset()
          for (const { labels, value } of byKind(informers(), of, join)) this.set(labels, value)
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
    gauge('kubewright_cache_bytes', 'Bytes that the objects held took on the wire, about', ({ informer }) => informer.liveness.bytes, sum)
  }

  /** `''`: the manager's own. */
  ofCluster(name: string): WatchCounts {
    const cluster = clusterLabel(name)
    const count = <L extends string>(counter: Counter<L>, labels: Partial<Record<L, string>> & { readonly kind: string }) => {
      counter.inc(labels)
      this.#removalsOf(name, labels.kind).set(JSON.stringify(labels), () => counter.remove(labels))
    }
    return {
      happened: (kind, incident) => count(this.#incidents, { kind, incident, ...cluster }),
      failed: (kind, failure) => count(this.#failures, { kind, failure, ...cluster }),
      userFunctionFailed: (kind, what) => count(this.#userFunctions, { kind, function: what, ...cluster }),
    }
  }

  /** The cluster has left, and its series with it. */
  forget(cluster: string): void {
    for (const kind of this.#removals.get(cluster)?.values() ?? []) for (const remove of kind.values()) remove()
    this.#removals.delete(cluster)
  }

  #retain(informers: readonly ClusterInformer[]): void {
    for (const [cluster, kinds] of this.#removals) {
      const watched = new Set(informers.flatMap((informer) => ((informer.cluster ?? '') === cluster ? [informer.kind] : [])))
      for (const [kind, removals] of kinds) {
        if (watched.has(kind)) continue
        for (const remove of removals.values()) remove()
        kinds.delete(kind)
      }
    }
  }

  #removalsOf(cluster: string, kind: string): Map<string, () => void> {
    const kinds = this.#removals.get(cluster) ?? new Map<string, Map<string, () => void>>()
    this.#removals.set(cluster, kinds)
    const known = kinds.get(kind) ?? new Map<string, () => void>()
    kinds.set(kind, known)
    return known
  }
}

interface Series {
  readonly labels: { readonly kind: string } & ClusterLabel
  readonly value: number
}

/** Several informers of one kind, with other scopes, are one series: scopes can be many, and selectors hold names of people's things. */
function byKind(
  informers: readonly ClusterInformer[],
  of: (summary: InformerSummary) => number | undefined,
  join: (a: number, b: number) => number,
): Iterable<Series> {
  const series = new Map<string, Series>()
  for (const summary of informers) {
    const value = of(summary)
    if (value === undefined) continue
    const labels = { kind: summary.kind, ...clusterLabel(summary.cluster) }
    const id = JSON.stringify(labels)
    const before = series.get(id)
    series.set(id, { labels, value: before === undefined ? value : join(before.value, value) })
  }
  return series.values()
}
