export interface RequestTarget {
  /** Decoded, once and as a whole; never cleaned. */
  readonly path: string
  readonly query: URLSearchParams
}

const SCHEME_AND_HOST = /^[a-z][a-z\d+.-]*:\/\/[^/?]*/i
const BROKEN_ESCAPE = /%(?![\da-f]{2})/i

/**
 * What a request line asks for, as Go's net/http reads it; `undefined` for what it answers with 400 before anybody has looked. Not a browser's URL:
 * that one resolves `..`, so that the deletion of an object with that name became the deletion of its namespace, and takes `//x/api` for the path
 * `/api` of the host x.
 */
export function requestTarget(uri: string): RequestTarget | undefined {
  const local = uri.replace(SCHEME_AND_HOST, '')
  const at = local.indexOf('?')
  const raw = at < 0 ? local : local.slice(0, at)
  if (BROKEN_ESCAPE.test(raw)) return undefined
  return { path: raw === '' ? '/' : decoded(raw), query: queryOf(at < 0 ? '' : local.slice(at + 1)) }
}

/** Bytes that are no UTF-8 become U+FFFD: no object has such a name, and the lookup says so. */
function decoded(raw: string): string {
  const bytes = raw.replaceAll(/%([\da-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return Buffer.from(bytes, 'latin1').toString()
}

/** Go drops a parameter with a semicolon or a broken escape, and keeps the others. */
function queryOf(text: string): URLSearchParams {
  return new URLSearchParams(
    text
      .split('&')
      .filter((pair) => !pair.includes(';') && !BROKEN_ESCAPE.test(pair))
      .join('&'),
  )
}
