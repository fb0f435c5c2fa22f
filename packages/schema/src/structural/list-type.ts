import { DefinitionError } from '../definition-error.ts'
import type { StructuralSchema } from './structural.ts'

/** The API server's rules for `set` and `map` lists. @throws DefinitionError */
export function checkListType(list: StructuralSchema, path: string): void {
  const type = list['x-kubernetes-list-type']
  if (type !== 'set' && type !== 'map') return
  const { items } = list
  const refuse = (problem: string): never => {
    throw new DefinitionError(path, problem)
  }
  if (items?.nullable === true) refuse(`items of a list of type ${type} cannot be null: take .nullable() off`)
  if (type === 'set') {
    if (items?.type === 'object' && items['x-kubernetes-map-type'] !== 'atomic')
      refuse('objects in a set must be atomic: listSet(atomic(z.object({ … }))), or listMap(item, keys) to find them by key')
    if (items?.type === 'array' && (items['x-kubernetes-list-type'] ?? 'atomic') !== 'atomic') refuse('lists in a set must be atomic')
    return
  }
  const keys = list['x-kubernetes-list-map-keys'] ?? []
  if (items?.type !== 'object') refuse('the items of a list with keys must be objects')
  if (keys.length === 0) refuse('a list with keys must say which: listMap(item, ["name"])')
  for (const key of keys) checkKey(items!, key, path)
}

/** A key must be there in every item, and be comparable. */
function checkKey(item: StructuralSchema, key: string, path: string): void {
  const field = item.properties?.[key]
  const at = `${path}[].${key}`
  if (field === undefined) throw new DefinitionError(path, `the key "${key}" is no field of the items`)
  if (field.type === 'object' || field.type === 'array') throw new DefinitionError(at, 'a key of the list must be a scalar')
  if (field.nullable === true) throw new DefinitionError(at, 'a key of the list cannot be null: take .nullable() off')
  if (field.default === undefined && item.required?.includes(key) !== true)
    throw new DefinitionError(at, 'a key of the list must be in every item: make it required, or give it a default')
}
