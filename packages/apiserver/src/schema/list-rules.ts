import type { StatusCause } from '@kubewright/core'
import { forbiddenError, invalidError, missingError, notSupportedError } from './field-error.ts'
import type { Schema } from './schema.ts'
import type { Visit } from './walk.ts'

const LIST_TYPE = 'x-kubernetes-list-type'
const LIST_MAP_KEYS = 'x-kubernetes-list-map-keys'
const MAP_TYPE = 'x-kubernetes-map-type'

/** The rules of `x-kubernetes-list-type`, `-list-map-keys` and `-map-type`. */
export function checkListRules({ schema, path }: Visit): StatusCause[] {
  return [...checkMapType(schema, path), ...checkListType(schema, path), ...checkKeys(schema, path), ...checkItems(schema, path)]
}

function checkMapType(schema: Schema, path: string): StatusCause[] {
  const type = schema[MAP_TYPE]
  if (type === undefined) return []
  if (schema.type !== 'object') return [invalidError(`${path}.type`, schema.type ?? '', `must be object if ${MAP_TYPE} is specified`)]
  return type === 'atomic' || type === 'granular' ? [] : [notSupportedError(`${path}.${MAP_TYPE}`, type, ['atomic', 'granular'])]
}

function checkListType(schema: Schema, path: string): StatusCause[] {
  const type = schema[LIST_TYPE]
  if (type === undefined) return []
  if (schema.type !== 'array') return [invalidError(`${path}.type`, schema.type ?? '', `must be array if ${LIST_TYPE} is specified`)]
  return ['atomic', 'set', 'map'].includes(type) ? [] : [notSupportedError(`${path}.${LIST_TYPE}`, type, ['atomic', 'set', 'map'])]
}

function checkKeys(schema: Schema, path: string): StatusCause[] {
  const keys = schema[LIST_MAP_KEYS] ?? []
  if (keys.length === 0)
    return schema[LIST_TYPE] === 'map' ? [missingError(`${path}.${LIST_MAP_KEYS}`, `must not be empty if ${LIST_TYPE} is map`)] : []
  if (schema[LIST_TYPE] === undefined) return [missingError(`${path}.${LIST_TYPE}`, `must be map if ${LIST_MAP_KEYS} is non-empty`)]
  const errors: StatusCause[] = []
  if (new Set(keys).size < keys.length) errors.push(invalidError(`${path}.${LIST_MAP_KEYS}`, keys, 'must not contain duplicate entries'))
  const { items } = schema
  if (schema[LIST_TYPE] !== 'map' || items?.type !== 'object') return errors
  if (keys.some((key) => !items.properties?.[key])) {
    errors.push(invalidError(`${path}.${LIST_MAP_KEYS}`, keys, 'entries must all be names of item properties'))
  }
  return [...errors, ...[...new Set(keys)].flatMap((key) => checkKey(items, key, `${path}.items.properties[${key}]`))]
}

/** A key must be there in every item, and comparable. */
function checkKey(items: Schema, key: string, path: string): StatusCause[] {
  const property = items.properties?.[key]
  if (!property) return []
  if (property.type === 'object' || property.type === 'array') {
    return [invalidError(`${path}.type`, property.type, `must be a scalar type if parent array's ${LIST_TYPE} is map`)]
  }
  const why = `this property is in ${LIST_MAP_KEYS}, so it`
  const absent = property.default === undefined && !items.required?.includes(key)
  return [
    ...(property.nullable ? [forbiddenError(`${path}.nullable`, `${why} cannot be nullable`)] : []),
    ...(absent ? [missingError(`${path}.default`, `${why} must have a default or be a required property`)] : []),
  ]
}

function checkItems(schema: Schema, path: string): StatusCause[] {
  const { items } = schema
  const type = schema[LIST_TYPE]
  if (!items || (type !== 'set' && type !== 'map')) return []
  const errors: StatusCause[] = []
  if (items.nullable) errors.push(forbiddenError(`${path}.items.nullable`, `cannot be nullable when ${LIST_TYPE} is ${type}`))
  if (type === 'map' && items.type !== 'object') {
    errors.push(invalidError(`${path}.items.type`, items.type ?? '', `must be object if parent array's ${LIST_TYPE} is map`))
  }
  if (type === 'set' && items.type === 'object' && items[MAP_TYPE] !== 'atomic') {
    errors.push(
      invalidError(`${path}.items.${MAP_TYPE}`, items[MAP_TYPE] ?? null, `must be atomic as item of a list with ${LIST_TYPE}=set`),
    )
  }
  if (type === 'set' && items.type === 'array' && (items[LIST_TYPE] ?? 'atomic') !== 'atomic') {
    errors.push(invalidError(`${path}.items.${LIST_TYPE}`, items[LIST_TYPE], `must be atomic as item of a list with ${LIST_TYPE}=set`))
  }
  return errors
}
