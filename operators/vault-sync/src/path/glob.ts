/**
 * Whether the whole text is what the pattern stands for: `*` is any part of it, and everything else is itself. In steps proportional to the one times
 * the other, which a regular expression with several stars does not promise.
 */
export function matchesGlob(pattern: string, text: string): boolean {
  // Where the last `*` was, and how much of the text it has taken in: to give it one character more is the only way back that is ever needed.
  let [p, t, star, taken] = [0, 0, -1, 0]
  while (t < text.length) {
    if (pattern[p] === '*') {
      star = p++
      taken = t
    } else if (pattern[p] === text[t]) {
      p++
      t++
    } else if (star >= 0) {
      p = star + 1
      t = ++taken
    } else return false
  }
  while (pattern[p] === '*') p++
  return p === pattern.length
}
