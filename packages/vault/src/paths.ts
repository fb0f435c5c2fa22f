import { ConfigurationError } from '@kubewright/core'

/**
 * A logical path as Vault understands it: `a/b/c`. Slashes around it are dropped; nothing is decoded.
 * @throws ConfigurationError for empty, `.` and `..` segments (Vault cleans or redirects them: another path than the one that was checked), for
 * control characters (Vault answers 400 without a word), and for segments with blanks at an end
 */
export function normalizePath(path: string): string {
  const trimmed = path.replace(/^\/+|\/+$/g, '')
  if (trimmed === '') throw new ConfigurationError('vault path: it is empty')
  for (const segment of trimmed.split('/')) {
    const problem = problemOf(segment)
    if (problem !== undefined) throw new ConfigurationError(`vault path ${JSON.stringify(path)}: ${problem}`)
  }
  return trimmed
}

function problemOf(segment: string): string | undefined {
  if (segment === '') return 'it has an empty segment (two slashes in a row)'
  if (segment === '.' || segment === '..') return `it has the segment "${segment}": Vault would resolve it to another path`
  if (/%(2e|2f|5c|00)/i.test(segment)) return 'it has an encoded dot, slash or NUL: write the path as it is, without percent-encoding'
  if (/\p{Cc}|\p{Cf}|\p{Zl}|\p{Zp}/u.test(segment)) return 'it has a character that is not printable'
  if (segment !== segment.trim()) return `its segment ${JSON.stringify(segment)} begins or ends with a blank`
  if (!segment.isWellFormed()) return 'it is not well-formed Unicode'
  return undefined
}

/** The path as it stands in a URL: each segment encoded for itself. */
export function encodePath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/')
}

/** `/v1/` and the parts, each normalised and encoded. */
export function apiPath(...parts: readonly string[]): string {
  return `/v1/${parts.map((part) => encodePath(normalizePath(part))).join('/')}`
}
