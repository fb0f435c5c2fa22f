/** A JSON object, as it comes off the wire. */
export type JsonRecord = Record<string, unknown>

export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A copy that nobody shares, as it would be on the wire: `undefined` is gone, dates are text. */
export function wireCopy<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T
}
