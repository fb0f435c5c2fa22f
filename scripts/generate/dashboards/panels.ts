// What dashboards are made of: rows of panels, each with its queries, in Prometheus' language.

export interface Query {
  readonly expr: string
  readonly legend: string
}

export interface Panel {
  readonly title: string
  /** What a reader should make of it. */
  readonly about: string
  readonly unit: 'short' | 's' | 'bytes' | 'ops' | 'percentunit'
  readonly queries: readonly Query[]
}

export interface Row {
  readonly title: string
  readonly panels: readonly Panel[]
}

export interface Variable {
  readonly name: string
  /** `label_values(…)`. */
  readonly query: string
}

export interface Dashboard {
  /** Of its file and its address: kubewright-NAME. */
  readonly name: string
  readonly title: string
  readonly variables: readonly Variable[]
  readonly rows: readonly Row[]
}

export const quantile = (q: number, metric: string, by: string, labels: string): Query => ({
  expr: `histogram_quantile(${q}, sum by (le, ${by}) (rate(${metric}_bucket{${labels}}[$__rate_interval])))`,
  legend: `p${q * 100} {{${by}}}`,
})
export const rate = (
  metric: string,
  by: string,
  labels: string,
  legend = by
    .split(', ')
    .map((label) => `{{${label}}}`)
    .join(' '),
): Query => ({
  expr: `sum by (${by}) (rate(${metric}{${labels}}[$__rate_interval]))`,
  legend,
})
