import { deepEqual } from '@kubewright/core'
import { childSchema, isJsonMap, type Json, type JsonMap, type Schema } from '../schema.ts'
import { findByKeys } from '../validator.ts'

/** A part of an object, and the same part of the object before. */
export interface Pair {
  readonly value: Json
  readonly old: Json
  readonly schema: Schema
}

/** What is known of a part's past: the part itself, if it can be told which it was, and the nearest part around it of which that can be said. */
export interface Correlation {
  readonly current?: Pair | undefined
  readonly nearest?: Pair | undefined
}

/** Whether the part, or the least around it that has a past, is as it was: then what is wrong in it was wrong before (KEP-4008, "ratcheting"). */
export function isUnchanged({ current, nearest }: Correlation): boolean {
  const known = current ?? nearest
  return known !== undefined && sameValue(known.value, known.old, known.schema)
}

/** Of the part under a key. */
export function correlatedKey(correlation: Correlation, key: string): Correlation {
  const { current, nearest } = correlation
  if (current === undefined) return correlation
  // Both versions were read as one and the same, so that a change of these two cannot be seen.
  if (nearest === undefined && (key === 'apiVersion' || key === 'kind')) return {}
  const { value, old, schema } = current
  const below = childSchema(schema, key)
  const isKnown = below !== undefined && isJsonMap(value) && isJsonMap(old) && Object.hasOwn(value, key) && Object.hasOwn(old, key)
  return { current: isKnown ? { value: value[key]!, old: old[key]!, schema: below } : undefined, nearest: current }
}

/** Of an item. */
export function correlatedItem(correlation: Correlation, item: Json): Correlation {
  const { current } = correlation
  if (current === undefined) return correlation
  const { old, schema } = current
  const before = schema.items === undefined ? undefined : oldItem(old, item, schema)
  return { current: before === undefined ? undefined : { value: item, old: before, schema: schema.items! }, nearest: current }
}

/** The item as it was: only keyed lists say which one that is. */
export function oldItem(old: Json | undefined, item: Json, schema: Schema): Json | undefined {
  const keys = schema['x-kubernetes-list-type'] === 'map' ? schema['x-kubernetes-list-map-keys'] : undefined
  return keys !== undefined && Array.isArray(old) ? findByKeys(old, item, keys) : undefined
}

/** The order of a keyed list is no part of its value. */
function sameValue(value: Json, old: Json, schema: Schema): boolean {
  if (Array.isArray(value) && Array.isArray(old)) {
    const { items } = schema
    if (items === undefined || schema['x-kubernetes-list-type'] !== 'map') return deepEqual(value, old)
    return (
      value.length === old.length &&
      value.every((item) => {
        const before = oldItem(old, item, schema)
        return before !== undefined && sameValue(item, before, items)
      })
    )
  }
  if (isJsonMap(value) && isJsonMap(old)) return sameMap(value, old, schema)
  return deepEqual(value, old)
}

function sameMap(value: JsonMap, old: JsonMap, schema: Schema): boolean {
  const keys = Object.keys(value)
  return (
    keys.length === Object.keys(old).length &&
    keys.every((key) => {
      const below = childSchema(schema, key)
      // What the schema does not know has no past.
      return below !== undefined && Object.hasOwn(old, key) && sameValue(value[key]!, old[key]!, below)
    })
  )
}
