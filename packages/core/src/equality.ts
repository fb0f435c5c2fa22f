/**
 * Whether two JSON values say the same. A property that is `undefined` counts as absent, as it is on the wire; the order of keys does not
 * count; `NaN` equals itself.
 */
export function deepEqual(a: unknown, b: unknown): boolean {
  if (Object.is(a, b) || a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a) || Array.isArray(b)) {
    return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((item, index) => deepEqual(item, b[index]))
  }
  return sameProperties(a as Record<string, unknown>, b as Record<string, unknown>)
}

function sameProperties(a: Record<string, unknown>, b: Record<string, unknown>): boolean {
  let present = 0
  for (const key of Object.keys(a)) {
    if (a[key] === undefined) continue
    present++
    if (!Object.hasOwn(b, key) || !deepEqual(a[key], b[key])) return false
  }
  for (const key of Object.keys(b)) if (b[key] !== undefined) present--
  return present === 0
}
