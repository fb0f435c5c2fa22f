/** Vault's own storage limits are larger; a path of this length is no path that anybody wrote. */
const LONGEST_PATH = 512

/**
 * What is wrong with a logical path `mount/…`; `undefined`: nothing. Nothing is decoded and nothing is cleaned here, because Vault would clean
 * it to another path than the one that was judged.
 */
export function problemOfPath(path: string): string | undefined {
  if (path.trim() === '') return 'it is empty'
  if (path.length > LONGEST_PATH) return `it has ${path.length} characters, and may have ${LONGEST_PATH}`
  if (path.startsWith('/') || path.endsWith('/')) return 'it begins or ends with a slash'
  const segments = path.split('/')
  if (segments.length < 2) return 'it names a mount and nothing in it: write MOUNT/PATH, such as secret/my-app'
  for (const segment of segments) {
    const problem = problemOfSegment(segment)
    if (problem !== undefined) return problem
  }
  return undefined
}

export function problemOfSegment(segment: string): string | undefined {
  if (segment === '') return 'it has an empty segment (two slashes in a row)'
  if (/^\.+$/.test(segment)) return 'it has a segment of dots alone'
  if (segment.includes('%')) return 'it has a "%": write the path as it is, without percent-encoding'
  // Look-alikes of dots and slashes, blanks that nobody sees, and control characters are all outside of these.
  if (!/^[A-Za-z0-9._~@:+=,-]+$/.test(segment)) return 'it may have letters, digits and ._~@:+=,- between slashes'
  return undefined
}
