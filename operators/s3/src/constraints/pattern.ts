/** The author's namespace, in patterns of a Provider. Names of namespaces have no character that means something in a pattern. */
// biome-ignore lint/suspicious/noTemplateCurlyInString: a placeholder of patterns, and not of this text
const NAMESPACE = '${namespace}'

export const filled = (pattern: string, namespace: string): string => pattern.replaceAll(NAMESPACE, namespace)

/**
 * Whether everything that one pattern stands for is in another one too. `*` is any text and `?` one character, as in policies; in what is asked for they
 * are just as well part of a pattern, and only `*` takes in a `*`. Never yes when it is no.
 */
export function covers(allowed: string, asked: string): boolean {
  // Where the last `*` of the allowed one was, and how much of what is asked for it has taken in: one step back is enough, as in every matching of globs.
  let [a, b, star, taken] = [0, 0, -1, 0]
  while (b < asked.length) {
    if (allowed[a] === '*') {
      star = a++
      taken = b
    } else if (a < allowed.length && takesIn(allowed[a]!, asked[b]!)) {
      a++
      b++
    } else if (star >= 0) {
      a = star + 1
      b = ++taken
    } else return false
  }
  while (allowed[a] === '*') a++
  return a === allowed.length
}

const takesIn = (allowed: string, asked: string): boolean => asked !== '*' && (allowed === '?' || allowed === asked)
