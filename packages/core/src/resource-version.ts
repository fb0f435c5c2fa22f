const DECIMAL = /^(0|[1-9][0-9]*)$/

/** Whether `text` can be compared with {@link compareResourceVersions}: decimal digits without leading zeros. */
export function isResourceVersion(text: string): boolean {
  return DECIMAL.test(text)
}

/**
 * Orders two resource versions of one resource: negative when `a` is older, 0 when they are the same, positive when `a` is newer. `""` and
 * `"0"` ("whatever there is") are both lowest. They are compared as text (KEP-5504): an aggregated API server may count in 128 bits, and a
 * JavaScript number is exact to 53 only.
 *
 * Versions of objects of different resources have no order.
 * @throws Error when one is no decimal number.
 */
export function compareResourceVersions(a: string, b: string): number {
  const left = comparable(a)
  const right = comparable(b)
  if (left.length !== right.length) return left.length < right.length ? -1 : 1
  if (left === right) return 0
  return left < right ? -1 : 1
}

function comparable(text: string): string {
  if (text === '') return '0'
  if (isResourceVersion(text)) return text
  throw new Error(
    `resourceVersion "${text}" cannot be compared: it is no decimal number without leading zeros (the API server must follow KEP-5504)`,
  )
}
