import type { StructuralSchema } from '../structural/structural.ts'
import type { Arbitrary, FastCheck } from './fast-check.ts'

/** Values that fit a schema, as far as a schema says it: rules in CEL may refuse some of them. */
export function arbitraryOf(fc: FastCheck, schema: StructuralSchema): Arbitrary<unknown> {
  const values = bareArbitrary(fc, schema)
  return schema.nullable === true && schema.enum === undefined ? fc.option(values, { freq: 5 }) : values
}

function bareArbitrary(fc: FastCheck, schema: StructuralSchema): Arbitrary<unknown> {
  if (schema.enum !== undefined) return fc.constantFrom<unknown>(...schema.enum)
  if (schema['x-kubernetes-int-or-string'] === true) return fc.oneof(fc.integer({ min: 0, max: 65535 }), texts(fc, schema))
  switch (schema.type) {
    case 'string':
      return texts(fc, schema)
    case 'integer':
      return integers(fc, schema)
    case 'number':
      return numbers(fc, schema)
    case 'boolean':
      return fc.boolean()
    case 'array':
      return lists(fc, schema)
    case 'object':
      return objects(fc, schema)
    default:
      return fc.oneof(fc.boolean(), fc.integer(), fc.constantFrom('', 'text'), fc.constant({ some: ['thing'] }))
  }
}

const FORMATS: Readonly<Record<string, readonly string[]>> = {
  'date-time': ['2026-01-02T03:04:05Z', '1999-12-31T23:59:59.123456789+14:00', '2024-02-29T00:00:00-00:30'],
  date: ['2026-01-02', '2024-02-29'],
  duration: ['0', '90s', '1h30m', '1.5h', '250ms', '300000h'],
  ipv4: ['10.0.0.1', '255.255.255.255', '0.0.0.0'],
  ipv6: ['::1', 'fd00::1', '2001:db8:0:0:0:0:0:1'],
  cidr: ['10.0.0.0/8', 'fd00::/8', '0.0.0.0/0', '10.1.2.3/32'],
  uri: ['https://example.com/a?b=c', 'http://127.0.0.1:8080', 's3://bucket/key'],
  uuid: ['123e4567-e89b-42d3-a456-426614174000', '00000000-0000-0000-0000-000000000000'],
  email: ['a@example.com', "o'neil.b+c@mail.example.org"],
  hostname: ['example.com', 'a', 'x-1.example'],
  byte: ['YQ==', 'YWJj', 'YWI='],
}

function texts(fc: FastCheck, schema: StructuralSchema): Arbitrary<string> {
  const { minLength = 0, maxLength } = schema
  const patterns = [schema.pattern, ...(schema.allOf ?? []).map(({ pattern }) => pattern)].filter((pattern) => pattern !== undefined)
  const fits = (text: string) =>
    text.length >= minLength &&
    text.length <= (maxLength ?? Number.POSITIVE_INFINITY) &&
    patterns.every((pattern) => new RegExp(pattern).test(text))
  const known = FORMATS[schema.format ?? '']?.filter(fits) ?? []
  if (known.length > 0) return fc.constantFrom(...known)
  // ASCII without control characters: JSON, YAML and shells pass it on as it is, and a character is one unit for whoever counts.
  const plain = fc.string({ minLength, maxLength: Math.min(maxLength ?? minLength + 20, minLength + 20) })
  const [first] = patterns
  return first === undefined
    ? plain
    : fc.stringMatching(new RegExp(first), { size: 'small' }).filter((text) => fits(text) && /^[ -~]*$/.test(text))
}

const INT32 = 2 ** 31

function integers(fc: FastCheck, schema: StructuralSchema): Arbitrary<number> {
  const width =
    schema.format === 'int32' ? { least: -INT32, most: INT32 - 1 } : { least: Number.MIN_SAFE_INTEGER, most: Number.MAX_SAFE_INTEGER }
  const { multipleOf = 1 } = schema
  const least = Math.max(width.least, (schema.minimum ?? width.least) + (schema.exclusiveMinimum === true ? 1 : 0))
  const most = Math.min(width.most, (schema.maximum ?? width.most) - (schema.exclusiveMaximum === true ? 1 : 0))
  return fc.integer({ min: Math.ceil(least / multipleOf), max: Math.floor(most / multipleOf) }).map((value) => value * multipleOf)
}

function numbers(fc: FastCheck, schema: StructuralSchema): Arbitrary<number> {
  if (schema.multipleOf !== undefined) return integers(fc, { ...schema, multipleOf: Math.max(1, Math.ceil(schema.multipleOf)) })
  return fc.double({
    min: schema.minimum ?? -1e9,
    max: schema.maximum ?? 1e9,
    minExcluded: schema.exclusiveMinimum === true,
    maxExcluded: schema.exclusiveMaximum === true,
    noNaN: true,
  })
}

function lists(fc: FastCheck, schema: StructuralSchema): Arbitrary<unknown> {
  const items = arbitraryOf(fc, schema.items ?? {})
  const bounds = { minLength: schema.minItems ?? 0, maxLength: Math.min(schema.maxItems ?? 4, (schema.minItems ?? 0) + 4) }
  const keys = schema['x-kubernetes-list-map-keys'] ?? []
  const type = schema['x-kubernetes-list-type']
  if (type !== 'set' && type !== 'map') return fc.array(items, bounds)
  const identity = (item: unknown) => JSON.stringify(type === 'set' ? item : keys.map((key) => keyOf(schema.items!, item, key)))
  return fc.uniqueArray(items, { ...bounds, selector: identity })
}

function keyOf(items: StructuralSchema, item: unknown, key: string): unknown {
  return (item as Readonly<Record<string, unknown>>)[key] ?? items.properties?.[key]?.default
}

function objects(fc: FastCheck, schema: StructuralSchema): Arbitrary<unknown> {
  if (schema['x-kubernetes-embedded-resource'] === true)
    return fc.constantFrom({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'inner' }, data: { a: 'b' } })
  if (schema.additionalProperties !== undefined) {
    const { minProperties = 0, maxProperties = minProperties + 4 } = schema
    const keys = fc.stringMatching(/^[a-z][a-z0-9]{0,5}$/)
    return fc.dictionary(keys, arbitraryOf(fc, schema.additionalProperties), {
      minKeys: minProperties,
      maxKeys: maxProperties,
      noNullPrototype: true,
    })
  }
  const fields = Object.fromEntries(Object.entries(schema.properties ?? {}).map(([name, field]) => [name, arbitraryOf(fc, field)]))
  return fc.record(fields, { requiredKeys: [...(schema.required ?? [])], noNullPrototype: true })
}
