import { isJsonObject } from '../json.ts'
import type { StructuralSchema } from '../structural/structural.ts'

/** A value with one thing wrong. */
export interface Spoilt {
  /** Where, such as `spec.ports[0].name`. */
  readonly path: string
  /** What, such as `below the minimum`. */
  readonly what: string
  /** The whole value. */
  readonly value: unknown
}

/** kube-apiserver accepts these: kube-openapi looks at the type of a list no further when a format is named. */
export const LIST_FOR_FORMATTED_TEXT = 'a list for a text with a format'

const isFormatted = ({ type, format }: StructuralSchema) => type === 'string' && format !== undefined

/**
 * Every way of breaking one constraint of a schema in a value that fits it: wrong types, values beyond each bound, fields left out, items twice,
 * members of a union that exclude each other.
 */
export function spoiltOf(schema: StructuralSchema, value: unknown, path: string): readonly Spoilt[] {
  const at = (what: string, spoilt: unknown): Spoilt => ({ path, what, value: spoilt })
  return [
    ...wrongTypes(schema, value).map((wrong) =>
      at(Array.isArray(wrong) && isFormatted(schema) ? LIST_FOR_FORMATTED_TEXT : 'of another type', wrong),
    ),
    ...ownFaults(schema, value, at),
    ...innerFaults(schema, value, path),
  ]
}

function wrongTypes(schema: StructuralSchema, value: unknown): readonly unknown[] {
  if (schema.type === undefined && schema['x-kubernetes-int-or-string'] !== true) return []
  const others: readonly unknown[] = ['text', 7, 1.5, true, ['item'], { some: 'field' }, null]
  const same = (other: unknown) =>
    Array.isArray(other) === Array.isArray(value) && typeof other === typeof value && (other === null) === (value === null)
  return others.filter((other) => !same(other) || (Number.isInteger(value) && other === 1.5))
}

type Fault = (what: string, spoilt: unknown) => Spoilt

function ownFaults(schema: StructuralSchema, value: unknown, at: Fault): readonly Spoilt[] {
  const faults: Spoilt[] = []
  if (schema.enum !== undefined) faults.push(at('none of the values', typeof schema.enum[0] === 'string' ? 'none-of-them' : 424242))
  if (typeof value === 'number') faults.push(...numberFaults(schema, value, at))
  if (typeof value === 'string') faults.push(...textFaults(schema, value, at))
  if (Array.isArray(value)) faults.push(...listFaults(schema, value, at))
  if (isJsonObject(value)) faults.push(...objectFaults(schema, value, at))
  return faults
}

function numberFaults({ minimum, maximum, multipleOf, format }: StructuralSchema, value: number, at: Fault): readonly Spoilt[] {
  return [
    ...(minimum === undefined ? [] : [at('at the minimum', minimum), at('below the minimum', minimum - 1)]),
    ...(maximum === undefined ? [] : [at('at the maximum', maximum), at('above the maximum', maximum + 1)]),
    ...(multipleOf === undefined ? [] : [at('no multiple', value + multipleOf / 2)]),
    ...(format === 'int32' ? [at('wider than 32 bits', 2 ** 31)] : []),
  ]
}

function textFaults(schema: StructuralSchema, value: string, at: Fault): readonly Spoilt[] {
  const { minLength = 0, maxLength } = schema
  return [
    ...(minLength > 0 ? [at('too short', value.slice(0, minLength - 1))] : []),
    ...(maxLength === undefined ? [] : [at('too long', value.padEnd(maxLength + 1, 'x'))]),
    ...(schema.pattern === undefined && schema.format === undefined && schema.allOf === undefined
      ? []
      : ['', '!', `${value} `, `${value}!`, `x${value}`, value.toUpperCase(), value.slice(1)].map((text) => at('no match', text))),
  ]
}

function listFaults(schema: StructuralSchema, value: readonly unknown[], at: Fault): readonly Spoilt[] {
  const { minItems = 0, maxItems } = schema
  const [first] = value
  return [
    ...(minItems > 0 ? [at('too few items', value.slice(0, minItems - 1))] : []),
    ...(maxItems === undefined || first === undefined
      ? []
      : [
          at(
            'too many items',
            Array.from({ length: maxItems + 1 }, () => first),
          ),
        ]),
    ...(first === undefined ? [] : [at('an item twice', [...value, first]), at('a null among the items', [...value, null])]),
  ]
}

function objectFaults(schema: StructuralSchema, value: Readonly<Record<string, unknown>>, at: Fault): readonly Spoilt[] {
  const { minProperties = 0, maxProperties, properties = {} } = schema
  const [entry] = Object.entries(value)
  const without = (name: string) => Object.fromEntries(Object.entries(value).filter(([key]) => key !== name))
  const known = Object.keys(value).filter((name) => Object.hasOwn(properties, name))
  return [
    ...known.flatMap((name) => [at(`without ${name}`, without(name)), at(`${name} null`, { ...value, [name]: null })]),
    at('an unknown field', { ...value, 'not-a-known-field': 1 }),
    ...(minProperties > 0 ? [at('too few entries', {})] : []),
    ...(maxProperties === undefined || entry === undefined
      ? []
      : [at('too many entries', Object.fromEntries(Array.from({ length: maxProperties + 1 }, (_, index) => [`k${index}`, entry[1]])))]),
  ]
}

function innerFaults(schema: StructuralSchema, value: unknown, path: string): readonly Spoilt[] {
  if (Array.isArray(value)) {
    const { items } = schema
    return items === undefined
      ? []
      : value.flatMap((item, index) =>
          spoiltOf(items, item, `${path}[${index}]`).map((spoilt) => ({ ...spoilt, value: value.with(index, spoilt.value) as unknown })),
        )
  }
  if (!isJsonObject(value)) return []
  return Object.entries(value).flatMap(([key, field]) => {
    const child =
      schema.properties !== undefined && Object.hasOwn(schema.properties, key) ? schema.properties[key] : schema.additionalProperties
    if (child === undefined) return []
    return spoiltOf(child, field, `${path}.${key}`).map((spoilt) => ({ ...spoilt, value: { ...value, [key]: spoilt.value } }))
  })
}
