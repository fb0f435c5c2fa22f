import { isJsonObject, type JsonObject } from './json-object.ts'

/** `$patch: delete` or `replace`: what to do with the object that it stands in, or with the list of which that object is an item. */
export const PATCH = '$patch'
/** `$retainKeys: [a, b]`: every other key of the object goes. */
export const RETAIN_KEYS = '$retainKeys'
/** `$deleteFromPrimitiveList/x: [1]`: these go from the list of scalars `x`. */
export const DELETE_FROM_LIST = '$deleteFromPrimitiveList'
/** `$setElementOrder/x: [...]`: the order of the list `x`, whose items are named in it by value or merge key. */
export const SET_ORDER = '$setElementOrder'

/** The list that a directive such as `$setElementOrder/x` is about; `undefined` for another key, `""` when it does not say. */
export function listOf(directive: string, key: string): string | undefined {
  if (!key.startsWith(directive)) return undefined
  return key[directive.length] === '/' ? key.slice(directive.length + 1) : ''
}

const isDirective = (key: string): boolean =>
  key === PATCH || key === RETAIN_KEYS || key.startsWith(DELETE_FROM_LIST) || key.startsWith(SET_ORDER)

/**
 * What a patch's value leaves behind where there was nothing to merge it with: itself, less its directives and nulls. `undefined`: nothing,
 * as an object with `$patch` only says what to do with what is there.
 */
export function settled(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(settled).filter((item) => item !== undefined)
  if (!isJsonObject(value)) return value
  return Object.hasOwn(value, PATCH) ? undefined : cleaned(value, settled)
}

/**
 * What a patch's value leaves behind where it replaces what was there: as {@link settled}, but nothing in it can be told to go any more, so an object
 * with `$patch` stays without it. kube-apiserver's decoding has that effect.
 */
export function withoutDirectives(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutDirectives)
  return isJsonObject(value) ? cleaned(value, withoutDirectives) : value
}

function cleaned(object: JsonObject, clean: (value: unknown) => unknown): JsonObject {
  return Object.fromEntries(
    Object.entries(object).flatMap(([key, value]) => {
      const result = isDirective(key) || value === null ? undefined : clean(value)
      return result === undefined ? [] : [[key, result]]
    }),
  )
}
