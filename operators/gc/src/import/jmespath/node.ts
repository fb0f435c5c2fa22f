/** The part of JMESPath that conditions of other programs are written in. */
export type Node =
  | { readonly is: 'path'; readonly steps: readonly Step[] }
  | { readonly is: 'literal'; readonly value: unknown }
  | { readonly is: 'compare'; readonly operator: Comparator; readonly left: Node; readonly right: Node }
  | { readonly is: 'and' | 'or'; readonly left: Node; readonly right: Node }
  | { readonly is: 'not'; readonly of: Node }
  | { readonly is: 'call'; readonly name: string; readonly args: readonly Node[] }

/** A field, the place in a list, or the whole list (`[]`, which only counts at the end). */
export type Step = string | number | typeof EVERY
export const EVERY = Symbol('[]')

export const COMPARATORS = ['==', '!=', '<=', '>=', '<', '>'] as const
export type Comparator = (typeof COMPARATORS)[number]

/** The expression says something that is not translated, or is none. */
export class JmesPathError extends Error {
  override readonly name = 'JmesPathError'
}
