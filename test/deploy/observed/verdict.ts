// What a run has shown of each panel and each alert, and whether that is enough.
import type { Series } from './prometheus.ts'

export interface ObservedPanel {
  readonly dashboard: string
  readonly title: string
  readonly expr: string
  readonly series: number
  /** The lowest and the highest value of all series; `undefined` without any. */
  readonly range: readonly [lowest: number, highest: number] | undefined
}

export interface ObservedAlert {
  readonly file: string
  readonly alert: string
  /** Its whole condition held at some time; how long it has to hold is for its unit tests. */
  readonly held: boolean
  /** How many series are compared. */
  readonly series: number
  readonly highest: number | undefined
}

/** What a run has shown. */
export interface Observation {
  readonly panels: readonly ObservedPanel[]
  readonly alerts: readonly ObservedAlert[]
}

/** By the panel's query or the alert's name: why a run of some minutes shows no more of it. */
export type Reasons = Readonly<Record<string, string>>

export function rangeOf(series: readonly Series[]): ObservedPanel['range'] {
  const values = series.flatMap((each) => each.values)
  return values.length === 0 ? undefined : [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))]
}

/** Nothing is to be seen of it, or it is zero all the time. */
export const isFlat = ({ range }: Pick<ObservedPanel, 'range'>) => range === undefined || (range[0] === 0 && range[1] === 0)

/** What is wrong, in words: also a reason why an alert is silent that is not. What is mostly zero may be something on a busy machine. */
export function problemsOf(
  { panels, alerts }: Observation,
  { quiet, unprovoked }: { readonly quiet: Reasons; readonly unprovoked: Reasons },
): readonly string[] {
  const flat = panels.filter(isFlat)
  const silent = alerts.filter(({ held }) => !held)
  return [
    ...panels.filter(({ series }) => series === 0).map(({ dashboard, title, expr }) => `${dashboard}, "${title}" has no data: ${expr}`),
    ...flat
      .filter(({ series, expr }) => series > 0 && quiet[expr] === undefined)
      .map(({ dashboard, title, expr }) => `${dashboard}, "${title}" is zero all the time: ${expr}`),
    ...alerts.filter(({ series }) => series === 0).map(({ file, alert }) => `${file}: ${alert} compares nothing that is there`),
    ...silent
      .filter(({ series, alert }) => series > 0 && unprovoked[alert] === undefined)
      .map(({ file, alert, highest }) => `${file}: the condition of ${alert} never held (the highest value was ${highest})`),
    ...Object.keys(unprovoked)
      .filter((name) => !silent.some(({ alert }) => alert === name))
      .map((name) => `a reason is given why ${name} never held, and it did`),
  ]
}
