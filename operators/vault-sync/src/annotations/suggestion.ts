/** More differences than this are another word and no slip. */
const FAR = 3

/** The known word that the given one is a slip of; `undefined` when none is near. */
export function suggestionFor(word: string, known: readonly string[]): string | undefined {
  const lowered = word.toLowerCase().replaceAll('_', '-')
  let best: string | undefined
  let least = Math.min(FAR, Math.max(1, Math.floor(word.length / 2)))
  for (const each of known) {
    const distance = editDistance(lowered, each.toLowerCase())
    if (distance > least || (distance === least && best !== undefined)) continue
    best = each
    least = distance
  }
  return best
}

/** ` (did you mean "x"?)`, or nothing. */
export function didYouMean(word: string, known: readonly string[]): string {
  const suggestion = suggestionFor(word, known)
  return suggestion === undefined ? '' : ` (did you mean "${suggestion}"?)`
}

/** Levenshtein's. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(replaced, row[j]! + 1, next[j - 1]! + 1))
    }
    row = next
  }
  return row[b.length]!
}
