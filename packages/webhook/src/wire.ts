/** A JSON object, as it comes off the wire. */
export type JsonRecord = Record<string, unknown>

export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * A copy that nobody shares, as it would be on the wire: `undefined` is gone, dates are text. By hand, because writing and reading it as text takes
 * five times as long, and is done twice for every object that is admitted.
 * @throws TypeError for what JSON has no words for (a bigint), RangeError for what contains itself
 */
export function wireCopy<T>(value: T): T {
  return copied(value, '') as T
}

function copied(value: unknown, key: string): unknown {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value
    case 'number':
      // -0 is 0, and what is no number is null.
      return Number.isFinite(value) ? value + 0 : null
    case 'object':
      return value === null ? null : copiedObject(value, key)
    case 'bigint':
      throw new TypeError(`${key === '' ? 'the object' : `"${key}"`} is a bigint, which JSON has not: make it a number or a text`)
    default:
      return undefined
  }
}

function copiedObject(value: object, key: string): unknown {
  if ('toJSON' in value && typeof value.toJSON === 'function')
    return copied((value.toJSON as (key: string) => unknown).call(value, key), key)
  if (Array.isArray(value)) return Array.from(value, (item, index) => copied(item, String(index)) ?? null)
  if (value instanceof String || value instanceof Number || value instanceof Boolean) return copied(value.valueOf(), key)
  const result: JsonRecord = {}
  for (const name of Object.keys(value)) {
    const item = copied((value as JsonRecord)[name], name)
    if (item === undefined) continue
    // An own field of that name, and not the prototype.
    if (name === '__proto__') Object.defineProperty(result, name, { value: item, enumerable: true, configurable: true, writable: true })
    else result[name] = item
  }
  return result
}
