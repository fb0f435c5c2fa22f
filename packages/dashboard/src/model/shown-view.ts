import type { ViewBlock, ViewCell } from './view.ts'

export type ShownCell = ViewCell

/** A block as it is sent: objects are their ids. */
export type ShownBlock = ViewBlock extends infer B
  ? B extends { readonly rows: readonly (infer R)[] }
    ? Omit<B, 'rows'> & { readonly rows: readonly ShownRow<R>[] }
    : B
  : never

type ShownRow<R> = Omit<R, 'object' | 'cells'> & { readonly object?: string } & (R extends { readonly cells: unknown }
    ? { readonly cells: readonly ShownCell[] }
    : unknown)

export interface ShownView {
  readonly name: string
  readonly title: string
  readonly now: number
  readonly blocks: readonly ShownBlock[]
}
