/** kube-apiserver's bounds, in characters: beyond the first every text is cut to the second, and what is then still too much goes. */
const MOST_CHARACTERS = 4096
const CUT_TO = 256

/** `Warning` headers as RFC 7234 has them. A text with control characters is left out, as kube-apiserver does it: headers have no form for it. */
export function warningHeaders(texts: Iterable<string>): readonly string[] {
  const said = [...texts].filter((text) => text !== '' && !/\p{Cc}/u.test(text)).map((text) => [...text])
  const total = said.reduce((sum, { length }) => sum + length, 0)
  if (total <= MOST_CHARACTERS) return said.map(header)
  const cut: string[] = []
  let written = 0
  for (const text of said.map((each) => each.slice(0, CUT_TO))) {
    if (written >= MOST_CHARACTERS) break
    written += text.length
    cut.push(header(text))
  }
  return cut
}

/** Headers are bytes, which Node takes as Latin-1: other letters than ASCII's go as the bytes of their UTF-8. */
const header = (characters: readonly string[]): string =>
  Buffer.from(`299 - "${characters.join('').replace(/[\\"]/g, '\\$&')}"`, 'utf8').toString('latin1')
