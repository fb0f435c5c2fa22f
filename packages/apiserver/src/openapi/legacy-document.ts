import type { OpenApiDocument } from './document.ts'
import { legacyPath } from './legacy-paths.ts'
import { legacyBuiltinSchema, legacyCustomSchema } from './legacy-schema.ts'
import type { OpenApiSchema } from './openapi-schema.ts'

const TITLE = 'Kubernetes'

/** Generated clients and kubectl before 1.27 read this: all kinds of all groups in one document of OpenAPI v2. */
export function legacyDocument(version: string, documents: readonly OpenApiDocument[], isCustom: (name: string) => boolean): OpenApiSchema {
  const definitions = new Map<string, OpenApiSchema>()
  const paths: Record<string, OpenApiSchema> = {}
  for (const document of documents) {
    for (const [name, schema] of Object.entries(document.components.schemas)) {
      if (!definitions.has(name)) definitions.set(name, isCustom(name) ? customDefinition(schema) : legacyBuiltinSchema(schema))
    }
    for (const [path, operations] of Object.entries(document.paths)) paths[path] = legacyPath(operations)
  }
  return {
    swagger: '2.0',
    info: { title: TITLE, version },
    paths,
    definitions: Object.fromEntries([...definitions].sort(([a], [b]) => (a < b ? -1 : 1))),
    securityDefinitions: {
      BearerToken: { description: 'Bearer Token authentication', type: 'apiKey', name: 'authorization', in: 'header' },
    },
    security: [{ BearerToken: [] }],
  }
}

/** A kind that takes anything at all is told as an object, and no more. */
function customDefinition(schema: OpenApiSchema): OpenApiSchema {
  const kind = 'x-kubernetes-group-version-kind'
  return schema['x-kubernetes-preserve-unknown-fields'] === true ? { type: 'object', [kind]: schema[kind] } : legacyCustomSchema(schema)
}
