import { noSuchKey, noSuchOverload } from '../errors.ts'
import { CelMap, type CelValue, Optional } from '../values/value.ts'

/** `value.field`. Of an optional, an optional. */
export function fieldOf(value: CelValue, field: string): CelValue {
  if (value instanceof CelMap) {
    const found = value.get(field)
    if (found === undefined) throw noSuchKey(field)
    return found
  }
  if (value instanceof Optional) return optionalField(value, field)
  throw noSuchKey(field)
}

/** `has(value.field)`. */
export function hasField(value: CelValue, field: string): boolean {
  if (value instanceof CelMap) return value.get(field) !== undefined
  if (value instanceof Optional) return value.value !== undefined && hasField(value.value, field)
  throw noSuchOverload()
}

/** `value.?field`. */
export function optionalField(value: CelValue, field: string): Optional {
  if (value instanceof Optional) return value.value === undefined ? Optional.none : optionalField(value.value, field)
  if (!(value instanceof CelMap)) throw noSuchOverload()
  const found = value.get(field)
  return found === undefined ? Optional.none : new Optional(found)
}
