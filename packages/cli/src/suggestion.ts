/** ` (did you mean "x"?)` when one of the names is a slip of the finger or two away, else nothing. */
export function didYouMean(wrong: string, names: Iterable<string>): string {
  const name = closest(wrong, names)
  return name === undefined ? '' : ` (did you mean "${name}"?)`
}

/** The name that was probably meant: the nearest one that differs in no more than a third of its letters. Case, dashes and underscores do not count. */
export function closest(wrong: string, names: Iterable<string>): string | undefined {
  const given = plain(wrong)
  let best: { readonly name: string; readonly slips: number } | undefined
  for (const name of names) {
    const slips = slipsBetween(given, plain(name))
    if (slips <= Math.max(given.length, name.length) / 3 && slips < (best?.slips ?? Number.POSITIVE_INFINITY)) best = { name, slips }
  }
  return best?.name
}

const plain = (name: string): string => name.toLowerCase().replaceAll(/[-_]/g, '')

/** Letters that are missing, too much, wrong, or in the place of their neighbour (optimal string alignment): the slips that fingers make. */
function slipsBetween(a: string, b: string): number {
  let beforeLast: readonly number[] = []
  let last: readonly number[] = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row++) {
    const current = [row]
    for (let column = 1; column <= b.length; column++) {
      const isSame = a[row - 1] === b[column - 1]
      const isSwapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]
      current[column] = Math.min(
        last[column]! + 1,
        current[column - 1]! + 1,
        last[column - 1]! + (isSame ? 0 : 1),
        isSwapped ? beforeLast[column - 2]! + 1 : Number.POSITIVE_INFINITY,
      )
    }
    beforeLast = last
    last = current
  }
  return last[b.length]!
}
