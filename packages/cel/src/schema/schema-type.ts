import { BOOL, type CelType, DOUBLE, type Field, INT, type ListType, type SimpleType } from '../types/type.ts'
import { escapeFieldName } from './field-names.ts'
import type { StructuralSchema } from './structural-schema.ts'

/** The largest request that kube-apiserver takes: no part of an object can be larger. */
const LARGEST_REQUEST = 3 * 1024 * 1024
/** Of a JSON text, its two quotes; of a list or an object, its two brackets. */
const DELIMITERS = 2
const LONGEST_DATE_TIME = 32
const LONGEST_DATE = 12
const LONGEST_DURATION = 32
/** UTF-8 takes up to four bytes for a character, and kube-apiserver reckons in bytes. */
const BYTES_PER_CHARACTER = 4

/** A type, and the fewest bytes of JSON that a value takes: from that follows how many of them a request can hold. */
export interface Declaration {
  readonly type: CelType
  readonly minSize: number
}

/**
 * The type that rules see in a part of a schema; `undefined` for what they do not see at all: what has no type, and lists and maps of such.
 * @param options.root whether `kind`, `apiVersion` and the names in `metadata` are there without being declared. @default false
 */
export function celTypeOf(
  schema: StructuralSchema,
  options: { readonly root?: boolean; readonly name?: string } = {},
): CelType | undefined {
  return declare(schema, options.root ?? false, options.name ?? 'selfType')?.type
}

/** The same with the least size, from which the most that a rule may be repeated is reckoned. */
export function declare(schema: StructuralSchema, root: boolean, name: string): Declaration | undefined {
  if (schema['x-kubernetes-int-or-string']) {
    return {
      type: { kind: 'dyn', maxElements: schema.maxLength === undefined ? LARGEST_REQUEST - DELIMITERS : bytes(schema.maxLength) },
      minSize: 1,
    }
  }
  switch (schema.type) {
    case 'array':
      return declareList(schema, name)
    case 'object':
      return typeof schema.additionalProperties === 'object'
        ? declareMap(schema, schema.additionalProperties, name)
        : declareObject(root ? withMetadata(schema) : schema, name)
    case 'string':
      return declareText(schema)
    case 'boolean':
      return { type: BOOL, minSize: 4 }
    case 'number':
      return { type: DOUBLE, minSize: 1 }
    case 'integer':
      return { type: INT, minSize: 1 }
    default:
      return undefined
  }
}

const bytes = (characters: number): number => Math.max(0, characters) * BYTES_PER_CHARACTER

function declareList(schema: StructuralSchema, name: string): Declaration | undefined {
  const item =
    schema.items === undefined ? undefined : declare(schema.items, schema.items['x-kubernetes-embedded-resource'] ?? false, `${name}.@idx`)
  if (item === undefined) return undefined
  const most = Math.floor((LARGEST_REQUEST - DELIMITERS) / (item.minSize + 1))
  const type: ListType = { kind: 'list', element: item.type, maxElements: Math.max(0, schema.maxItems ?? most), ...unordered(schema) }
  return { type, minSize: DELIMITERS }
}

function unordered(schema: StructuralSchema): Pick<ListType, 'unordered'> {
  if (schema['x-kubernetes-list-type'] === 'set') return { unordered: { by: 'value' } }
  if (schema['x-kubernetes-list-type'] !== 'map') return {}
  const keys = (schema['x-kubernetes-list-map-keys'] ?? []).map((key) => escapeFieldName(key) ?? key)
  return { unordered: { by: 'keys', keys } }
}

/** Of an entry: the quotes of its key, the colon, the comma, and two bytes for the shortest key. */
const ENTRY = 6

function declareMap(schema: StructuralSchema, values: StructuralSchema, name: string): Declaration | undefined {
  const value = declare(values, values['x-kubernetes-embedded-resource'] ?? false, `${name}.@elem`)
  if (value === undefined) return undefined
  const most = Math.floor((LARGEST_REQUEST - DELIMITERS) / (value.minSize + ENTRY))
  return {
    type: { kind: 'map', key: { kind: 'string' }, value: value.type, maxElements: Math.max(0, schema.maxProperties ?? most) },
    minSize: DELIMITERS,
  }
}

/** Of a field: the quotes of its name, the colon and the comma. */
const FIELD = 4

function declareObject(schema: StructuralSchema, name: string): Declaration {
  const fields = new Map<string, Field>()
  let minSize = DELIMITERS
  for (const [key, property] of Object.entries(schema.properties ?? {})) {
    const escaped = escapeFieldName(key)
    const field = declare(property, property['x-kubernetes-embedded-resource'] ?? false, `${name}.${escaped ?? key}`)
    if (field === undefined) continue
    if (escaped !== undefined) fields.set(escaped, { name: key, type: field.type })
    // A default is filled in by the server, and takes no part of the request.
    if (schema.required?.includes(key) && (property.default ?? null) === null)
      minSize += new TextEncoder().encode(key).length + field.minSize + FIELD
  }
  return { type: { kind: 'object', name, fields }, minSize }
}

const TEXT: StructuralSchema = { type: 'string' }

/** The root of a resource, as rules see it. Rules see no other part of its metadata. */
export function withMetadata(schema: StructuralSchema): StructuralSchema {
  const metadata: StructuralSchema = { type: 'object', properties: { name: TEXT, generateName: TEXT } }
  return { ...schema, properties: { ...schema.properties, kind: TEXT, apiVersion: TEXT, metadata } }
}

function declareText({ format, maxLength, enum: values }: StructuralSchema): Declaration {
  const sized = (type: SimpleType, maxElements: number, minSize: number): Declaration => ({ type: { ...type, maxElements }, minSize })
  switch (format) {
    case 'byte':
      return sized({ kind: 'bytes', format }, Math.max(0, maxLength ?? LARGEST_REQUEST - DELIMITERS), DELIMITERS)
    case 'duration':
      return sized({ kind: 'duration', format }, LONGEST_DURATION, 3)
    case 'date':
      return sized({ kind: 'timestamp', format }, LONGEST_DATE, 12)
    case 'date-time':
      return sized({ kind: 'timestamp', format }, LONGEST_DATE_TIME, 21)
    default:
      return sized({ kind: 'string' }, longestText(maxLength, values), DELIMITERS)
  }
}

function longestText(maxLength: number | undefined, values: readonly unknown[] | undefined): number {
  if (maxLength !== undefined) return bytes(maxLength)
  if (values === undefined || values.length === 0) return LARGEST_REQUEST - DELIMITERS
  const texts = values.filter((value) => typeof value === 'string')
  return Math.max(0, ...texts.map((text) => new TextEncoder().encode(text).length))
}
