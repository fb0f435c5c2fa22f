/** The texts of `Warning: 299 - "text"` headers, as the API server sends them for deprecated APIs and unknown fields. */
export function warningsOf(header: string | readonly string[] | undefined): readonly string[] {
  if (header === undefined) return []
  const lines = typeof header === 'string' ? [header] : header
  return lines
    .map(readable)
    .flatMap((line) => [...line.matchAll(/\b299 \S+ "((?:[^"\\]|\\.)*)"/g)].map((match) => match[1]!.replace(/\\(.)/g, '$1')))
}

const UTF8 = new TextDecoder('utf-8', { fatal: true })

/** Headers are bytes, read as Latin-1; the API server writes UTF-8. What is no UTF-8 stays as it was read. */
function readable(line: string): string {
  try {
    return UTF8.decode(Buffer.from(line, 'latin1'))
  } catch {
    return line
  }
}
