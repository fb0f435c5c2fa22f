import type { OpenApiSchema } from './openapi-schema.ts'

const isNode = (value: unknown): value is OpenApiSchema => typeof value === 'object' && value !== null && !Array.isArray(value)

/** What OpenAPI v2 has no words for. */
const JUNCTORS = ['allOf', 'oneOf', 'anyOf', 'not']

/**
 * A schema of a built-in kind as OpenAPI v2 has it: what stands beside a `$ref` stands there plainly, and defaults are not told, as clients of
 * v2 would send them.
 */
export function legacyBuiltinSchema(schema: OpenApiSchema): OpenApiSchema {
  const { default: _default, allOf, oneOf, ...rest } = schema
  const [wrapped] = Array.isArray(allOf) ? (allOf as OpenApiSchema[]) : []
  // The two types that are a number or a text: v2 says text, and clients send either.
  const type = oneOf === undefined ? {} : { type: 'string' }
  return inner({ ...rest, ...type, ...wrapped }, legacyBuiltinSchema)
}

/**
 * The schema of a custom kind, with what kubectl's reader of v2 cannot cope with taken out: fields that may be null or may hold anything
 * are described no further.
 */
export function legacyCustomSchema(schema: OpenApiSchema): OpenApiSchema {
  // What the server adds itself, such as the reference to ObjectMeta, is wrapped as in every document.
  const { allOf, ...beside } = schema
  const [wrapped] = Array.isArray(allOf) ? (allOf as OpenApiSchema[]) : []
  if (typeof wrapped?.['$ref'] === 'string') return inner({ ...beside, ...wrapped }, legacyCustomSchema)
  const { nullable, ...rest } = Object.fromEntries(Object.entries(schema).filter(([key]) => !JUNCTORS.includes(key)))
  const isOpen = rest['x-kubernetes-preserve-unknown-fields'] === true
  if (nullable === true || isOpen) {
    delete rest['items']
    delete rest['properties']
  }
  if (nullable === true || (isOpen && rest['type'] === 'object')) delete rest['type']
  if (rest['type'] === 'array' && rest['items'] === undefined) delete rest['type']
  const { required, ...open } = rest
  const kept = requiredOf(required, rest)
  return inner({ ...open, ...(kept.length === 0 ? {} : { required: kept }) }, legacyCustomSchema)
}

/** Null is as good as absent to a client that cannot tell them apart. */
function requiredOf(required: unknown, { properties, additionalProperties }: OpenApiSchema): readonly unknown[] {
  if (isNode(additionalProperties) && additionalProperties['nullable'] === true) return []
  const isNullable = (name: unknown) => {
    const property = isNode(properties) ? properties[String(name)] : undefined
    return isNode(property) && property['nullable'] === true
  }
  return Array.isArray(required) ? required.filter((name) => !isNullable(name)) : []
}

function inner(schema: OpenApiSchema, convert: (schema: OpenApiSchema) => OpenApiSchema): OpenApiSchema {
  const { $ref, items, properties, additionalProperties } = schema
  return {
    ...schema,
    ...(typeof $ref === 'string' ? { $ref: legacyReference($ref) } : {}),
    ...(isNode(items) ? { items: convert(items) } : {}),
    ...(isNode(additionalProperties) ? { additionalProperties: convert(additionalProperties) } : {}),
    ...(isNode(properties)
      ? { properties: Object.fromEntries(Object.entries(properties).map(([name, each]) => [name, isNode(each) ? convert(each) : each])) }
      : {}),
  }
}

const legacyReference = (reference: string): string => reference.replace('#/components/schemas/', '#/definitions/')
