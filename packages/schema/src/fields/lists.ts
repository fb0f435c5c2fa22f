import { deepEqual } from '@kubewright/core'
import { z } from 'zod'
import { isJsonObject } from '../json.ts'
import { HELD_BY_SERVER } from '../structural/checks.ts'

/** How the items of a list field are told apart and bounded. */
export interface ListOptions {
  /** Fewest items. */
  readonly min?: number
  /** Most items. CEL rules in the items cost less with a bound, and without one the API server may refuse them. */
  readonly max?: number
}

/**
 * A list whose items are known by their keys, such as ports by name: no two items have the same, server-side apply merges item by item, and rules
 * in it may compare an item with its old self. Each key is a scalar field of the item, required or with a default.
 */
export function listMap<Item extends z.ZodObject, Key extends keyof z.output<Item> & string>(
  item: Item,
  keys: readonly [Key, ...Key[]],
  options: ListOptions = {},
) {
  const identity = (value: unknown) => (isJsonObject(value) ? keys.map((key) => value[key]) : value)
  return bounded(z.array(item), options)
    .refine((items) => !hasTwins(items.map(identity)), {
      error: `has two items with the same ${keys.join(' and ')}`,
      params: HELD_BY_SERVER,
    })
    .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': [...keys] })
}

/** A list that has each item once, in no order that matters: server-side apply merges it. */
export function listSet<Item extends z.ZodType>(item: Item, options: ListOptions = {}) {
  return bounded(z.array(item), options)
    .refine((items) => !hasTwins(items), { error: 'has an item twice', params: HELD_BY_SERVER })
    .meta({ 'x-kubernetes-list-type': 'set' })
}

/** A list, map or object that server-side apply replaces as a whole: it has one owner. */
export function atomic<Schema extends z.ZodArray | z.ZodRecord | z.ZodObject>(schema: Schema): Schema {
  const keyword = schema.def.type === 'array' ? 'x-kubernetes-list-type' : 'x-kubernetes-map-type'
  return schema.meta({ ...schema.meta(), [keyword]: 'atomic' }) as Schema
}

function bounded<Item extends z.ZodType>(list: z.ZodArray<Item>, { min, max }: ListOptions): z.ZodArray<Item> {
  const atLeast = min === undefined ? list : list.min(min)
  return max === undefined ? atLeast : atLeast.max(max)
}

function hasTwins(items: readonly unknown[]): boolean {
  const scalars = items.map((item) => (typeof item === 'object' ? undefined : `${typeof item} ${String(item)}`))
  if (scalars.every((text) => text !== undefined)) return new Set(scalars).size < items.length
  return items.some((item, index) => items.slice(0, index).some((before) => deepEqual(before, item)))
}
