// Metrics under other names, for dashboards and alerts that were made for them. They are read from the ones that count, so that they cannot differ.
import type { Counter, MetricObjectWithValues, MetricValue, Registry } from 'prom-client'

/** A metric under a second name, for dashboards that know it by that. */
export interface MetricAlias {
  readonly name: string
  readonly of: string
  /** The labels there, from those here; `undefined`: such a series does not count. @default the same */
  readonly labels?: (labels: Labels) => Labels | undefined
}

type Labels = Readonly<Record<string, string | number>>

/**
 * Adds a family under each name, with the series of another one, those with the same labels added up. While there is no such other family it has none.
 * @throws Error when the registry has a metric of that name
 */
export function aliasMetrics(registry: Registry, aliases: readonly MetricAlias[]): void {
  for (const alias of aliases) {
    if (registry.getSingleMetric(alias.name) !== undefined) throw new Error(`there is a metric "${alias.name}" already`)
    // All that a registry does with a metric is to ask for its values.
    registry.registerMetric(new AliasMetric(registry, alias) as unknown as Counter)
  }
}

class AliasMetric {
  readonly name: string
  readonly #registry: Registry
  readonly #alias: MetricAlias

  constructor(registry: Registry, alias: MetricAlias) {
    this.name = alias.name
    this.#registry = registry
    this.#alias = alias
  }

  async get(): Promise<MetricObjectWithValues<MetricValue<string>>> {
    const { name, of } = this.#alias
    const source = (await this.#registry.getSingleMetric(of)?.get()) as MetricObjectWithValues<MetricValue<string>> | undefined
    const help = `The same as ${of}`
    if (source === undefined)
      return { name, help, type: 'untyped', aggregator: 'sum', values: [] } as unknown as MetricObjectWithValues<MetricValue<string>>
    return { ...source, name, help, values: this.#renamed(source.values) }
  }

  /** What belongs to the values and not to the metric. */
  reset(): void {}

  #renamed(values: readonly MetricValue<string>[]): MetricValue<string>[] {
    const { name, of, labels: relabel = (labels: Labels) => labels } = this.#alias
    const found = new Map<string, MetricValue<string>>()
    for (const { value, labels, metricName } of values as readonly (MetricValue<string> & { readonly metricName?: string })[]) {
      const wanted = relabel(labels as Labels)
      if (wanted === undefined) continue
      const series = metricName === undefined ? {} : { metricName: `${name}${metricName.slice(of.length)}` }
      const key = JSON.stringify([series, Object.entries(wanted).sort()])
      const known = found.get(key)
      if (known === undefined) found.set(key, { ...series, labels: { ...wanted }, value } as MetricValue<string>)
      else known.value += value
    }
    return [...found.values()]
  }
}
