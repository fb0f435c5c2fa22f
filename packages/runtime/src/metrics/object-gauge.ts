import { type KubeObject, objectKey } from '@kubewright/core'
import type { Informer, Subscription } from '../cache/informer.ts'
import { Counter, Gauge, type Registry } from './prometheus.ts'

/** A gauge with a series for each object. */
export interface ObjectGaugeOptions<L extends string> {
  readonly name: string
  readonly help: string
  /** Besides `namespace` and `name`, which every series has. */
  readonly labels?: readonly L[]
  /**
   * How many series there may be; further ones are not made, and counted in `kubewright_metric_series_dropped_total`.
   * @default 2000: what a scrape carries without trouble. An unbounded label is the usual way in which an operator takes a Prometheus down.
   */
  readonly most?: number
}

/** One series of an object. */
export interface ObjectSeries<L extends string> {
  readonly labels: Readonly<Record<L, string>>
  readonly value: number
}

/** A gauge whose series belong to objects, and go when their object goes. */
export interface ObjectGauge<L extends string> {
  /** Exactly these series are the object's from now on: those of before with other labels go. */
  set(object: KubeObject, series: readonly ObjectSeries<L>[]): void
  forget(object: KubeObject): void
  /** Forgets what is deleted, until the subscription is closed. */
  follow<T extends KubeObject>(informer: Pick<Informer<T>, 'subscribe'>): Subscription
}

const DEFAULT_MOST = 2000

/** @throws Error when the registry has a metric of that name */
export function objectGauge<L extends string = never>(registry: Registry, options: ObjectGaugeOptions<L>): ObjectGauge<L> {
  return new GuardedGauge(registry, options)
}

type Labels = Readonly<Record<string, string>>

class GuardedGauge<L extends string> implements ObjectGauge<L> {
  readonly #name: string
  readonly #most: number
  readonly #gauge: Gauge
  readonly #dropped: Counter
  readonly #series = new Map<string, ReadonlyMap<string, Labels>>()
  #count = 0

  constructor(registry: Registry, { name, help, labels = [], most = DEFAULT_MOST }: ObjectGaugeOptions<L>) {
    this.#name = name
    this.#most = most
    this.#gauge = new Gauge({ name, help, labelNames: ['namespace', 'name', ...labels], registers: [registry] })
    this.#dropped = droppedSeries(registry)
    this.#dropped.inc({ metric: name }, 0)
  }

  set(object: KubeObject, series: readonly ObjectSeries<L>[]): void {
    const key = objectKey(object)
    const before = this.#series.get(key) ?? new Map<string, Labels>()
    const { name = '', namespace = '' } = object.metadata
    const wanted = series.map(({ labels, value }) => {
      const all: Labels = { namespace, name, ...labels }
      return { id: JSON.stringify(Object.entries(all).sort()), labels: all, value }
    })
    const ids = new Set(wanted.map(({ id }) => id))
    for (const [id, labels] of before) if (!ids.has(id)) this.#remove(labels)
    const after = new Map<string, Labels>()
    for (const { id, labels, value } of wanted) {
      if (!before.has(id) && !after.has(id) && this.#count >= this.#most) {
        this.#dropped.inc({ metric: this.#name })
        continue
      }
      if (!before.has(id) && !after.has(id)) this.#count++
      this.#gauge.set(labels, value)
      after.set(id, labels)
    }
    if (after.size === 0) this.#series.delete(key)
    else this.#series.set(key, after)
  }

  forget(object: KubeObject): void {
    this.set(object, [])
  }

  follow<T extends KubeObject>(informer: Pick<Informer<T>, 'subscribe'>): Subscription {
    return informer.subscribe({ delete: (object) => this.forget(object) })
  }

  #remove(labels: Labels): void {
    this.#gauge.remove(labels)
    this.#count--
  }
}

const DROPPED = 'kubewright_metric_series_dropped_total'

/** One for all gauges of a registry. */
function droppedSeries(registry: Registry): Counter {
  const known = registry.getSingleMetric(DROPPED)
  if (known instanceof Counter) return known
  return new Counter({
    name: DROPPED,
    help: 'Series of objects that were not made, because their metric has as many as it may have',
    labelNames: ['metric'],
    registers: [registry],
  })
}
