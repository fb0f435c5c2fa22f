import { legacyBuiltinSchema } from './legacy-schema.ts'
import type { OpenApiSchema } from './openapi-schema.ts'

const METHODS = ['get', 'put', 'post', 'delete', 'patch']
const PRODUCES = ['application/json', 'application/yaml']

interface Content {
  readonly content?: Readonly<Record<string, { readonly schema: OpenApiSchema }>>
}

/** The operations of one path as OpenAPI v2 has them: the body is a parameter among the others, and media types stand apart from schemas. */
export function legacyPath(path: OpenApiSchema): OpenApiSchema {
  return Object.fromEntries(
    Object.entries(path).map(([key, value]) => {
      if (key === 'parameters') return [key, (value as OpenApiSchema[]).map(legacyParameter)]
      return [key, METHODS.includes(key) ? legacyOperation(value as OpenApiSchema) : value]
    }),
  )
}

function legacyOperation(operation: OpenApiSchema): OpenApiSchema {
  const { requestBody, parameters = [], responses, ...rest } = operation
  const { content } = (requestBody ?? {}) as Content
  const [body] = Object.values(content ?? {})
  const sent =
    body === undefined ? [] : [{ name: 'body', in: 'body', required: operation['x-kubernetes-action'] !== 'delete', schema: plain(body) }]
  return {
    ...rest,
    consumes: content === undefined ? ['*/*'] : Object.keys(content),
    produces: PRODUCES,
    schemes: ['https'],
    parameters: [...sent, ...(parameters as OpenApiSchema[]).map(legacyParameter)],
    responses: Object.fromEntries(Object.entries(responses as Record<string, Content>).map(([code, each]) => [code, legacyResponse(each)])),
  }
}

function legacyResponse({ content, ...rest }: Content): OpenApiSchema {
  const [answer] = Object.values(content ?? {})
  return { ...rest, ...(answer === undefined ? {} : { schema: plain(answer) }) }
}

function legacyParameter({ schema, ...rest }: OpenApiSchema): OpenApiSchema {
  return { ...rest, ...(schema as OpenApiSchema) }
}

const plain = ({ schema }: { readonly schema: OpenApiSchema }): OpenApiSchema => legacyBuiltinSchema(schema)
