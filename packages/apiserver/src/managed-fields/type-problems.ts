import type { Schema } from '../schema/index.ts'
import { printPath } from './field-set.ts'
import { goLiteral, goType, goValue } from './go-value.ts'
import { isJsonObject, type JsonObject, keyStep, schemaAt } from './shape.ts'

/**
 * Where an applied configuration is not what its schema says, in the words of the real server, which lays no such configuration over anything: a list
 * that has a key twice has no one item that could be merged. Nulls are let through, and fields that the schema does not name are another's affair.
 */
export function typeProblems(value: unknown, schema: Schema | undefined, path: string = ''): readonly string[] {
  if (schema === undefined || value === null || value === undefined) return []
  switch (scalarOf(schema)) {
    case 'string':
      return typeof value === 'string' ? [] : [`${path}: expected string, got &value.valueUnstructured{Value:${goLiteral(value)}}`]
    case 'number':
      return typeof value === 'number' ? [] : [`${path}: expected numeric (int or float), got ${goType(value)}`]
    case 'boolean':
      return typeof value === 'boolean' ? [] : [`${path}: expected boolean, got &{${goValue(value)}}`]
    case 'any scalar':
      return typeof value === 'object' ? [`${path}: expected any scalar, got &{${goValue(value)}}`] : []
    case undefined:
      return inContainer(value, schema, path)
  }
}

type Scalar = 'string' | 'number' | 'boolean' | 'any scalar'

function scalarOf({ type, format, anyOf }: Schema): Scalar | undefined {
  // A quantity.
  if (type === undefined) return anyOf?.every((each) => each.type === 'string' || each.type === 'number') ? 'any scalar' : undefined
  if (type === 'integer' || type === 'number') return 'number'
  // Of times the real server looks no further than that they are no containers.
  if (type === 'string') return format === 'date-time' ? 'any scalar' : 'string'
  return type === 'boolean' ? 'boolean' : undefined
}

function inContainer(value: unknown, schema: Schema, path: string): readonly string[] {
  if (schema.type === 'array')
    return Array.isArray(value) ? inList(value, schema, path) : [`${path}: expected list, got &{${goValue(value)}}`]
  if (schema.type !== 'object') return []
  if (!isJsonObject(value)) return [`${path}: expected map, got &{${goValue(value)}}`]
  return Object.keys(value)
    .sort()
    .flatMap((name) => typeProblems(value[name], schemaAt(schema, `f:${name}`), `${path}.${name}`))
}

function inList(list: readonly unknown[], schema: Schema, path: string): readonly string[] {
  const problems: string[] = []
  const seen = new Set<string>()
  for (const [index, item] of list.entries()) {
    const place = placeOf(item, index, schema)
    // Without its place nothing can be told of it, nor of those that follow.
    if ('problem' in place) return [...problems, `${path}: element ${index}: ${place.problem}`]
    if (seen.has(place.path)) problems.push(`${path}: duplicate entries for key ${place.path}`)
    seen.add(place.path)
    problems.push(...typeProblems(item, schema.items, `${path}${place.path}`))
  }
  return problems
}

type Place = { readonly path: string } | { readonly problem: string }

function placeOf(item: unknown, index: number, schema: Schema): Place {
  switch (schema['x-kubernetes-list-type']) {
    case 'map':
      return placeOfKeyed(item, schema)
    case 'set':
      if (item === null) return { problem: "associative list without keys has an element that's an explicit null" }
      if (Array.isArray(item)) return { problem: 'not supported: associative list with lists as elements' }
      if (isJsonObject(item)) return { problem: "associative list without keys has an element that's a map type" }
      return { path: printPath([`v:${JSON.stringify(item)}`]) }
    default:
      return { path: `[${index}]` }
  }
}

function placeOfKeyed(item: unknown, schema: Schema): Place {
  if (item === null) return { problem: 'associative list with keys may not have a null element' }
  if (!isJsonObject(item)) return { problem: 'associative list with keys may not have non-map elements' }
  const keys = [...(schema['x-kubernetes-list-map-keys'] ?? [])].sort()
  const step = keyStep(item as JsonObject, keys, schema.items)
  if (step !== 'k:{}') return { path: printPath([step]) }
  const names = keys.map((key) => JSON.stringify(key)).join(' ')
  return {
    problem: `associative list with keys has an element that omits all key fields [${names}] (and doesn't have default values for any key fields)`,
  }
}
