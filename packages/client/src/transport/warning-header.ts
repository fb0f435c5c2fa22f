/** The texts of `Warning: 299 - "text"` headers, as the API server sends them for deprecated APIs and unknown fields. */
export function warningsOf(header: string | readonly string[] | undefined): readonly string[] {
  if (header === undefined) return []
  const lines = typeof header === 'string' ? [header] : header
  return lines.flatMap((line) => [...line.matchAll(/\b299 \S+ "((?:[^"\\]|\\.)*)"/g)].map((match) => match[1]!.replace(/\\(.)/g, '$1')))
}
