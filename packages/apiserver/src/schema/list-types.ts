import { deepEqual, type StatusCause } from '@kubewright/core'
import { duplicateError } from './field-error.ts'
import { childPath } from './path.ts'
import { childSchema, isJsonMap, type Json, type Schema } from './schema.ts'

/** Items that a `set` or `map` list has twice. Each value is reported once, however often it comes. */
export function checkListTypes(value: Json, schema: Schema, path: string): StatusCause[] {
  if (Array.isArray(value)) {
    const { items } = schema
    return [
      ...duplicates(value, schema, path),
      ...(items ? value.flatMap((item, index) => checkListTypes(item, items, `${path}[${index}]`)) : []),
    ]
  }
  if (!isJsonMap(value)) return []
  return Object.entries(value).flatMap(([key, each]) => {
    const child = childSchema(schema, key)
    return child ? checkListTypes(each, child, childPath(path, key)) : []
  })
}

function duplicates(list: readonly Json[], schema: Schema, path: string): StatusCause[] {
  const type = schema['x-kubernetes-list-type']
  if (type !== 'set' && type !== 'map') return []
  const keys = schema['x-kubernetes-list-map-keys'] ?? []
  const identities = list.map((item) => (type === 'set' || !isJsonMap(item) ? item : pick(item, keys)))
  const seen: { readonly identity: Json; reported: boolean }[] = []
  return identities.flatMap((identity, index) => {
    const before = seen.find((each) => deepEqual(each.identity, identity))
    if (before === undefined) {
      seen.push({ identity, reported: false })
      return []
    }
    if (before.reported) return []
    before.reported = true
    return [duplicateError(`${path}[${index}]`, identity)]
  })
}

function pick(item: { readonly [key: string]: Json }, keys: readonly string[]): Json {
  return Object.fromEntries(keys.flatMap((key) => (Object.hasOwn(item, key) ? [[key, item[key]!] as const] : [])))
}
