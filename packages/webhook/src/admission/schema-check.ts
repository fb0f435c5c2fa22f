import { deepEqual, type StatusCause } from '@kubewright/core'
import { worded } from './field-errors.ts'

interface InvalidObject extends Error {
  readonly causes: readonly StatusCause[]
}

const isInvalidObject = (error: unknown): error is InvalidObject =>
  error instanceof Error && error.name === 'InvalidObjectError' && Array.isArray((error as InvalidObject).causes)

/**
 * What the kind's schema says against an object. Of an update what was wrong before and has stayed as it was does not count, as the API server
 * does it (ratcheting): a rule that a newer program brings must not make older objects unchangeable.
 */
export function schemaCauses(parse: (object: unknown) => unknown, object: unknown, old: unknown): readonly StatusCause[] {
  const found = causesOf(parse, object)
  if (found.length === 0 || old === undefined) return found
  const before = causesOf(parse, old)
  return found.filter(
    (cause) => !before.some((known) => known.field === cause.field && known.message === cause.message && same(object, old, cause.field)),
  )
}

function causesOf(parse: (object: unknown) => unknown, object: unknown): readonly StatusCause[] {
  try {
    parse(object)
    return []
  } catch (error) {
    if (!isInvalidObject(error)) throw error
    return error.causes.map(worded)
  }
}

function same(a: unknown, b: unknown, field = ''): boolean {
  return deepEqual(valueAt(a, field), valueAt(b, field))
}

/** By the field's text, as causes write it: `spec.rules[0]`, `spec.labels["a/b"]`. */
function valueAt(object: unknown, field: string): unknown {
  const parts = [...field.matchAll(/\[(\d+)\]|\["((?:[^"\\]|\\.)*)"\]|([^.[\]]+)/g)].map(
    ([, index, quoted, name]) => index ?? quoted ?? name!,
  )
  return parts.reduce<unknown>((value, part) => {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined
    return (value as Readonly<Record<string, unknown>>)[part]
  }, object)
}
