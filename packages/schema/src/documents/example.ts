import { apiVersionOf, type GroupVersionKind } from '@kubewright/core'
import type { StructuralSchema } from '../structural/structural.ts'
import { textMatching } from './matching-text.ts'

/**
 * The smallest object that passes: with the required fields if that is enough, else with the first optional fields that make it so (a rule may want
 * one of several).
 */
export function exampleOf<T>(kind: GroupVersionKind, root: StructuralSchema, parse: (object: unknown) => T): T {
  const spec = root.properties!['spec']!
  const object = (body: unknown) => ({
    apiVersion: apiVersionOf(kind),
    kind: kind.kind,
    metadata: { name: `example-${kind.kind.toLowerCase()}` },
    spec: body,
  })
  const candidates = [undefined, ...optionalPaths(spec, ''), 'all'].map((added) => exampleValue(spec, '', added))
  for (const candidate of candidates) {
    try {
      return parse(object(candidate))
    } catch {
      // A rule that the schema does not show: the next candidate may keep to it, and the last attempt below says what is wrong.
    }
  }
  return parse(object(candidates[0]))
}

/** The path of one optional field to add to the required ones, or all of them. */
type Added = string | 'all' | undefined

/** Optional fields of objects that are there anyway, the shallow ones first. */
function optionalPaths(schema: StructuralSchema, path: string): readonly string[] {
  const fields = Object.entries(schema.properties ?? {}).map(([name, field]) => ({ name, field, at: `${path}.${name}` }))
  const isRequired = (name: string) => schema.required?.includes(name) === true
  return [
    ...fields.filter(({ name }) => !isRequired(name)).map(({ at }) => at),
    ...fields.filter(({ name }) => isRequired(name)).flatMap(({ field, at }) => optionalPaths(field, at)),
  ]
}

function exampleValue(schema: StructuralSchema, path: string, added: Added): unknown {
  if (schema.example !== undefined) return schema.example
  if (schema.default !== undefined) return schema.default
  if (schema.enum !== undefined) return schema.enum[0]
  if (schema['x-kubernetes-int-or-string'] === true) return 1
  switch (schema.type) {
    case 'string':
      return exampleText(schema)
    case 'integer':
    case 'number':
      return exampleNumber(schema)
    case 'boolean':
      return true
    case 'array':
      return Array.from({ length: Math.max(schema.minItems ?? 0, added === 'all' ? 1 : 0) }, () =>
        exampleValue(schema.items!, `${path}[]`, added),
      )
    case 'object':
      return exampleObject(schema, path, added)
    default:
      return {}
  }
}

function exampleObject(schema: StructuralSchema, path: string, added: Added): unknown {
  if (schema['x-kubernetes-embedded-resource'] === true) return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'example' } }
  const { properties = {}, required = [], additionalProperties } = schema
  const names = Object.keys(properties).filter((name) => added === 'all' || required.includes(name) || added === `${path}.${name}`)
  const entries = Array.from({ length: additionalProperties === undefined ? 0 : (schema.minProperties ?? 0) }, (_, index) => [
    `key${index + 1}`,
    exampleValue(additionalProperties!, `${path}{}`, added),
  ])
  return Object.fromEntries([...names.map((name) => [name, exampleValue(properties[name]!, `${path}.${name}`, added)]), ...entries])
}

function exampleNumber({ type, minimum, maximum, exclusiveMinimum, multipleOf }: StructuralSchema): number {
  const step = multipleOf ?? 1
  const least = minimum ?? Math.min(1, maximum ?? 1)
  const above = exclusiveMinimum === true ? least + (maximum === undefined ? step : Math.min(step, (maximum - least) / 2)) : least
  return type === 'integer' || multipleOf !== undefined ? Math.ceil(above / step) * step : above
}

const FORMATS: Readonly<Record<string, string>> = {
  'date-time': '2030-01-01T00:00:00Z',
  date: '2030-01-01',
  duration: '90s',
  ipv4: '192.0.2.1',
  ipv6: '2001:db8::1',
  cidr: '192.0.2.0/24',
  uri: 'https://example.com/',
  uuid: '123e4567-e89b-42d3-a456-426614174000',
  email: 'somebody@example.com',
  hostname: 'example.com',
  byte: 'ZXhhbXBsZQ==',
}

function exampleText(schema: StructuralSchema): string {
  const patterns = [schema.pattern, ...(schema.allOf ?? []).map(({ pattern }) => pattern)].filter((pattern) => pattern !== undefined)
  const format = schema.format === undefined ? undefined : FORMATS[schema.format]
  const candidates = [format, 'example', 'example-1', '/example', ...patterns.map((pattern) => textMatching(pattern))]
  const least = schema.minLength ?? 0
  const fits = (text: string) =>
    text.length >= least &&
    text.length <= (schema.maxLength ?? Number.POSITIVE_INFINITY) &&
    patterns.every((pattern) => new RegExp(pattern).test(text))
  return candidates.find((text) => text !== undefined && fits(text)) ?? 'x'.repeat(Math.max(1, least))
}
