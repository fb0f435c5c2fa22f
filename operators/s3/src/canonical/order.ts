/** By code unit: the same on every machine, which a locale is not. */
export const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** Each text once, in order. */
export const asSet = (items: readonly string[]): readonly string[] => [...new Set(items)].sort(compareText)

/** The items of a list in which the order means nothing. */
export function sortedBy<T>(items: readonly T[], key: (item: T) => string): readonly T[] {
  return items
    .map((item) => ({ item, text: key(item) }))
    .sort((a, b) => compareText(a.text, b.text))
    .map(({ item }) => item)
}
