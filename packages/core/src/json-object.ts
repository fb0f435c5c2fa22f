/** A JSON object, as opposed to a list, a scalar or null. */
export type JsonObject = Readonly<Record<string, unknown>>

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The value of the object's own property: `constructor` is no key of `{}`. */
export function ownValue(object: JsonObject, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined
}

/** A copy with one property set. A spread defines, it does not assign: `__proto__` becomes a property like any other. */
export function withProperty(object: JsonObject, key: string, value: unknown): JsonObject {
  return { ...object, [key]: value }
}

export function withoutProperty(object: JsonObject, key: string): JsonObject {
  const { [key]: _, ...rest } = object
  return rest
}
