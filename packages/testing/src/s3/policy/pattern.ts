/** `*` is any text, `?` one character. */
export function matchesPattern(pattern: string, text: string): boolean {
  // Two positions to come back to instead of a regular expression: a policy of many stars must not take exponential time.
  let at = 0
  let star = -1
  let resume = 0
  for (let i = 0; i < text.length; ) {
    if (at < pattern.length && (pattern[at] === '?' || pattern[at] === text[i]) && pattern[at] !== '*') {
      at++
      i++
    } else if (pattern[at] === '*') {
      star = at++
      resume = i
    } else if (star >= 0) {
      at = star + 1
      i = ++resume
    } else return false
  }
  while (pattern[at] === '*') at++
  return at === pattern.length
}

/** Names of actions are the same in any case. */
export const matchesAction = (pattern: string, action: string) => matchesPattern(pattern.toLowerCase(), action.toLowerCase())
