import { kindType } from '../builtin/kind-type.ts'
import { BuiltinComponents, modelName } from './builtin-components.ts'
import { customComponents, customModelName } from './custom-components.ts'
import type { GroupVersionResources, OpenApiResource } from './group-version.ts'
import { type OpenApiSchema, referencesIn } from './openapi-schema.ts'
import { resourcePaths } from './operations.ts'

export interface OpenApiDocument {
  readonly openapi: '3.0.0'
  readonly info: { readonly title: string; readonly version: string }
  readonly paths: Readonly<Record<string, OpenApiSchema>>
  readonly components: { readonly schemas: Readonly<Record<string, OpenApiSchema>> }
}

/**
 * The document of one group-version: `/openapi/v3/api/v1` or `/openapi/v3/apis/GROUP/VERSION`. It is whole, as far as it goes: kubectl trusts a
 * document that lists a kind, and complains to its user about what is missing there. The descriptions of the built-in kinds (0.7 MB) are
 * loaded with the first document.
 */
export async function openApiDocument(groupVersion: GroupVersionResources): Promise<OpenApiDocument> {
  const { descriptions } = await import('../builtin/generated/descriptions.ts')
  const builtin = new BuiltinComponents(descriptions)
  const schemas = new Map<string, OpenApiSchema>()
  const paths: Record<string, OpenApiSchema> = {}
  for (const resource of groupVersion.resources) {
    const models = resource.builtin ? builtinModels(groupVersion, resource) : customModels(groupVersion, resource)
    if (models === undefined) continue
    for (const [name, schema] of models.schemas) schemas.set(name, schema)
    const { model, listModel } = models
    Object.assign(paths, resourcePaths({ ...resource, group: groupVersion.group, version: groupVersion.version, model, listModel }))
  }
  addReferenced(schemas, paths, builtin)
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: '1.36' },
    paths: sorted(Object.entries(paths)),
    components: { schemas: sorted(schemas) },
  }
}

interface Models {
  readonly model: string
  readonly listModel: string
  readonly schemas: readonly (readonly [name: string, schema: OpenApiSchema])[]
}

function builtinModels({ group, version }: GroupVersionResources, { kind }: OpenApiResource): Models | undefined {
  const type = kindType({ group, version, kind })
  const list = kindType({ group, version, kind: `${kind}List` })
  return type && { model: modelName(type), listModel: list ? modelName(list) : modelName(type), schemas: [] }
}

function customModels({ group, version }: GroupVersionResources, { kind, plural, schema }: OpenApiResource): Models {
  const name = customModelName({ group, version, kind })
  const open = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } as const
  return { model: name, listModel: `${name}List`, schemas: customComponents({ group, version, kind, plural }, schema ?? open) }
}

/** Adds the built-in schemas that the paths and the schemas refer to, and those that these refer to. */
function addReferenced(schemas: Map<string, OpenApiSchema>, paths: OpenApiSchema, builtin: BuiltinComponents): void {
  const queue = [...referencesIn([paths, ...schemas.values()])]
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    if (schemas.has(name)) continue
    const schema = builtin.find(name)
    if (schema === undefined) continue
    schemas.set(name, schema)
    queue.push(...referencesIn(schema))
  }
}

function sorted(entries: Iterable<readonly [string, OpenApiSchema]>): Readonly<Record<string, OpenApiSchema>> {
  return Object.fromEntries([...entries].sort(([a], [b]) => (a < b ? -1 : 1)))
}
