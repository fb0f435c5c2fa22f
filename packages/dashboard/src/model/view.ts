// What an operator shows of its own: data, which the page draws. A view holds no code of the page and no markup.
import type { GroupVersionKind, KubeObject } from '@kubewright/core'
import type { Tone } from './snapshot.ts'

export type { Tone } from './snapshot.ts'

/** A number with its name, in large letters. */
export interface ViewFigure {
  readonly label: string
  readonly value: string
  readonly tone?: Tone
  readonly note?: string
}

/** A cell of a table that is more than text: coloured, or a time. */
export interface ViewCell {
  readonly text: string
  readonly tone?: Tone
  /** Wall-clock ms; shown as "in 5 min" or "3 h ago", with the time as its tooltip. Instead of the text. */
  readonly time?: number
  /** 0 to 1; a bar beside the text. */
  readonly progress?: number
}

/** A row of a table. */
export interface ViewRow {
  /** Opens this object. */
  readonly object?: KubeObject
  readonly cells: readonly (string | ViewCell)[]
}

/** A time from here to there, as a bar beside others. */
export interface ViewSpan {
  /** Wall-clock ms. */
  readonly from: number
  readonly to: number
  readonly label: string
  readonly tone: Tone
}

/** One part of an operator's page; blocks stand below each other. */
export type ViewBlock =
  | { readonly is: 'figures'; readonly figures: readonly ViewFigure[] }
  | {
      readonly is: 'histogram'
      readonly title: string
      readonly note?: string
      readonly buckets: readonly { readonly label: string; readonly count: number; readonly tone?: Tone }[]
    }
  | {
      readonly is: 'table'
      readonly title: string
      readonly columns: readonly string[]
      readonly rows: readonly ViewRow[]
      /** Said when there are no rows. */
      readonly empty: string
    }
  | {
      readonly is: 'spans'
      readonly title: string
      readonly rows: readonly { readonly label: string; readonly object?: KubeObject; readonly spans: readonly ViewSpan[] }[]
      readonly empty: string
    }

/** What a view can look at: the objects that the program watches anyway. It asks the API server nothing. */
export interface ViewWorld {
  /** Wall-clock ms. */
  readonly now: number
  /** Those of the kind that are watched, in no order; none when nobody watches it. */
  list<T extends KubeObject>(kind: GroupVersionKind): readonly T[]
}

/** An operator's own page. */
export interface DashboardView {
  /** Lower case; part of the address. */
  readonly name: string
  readonly title: string
  /** Called whenever somebody looks, at most twice a second: pure, quick, and without secrets. */
  blocks(world: ViewWorld): readonly ViewBlock[]
}
