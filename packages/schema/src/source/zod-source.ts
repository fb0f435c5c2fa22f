import { isJsonObject } from '../json.ts'
import type { StructuralSchema, ValidationRule } from '../structural/structural.ts'
import { indent, literal, propertyName, quoted } from './literal.ts'

/** Writes zod for schemas, and remembers which names of the package it used. */
export interface ZodWriter {
  expression(schema: StructuralSchema, path: string): string
  /** Names to import beside `z`. */
  readonly helpers: ReadonlySet<string>
}

/** A part of a schema that a definition cannot say. */
export class UnwritableSchemaError extends Error {
  override readonly name = 'UnwritableSchemaError'
}

export function zodWriter(): ZodWriter {
  const helpers = new Set<string>()
  const use = (helper: string) => {
    helpers.add(helper)
    return helper
  }

  /** What it is, then what it is called, then what may be absent: the order in which the methods must come. */
  const expression = (schema: StructuralSchema, path: string): string => {
    const metadata = metadataOf(schema)
    const bare = bareExpression(schema, path)
    const described = schema.description === undefined ? bare : `${bare}.describe(${quoted(schema.description)})`
    const marked = Object.keys(metadata).length === 0 ? described : `${described}.meta(${literal(metadata)})`
    const ruled = (schema['x-kubernetes-validations'] ?? []).reduce(
      (inner, rule) => `${use('cel')}(${inner}, ${ruleArguments(rule)})`,
      marked,
    )
    // No null is accepted where values are listed, whatever the schema says.
    return schema.nullable === true && schema.enum === undefined ? `${ruled}.nullable()` : ruled
  }

  const bareExpression = (schema: StructuralSchema, path: string): string => {
    if (schema['x-kubernetes-int-or-string'] === true) return `${use('intOrString')}()`
    if (schema.enum !== undefined) return enumExpression(schema.enum, path)
    switch (schema.type) {
      case 'string':
        return textExpression(schema)
      case 'integer':
        return `${schema.format === 'int32' ? 'z.int32()' : 'z.int()'}${bounds(schema)}`
      case 'number':
        return `z.number()${bounds(schema)}`
      case 'boolean':
        return 'z.boolean()'
      case 'array':
        return listExpression(schema, path)
      case 'object':
        return objectExpression(schema, path)
      default:
        if (schema['x-kubernetes-preserve-unknown-fields'] === true) return 'z.unknown()'
        throw new UnwritableSchemaError(`${path}: the schema has no type: it is not structural`)
    }
  }

  const listExpression = (schema: StructuralSchema, path: string): string => {
    if (schema.items === undefined) throw new UnwritableSchemaError(`${path}: a list without "items" is not structural`)
    const items = expression(schema.items, `${path}[]`)
    const { minItems: min, maxItems: max } = schema
    const options = min === undefined && max === undefined ? [] : [literal({ min, max })]
    const keys = schema['x-kubernetes-list-map-keys']
    if (schema['x-kubernetes-list-type'] === 'map' && keys !== undefined)
      return `${use('listMap')}(${[items, literal(keys), ...options].join(', ')})`
    if (schema['x-kubernetes-list-type'] === 'set') return `${use('listSet')}(${[items, ...options].join(', ')})`
    const list = `z.array(${items})${min === undefined ? '' : `.min(${literal(min)})`}${max === undefined ? '' : `.max(${literal(max)})`}`
    return schema['x-kubernetes-list-type'] === 'atomic' ? `${use('atomic')}(${list})` : list
  }

  const objectExpression = (schema: StructuralSchema, path: string): string => {
    const atomically = (object: string) => (schema['x-kubernetes-map-type'] === 'atomic' ? `${use('atomic')}(${object})` : object)
    const values: unknown = schema.additionalProperties
    if (values === true) return atomically('z.record(z.string(), z.unknown())')
    if (isJsonObject(values)) return atomically(`z.record(z.string(), ${expression(values as StructuralSchema, `${path}{}`)})`)
    const fields = Object.entries(schema.properties ?? {}).map(([name, field]) => fieldSource(schema, name, field, path))
    const shape = fields.length === 0 ? '{}' : `{\n${indent(fields.join('\n'))}\n}`
    return atomically(`${schema['x-kubernetes-preserve-unknown-fields'] === true ? 'z.looseObject' : 'z.object'}(${shape})`)
  }

  const fieldSource = (object: StructuralSchema, name: string, field: StructuralSchema, path: string): string => {
    const value = expression(field, `${path}.${name}`)
    if (field.default !== undefined) {
      // Within objects and lists the API server fills in further defaults: that is what prefault does.
      const method = typeof field.default === 'object' && field.default !== null ? 'prefault' : 'default'
      return `${propertyName(name)}: ${value}.${method}(${literal(field.default)}),`
    }
    return `${propertyName(name)}: ${value}${object.required?.includes(name) === true ? '' : '.optional()'},`
  }
  return { expression, helpers }
}

/** What zod has no word for. */
function metadataOf(schema: StructuralSchema): Readonly<Record<string, unknown>> {
  const isString = schema.type === 'string'
  const isIntOrString = schema['x-kubernetes-int-or-string'] === true
  const isFloat = schema.type === 'number'
  const numbers = isIntOrString ? { minimum: schema.minimum, maximum: schema.maximum } : {}
  const all = {
    title: schema.title,
    example: schema.example,
    format: isString || isFloat ? schema.format : undefined,
    pattern: isIntOrString || (isString && (schema.enum !== undefined || !isWritable(schema.pattern))) ? schema.pattern : undefined,
    minProperties: schema.minProperties,
    maxProperties: schema.maxProperties,
    allOf: schema.allOf,
    anyOf: isIntOrString ? undefined : schema.anyOf,
    oneOf: schema.oneOf,
    not: schema.not,
    ...numbers,
    'x-kubernetes-embedded-resource': schema['x-kubernetes-embedded-resource'],
    'x-kubernetes-preserve-unknown-fields':
      schema.type === 'object' || schema.type === undefined ? undefined : schema['x-kubernetes-preserve-unknown-fields'],
    'x-kubernetes-map-type': schema['x-kubernetes-map-type'] === 'granular' ? 'granular' : undefined,
  }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
}

function textExpression({ minLength, maxLength, pattern }: StructuralSchema): string {
  const least = minLength === undefined ? '' : `.min(${literal(minLength)})`
  const most = maxLength === undefined ? '' : `.max(${literal(maxLength)})`
  return `z.string()${least}${most}${pattern !== undefined && isWritable(pattern) ? `.regex(${new RegExp(pattern).toString()})` : ''}`
}

/** RE2 knows flags within a pattern, classes by name and anchors that JavaScript does not: those stay with the API server. */
function isWritable(pattern: string | undefined): boolean {
  if (pattern === undefined || pattern === '' || /\(\?[a-zA-Z<-]|\[\[:|\\[AzQEpPCa]|\(\?<?[=!]|\\x\{|\\u/.test(pattern)) return false
  try {
    new RegExp(pattern)
    return true
  } catch {
    // JavaScript's own verdict is the answer.
    return false
  }
}

function enumExpression(values: NonNullable<StructuralSchema['enum']>, path: string): string {
  const present = values.filter((value) => value !== null)
  if (present.length === 0) throw new UnwritableSchemaError(`${path}: an enum without values`)
  return present.every((value) => typeof value === 'string') ? `z.enum(${literal(present)})` : `z.literal(${literal(present)})`
}

function bounds({ minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf }: StructuralSchema): string {
  return [
    minimum === undefined ? '' : `.${exclusiveMinimum === true ? 'gt' : 'min'}(${literal(minimum)})`,
    maximum === undefined ? '' : `.${exclusiveMaximum === true ? 'lt' : 'max'}(${literal(maximum)})`,
    multipleOf === undefined ? '' : `.multipleOf(${literal(multipleOf)})`,
  ].join('')
}

export function ruleArguments({ rule, ...options }: ValidationRule): string {
  return Object.keys(options).length === 0 ? quoted(rule) : `${quoted(rule)}, ${literal(options)}`
}
