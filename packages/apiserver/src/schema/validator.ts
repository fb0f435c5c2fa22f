import { deepEqual, type StatusCause } from '@kubewright/core'
import { requiredError, unboundError } from './field-error.ts'
import { childPath } from './path.ts'
import { childSchema, isJsonMap, type Json, type JsonMap, type Schema } from './schema.ts'
import { compileTypeCheck } from './type-check.ts'
import {
  type Check,
  compileCountCheck,
  compileEnumCheck,
  compileFormatCheck,
  compileNumberCheck,
  compilePropertyCountCheck,
  compileStringCheck,
} from './value-checks.ts'

/**
 * Checks one node and all below it. `old`, where the object stood before and the node can be told apart in it, silences the errors of what has not
 * changed: stored objects outlive changes of their schema (KEP-4008, "ratcheting").
 */
export type Validator = (value: Json, old: Json | undefined, path: string, errors: StatusCause[]) => void

/**
 * Compiles the rules of a schema in go-openapi's order: type, anyOf/oneOf/allOf/not, string, format, number, list, enum, object.
 * Go walks maps in random order; here errors come in the order of the object.
 */
export function compileValidator(schema: Schema): Validator {
  const type = compileTypeCheck(schema)
  const junctors = compileJunctors(schema)
  const text = compileStringCheck(schema)
  const format = compileFormatCheck(schema)
  const number = compileNumberCheck(schema)
  const values = compileEnumCheck(schema)
  const list = compileList(schema)
  const object = compileObject(schema)
  return (value, old, path, errors) => {
    if (old !== undefined && deepEqual(value, old)) return
    type(value, path, errors)
    if (value !== null) junctors(value, path, errors)
    if (typeof value === 'string') {
      text(value, path, errors)
      format(value, path, errors)
    }
    if (typeof value === 'number') number(value, path, errors)
    if (Array.isArray(value)) list(value, old, path, errors)
    values(value, path, errors)
    if (isJsonMap(value)) object(value, isJsonMap(old) ? old : undefined, path, errors)
  }
}

function compileList(schema: Schema): (value: readonly Json[], old: Json | undefined, path: string, errors: StatusCause[]) => void {
  const items = schema.items === undefined ? undefined : compileValidator(schema.items)
  const counts = compileCountCheck(schema)
  const keys = schema['x-kubernetes-list-type'] === 'map' ? schema['x-kubernetes-list-map-keys'] : undefined
  return (value, old, path, errors) => {
    if (items) {
      // Only the items of a keyed list can be found again in the old one.
      const find = keys && Array.isArray(old) ? (item: Json) => findByKeys(old, item, keys) : () => undefined
      for (const [index, item] of value.entries()) items(item, find(item), `${path}[${index}]`, errors)
    }
    counts(value.length, path, errors)
  }
}

/** The item of a keyed list with the same keys. */
export function findByKeys(list: readonly Json[], item: Json, keys: readonly string[]): Json | undefined {
  if (!isJsonMap(item)) return undefined
  return list.find((each) => isJsonMap(each) && keys.every((key) => deepEqual(each[key], item[key])))
}

function compileObject(schema: Schema): (value: JsonMap, old: JsonMap | undefined, path: string, errors: StatusCause[]) => void {
  const properties = new Map(Object.entries(schema.properties ?? {}).map(([key, each]) => [key, compileValidator(each)]))
  const additional = typeof schema.additionalProperties === 'object' ? compileValidator(schema.additionalProperties) : undefined
  const counts = compilePropertyCountCheck(schema)
  return (value, old, path, errors) => {
    counts(Object.keys(value).length, path, errors)
    for (const [key, each] of Object.entries(value)) {
      const before = old !== undefined && Object.hasOwn(old, key) ? old[key] : undefined
      const validate = properties.get(key) ?? additional
      validate?.(each, before, childPath(path, key), errors)
    }
    for (const key of schema.required ?? []) if (!Object.hasOwn(value, key)) errors.push(requiredError(childPath(path, key)))
  }
}

function compileJunctors(schema: Schema): Check<Json> {
  const checks = [
    ...(schema.anyOf?.length ? [compileAnyOf(schema.anyOf)] : []),
    ...(schema.oneOf?.length ? [compileOneOf(schema.oneOf)] : []),
    ...(schema.allOf?.length ? [compileAllOf(schema.allOf)] : []),
    ...(schema.not ? [compileNot(schema.not)] : []),
  ]
  return (value, path, errors) => {
    for (const check of checks) check(value, path, errors)
  }
}

interface Branch {
  readonly schema: Schema
  readonly validate: Validator
}

const branches = (schemas: readonly Schema[]): readonly Branch[] =>
  schemas.map((schema) => ({ schema, validate: compileValidator(schema) }))

function errorsOf(branch: Branch, value: Json, path: string): StatusCause[] {
  const errors: StatusCause[] = []
  branch.validate(value, undefined, path, errors)
  return errors
}

function compileAnyOf(schemas: readonly Schema[]): Check<Json> {
  const all = branches(schemas)
  return (value, path, errors) => {
    const failures = all.map((branch) => errorsOf(branch, value, path))
    if (failures.some((each) => each.length === 0)) return
    errors.push(unboundError(`"${path}" must validate at least one schema (anyOf)`), ...bestFailure(schemas, failures, value))
  }
}

function compileOneOf(schemas: readonly Schema[]): Check<Json> {
  const all = branches(schemas)
  return (value, path, errors) => {
    const failures = all.map((branch) => errorsOf(branch, value, path))
    const fitting = failures.filter((each) => each.length === 0).length
    if (fitting === 1) return
    const found = fitting === 0 ? 'Found none valid' : `Found ${fitting} valid alternatives`
    errors.push(unboundError(`"${path}" must validate one and only one schema (oneOf). ${found}`))
    if (fitting === 0) errors.push(...bestFailure(schemas, failures, value))
  }
}

function compileAllOf(schemas: readonly Schema[]): Check<Json> {
  const all = branches(schemas)
  return (value, path, errors) => {
    const failures = all.map((branch) => errorsOf(branch, value, path))
    const failed = failures.filter((each) => each.length > 0)
    if (failed.length === 0) return
    const none = failed.length === all.length ? '. None validated' : ''
    errors.push(...failed.flat(), unboundError(`"${path}" must validate all the schemas (allOf)${none}`))
  }
}

function compileNot(schema: Schema): Check<Json> {
  const [branch] = branches([schema]) as [Branch]
  return (value, path, errors) => {
    if (errorsOf(branch, value, path).length === 0) errors.push(unboundError(`"${path}" must not validate the schema (not)`))
  }
}

/** go-openapi explains only the branch that looked at most of the value, the first among equals. */
function bestFailure(schemas: readonly Schema[], failures: readonly StatusCause[][], value: Json): StatusCause[] {
  let best = 0
  for (const index of schemas.keys()) if (visited(schemas[index]!, value) > visited(schemas[best]!, value)) best = index
  return failures[best] ?? []
}

function visited(schema: Schema, value: Json): number {
  if (Array.isArray(value)) return 1 + value.reduce<number>((sum, item) => sum + (schema.items ? visited(schema.items, item) : 0), 0)
  if (!isJsonMap(value)) return 1
  return Object.entries(value).reduce((sum, [key, each]) => {
    const child = childSchema(schema, key)
    return sum + (child ? visited(child, each) : 0)
  }, 1)
}
