/**
 * The reference tokens of an RFC 6901 JSON pointer; none for `""`, the whole document.
 * @throws Error when it neither is empty nor starts with `/`, or has a `~` that is no `~0` or `~1`.
 */
export function parsePointer(pointer: string): readonly string[] {
  if (pointer === '') return []
  if (!pointer.startsWith('/'))
    throw new Error(`JSON pointer "${pointer}" is malformed: write "" for the whole document, else start with "/"`)
  if (/~(?![01])/.test(pointer)) throw new Error(`JSON pointer "${pointer}" is malformed: write "~0" for "~" and "~1" for "/" in a name`)
  // In this order: "~01" is the name "~1".
  return pointer
    .slice(1)
    .split('/')
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'))
}

/** A JSON pointer from its parts, escaped as RFC 6901 wants it. */
export function formatPointer(tokens: readonly (string | number)[]): string {
  return tokens.map((token) => `/${String(token).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}
