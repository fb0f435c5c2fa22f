import type { z } from 'zod'
import { DefinitionError } from '../definition-error.ts'
import { holderOf } from './checks.ts'
import { defaultValue } from './default-value.ts'
import { checkListType } from './list-type.ts'
import { keywordsOf, rulesOf } from './metadata.ts'
import { lengthBounds, numberSchema, stringSchema } from './scalar.ts'
import type { StructuralSchema } from './structural.ts'
import { choiceOf, flatUnion } from './union.ts'

type Scalar = string | number | boolean

/**
 * The structural schema that makes an API server accept what the zod schema accepts. What it could not hold to is refused and not left out:
 * a check that only this process knows would let `kubectl apply` store objects that the operator then cannot read.
 * @throws DefinitionError naming the path and the mend.
 */
export function structuralOf(schema: z.core.$ZodType, path: string, ancestors: readonly z.core.$ZodType[] = []): StructuralSchema {
  if (ancestors.includes(schema))
    throw new DefinitionError(path, 'the schema contains itself: CRDs cannot say that; use anyFields() for the inner part')
  refuseLocalChecks(schema, path)
  const shape = shapeOf(schema, path, [...ancestors, schema])
  const keywords = keywordsOf(schema)
  // A wrapper's rules stand beside those of what it wraps; of all other keywords the wrapper's win.
  const rules = [...(shape['x-kubernetes-validations'] ?? []), ...(keywords['x-kubernetes-validations'] ?? [])]
  const structural = { ...shape, ...keywords, ...(rules.length > 0 && { 'x-kubernetes-validations': rules }) }
  checkListType(structural, path)
  return structural
}

function shapeOf(schema: z.core.$ZodType, path: string, ancestors: readonly z.core.$ZodType[]): StructuralSchema {
  const { def } = (schema as z.core.$ZodTypes)._zod
  const inner = (wrapped: z.core.$ZodType) => structuralOf(wrapped, path, ancestors)
  switch (def.type) {
    case 'string':
      return stringSchema(schema, path)
    case 'number':
      return numberSchema(schema)
    case 'boolean':
      return { type: 'boolean' }
    case 'enum':
      return enumeration(Object.values(def.entries), path)
    case 'literal':
      return enumeration(def.values, path)
    case 'any':
    case 'unknown':
      return { 'x-kubernetes-preserve-unknown-fields': true }
    case 'optional':
    case 'nonoptional':
    case 'readonly':
      return inner(def.innerType)
    case 'nullable':
      return nullable(inner(def.innerType), path)
    case 'default':
    case 'prefault':
      return { ...inner(def.innerType), default: defaultValue(def.innerType, def.type, def.defaultValue, path) }
    case 'array':
      return { type: 'array', items: structuralOf(def.element, `${path}[]`, ancestors), ...lengthBounds(schema) }
    case 'record':
      return record(def, path, ancestors)
    case 'object':
      return object(def, path, ancestors)
    case 'union':
      return union(def, schema, path, ancestors)
    default:
      throw new DefinitionError(
        path,
        `zod's "${def.type}" has no structural form: ${MENDS[def.type] ?? 'use strings, numbers, booleans, objects, arrays and records'}`,
      )
  }
}

const MENDS: Readonly<Record<string, string>> = {
  date: 'objects are JSON; use timestamp() and parse it where it is read',
  bigint: 'use z.int(), or a string with a pattern',
  tuple: 'lists have one type of item; use an object with named fields',
  intersection: 'use one z.object({ ...A.shape, ...B.shape })',
  pipe: 'the API server stores what was sent; transform it where it is read',
  transform: 'the API server stores what was sent; transform it where it is read',
  catch: 'the API server refuses what is invalid; use .default() for what is absent',
  lazy: 'CRDs cannot be recursive; use anyFields() for the inner part',
  null: 'use .nullable() on the type that it otherwise has',
  map: 'use z.record(z.string(), …)',
  set: 'use listSet(…)',
  file: 'objects are JSON; use a string in base64, z.base64()',
}

/** Checks written as functions live in this process alone. Beside a CEL rule that says the same they are welcome. */
function refuseLocalChecks(schema: z.core.$ZodType, path: string): void {
  const { def } = schema._zod
  if ((def as { readonly coerce?: boolean }).coerce === true)
    throw new DefinitionError(path, 'z.coerce accepts here what the API server refuses: use the plain type')
  for (const check of def.checks ?? []) {
    const kind = check._zod.def.check
    if (kind === 'overwrite')
      throw new DefinitionError(path, 'trim, toLowerCase and the like change the value in this process alone: use a pattern')
    if (kind === 'custom' && holderOf(check) === undefined && rulesOf(schema).length === 0) {
      throw new DefinitionError(
        path,
        'refine() is not known to the API server: say the same in CEL, cel(schema, rule, { message, check }), or webhookOnly(schema, check) if only a webhook can hold it',
      )
    }
  }
}

function object(def: z.core.$ZodObjectDef, path: string, ancestors: readonly z.core.$ZodType[]): StructuralSchema {
  const catchall = def.catchall?._zod.def.type
  if (catchall !== undefined && catchall !== 'never' && catchall !== 'unknown' && catchall !== 'any') {
    throw new DefinitionError(path, 'named fields and a type for all others cannot be together: put the others in a record of their own')
  }
  const fields = Object.entries(def.shape)
  const required = fields.filter(([, field]) => field._zod.optin === undefined).map(([name]) => name)
  return {
    type: 'object',
    ...(fields.length > 0 && {
      properties: Object.fromEntries(fields.map(([name, field]) => [name, structuralOf(field, `${path}.${name}`, ancestors)])),
    }),
    ...(required.length > 0 && { required }),
    // A strict object needs no keyword: the API server drops (or, with strict field validation, refuses) unknown fields anyway.
    ...((catchall === 'unknown' || catchall === 'any') && { 'x-kubernetes-preserve-unknown-fields': true }),
  }
}

function record(def: z.core.$ZodRecordDef, path: string, ancestors: readonly z.core.$ZodType[]): StructuralSchema {
  if (def.keyType._zod.def.type !== 'string' || (def.keyType._zod.def.checks ?? []).length > 0) {
    throw new DefinitionError(
      path,
      'CRDs cannot constrain the keys of a map: use z.record(z.string(), …), with a CEL rule for the keys if need be',
    )
  }
  return { type: 'object', additionalProperties: structuralOf(def.valueType, `${path}{}`, ancestors) }
}

function nullable(schema: StructuralSchema, path: string): StructuralSchema {
  // It compares null with each of the values as text, and so refuses it even where null is one of them.
  if (schema.enum !== undefined)
    throw new DefinitionError(
      path,
      'the API server accepts no null where there is a choice of values: use .optional(), or a value that says it, such as "None"',
    )
  return { ...schema, nullable: true }
}

function union(def: z.core.$ZodUnionDef, schema: z.core.$ZodType, path: string, ancestors: readonly z.core.$ZodType[]): StructuralSchema {
  if (keywordsOf(schema)['x-kubernetes-int-or-string'] === true) return { anyOf: [{ type: 'integer' }, { type: 'string' }] }
  const { discriminator } = def as { readonly discriminator?: string }
  if (discriminator !== undefined) return discriminatedUnion(def.options, discriminator, path, ancestors)
  const { options } = def
  const present = options.filter((option) => option._zod.def.type !== 'null')
  if (present.length === 1) return nullable(structuralOf(present[0]!, path, ancestors), path)
  const branches = present.map((option) => structuralOf(option, path, ancestors))
  if (!branches.every((branch) => branch.enum !== undefined)) {
    throw new DefinitionError(
      path,
      'a union of shapes has no structural form: use z.discriminatedUnion(), or one object with oneOfFields(); intOrString() for numbers or percentages',
    )
  }
  const values = enumeration(
    branches.flatMap((branch) => [...branch.enum!]),
    path,
  )
  return present.length < options.length ? nullable(values, path) : values
}

function discriminatedUnion(
  options: readonly z.core.$ZodType[],
  discriminator: string,
  path: string,
  ancestors: readonly z.core.$ZodType[],
): StructuralSchema {
  const branches = options.map((option) => ({
    values: choiceOf(option, discriminator, path),
    schema: structuralOf(option, path, ancestors),
  }))
  return flatUnion(discriminator, branches, path)
}

function enumeration(values: readonly unknown[], path: string): StructuralSchema {
  const types = new Set(values.map((value) => (Number.isInteger(value) ? 'integer' : typeof value)))
  const [type] = types
  if (types.size !== 1 || (type !== 'string' && type !== 'integer' && type !== 'number' && type !== 'boolean')) {
    throw new DefinitionError(path, 'the values of an enum must all be strings, all numbers or all booleans')
  }
  return { type, enum: [...new Set(values as readonly Scalar[])] }
}
