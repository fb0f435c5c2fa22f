import { versionInfo } from '../discovery/version.ts'
import {
  customModelName,
  type GroupVersionResources,
  LEGACY_PROTOBUF,
  legacyDocument,
  legacyProtobuf,
  type OpenApiDocument,
  type OpenApiResource,
  openApiDocument,
  openApiIndex,
} from '../openapi/index.ts'
import type { Catalog, ServedGroupVersion } from '../registry/catalog.ts'
import { type Answer, type ApiRequest, JSON_TYPE, jsonAnswer } from './exchange.ts'
import type { Revalidated } from './revalidated.ts'

/** What is below `/openapi`: made when it is asked for, once for each generation of the catalog. */
export class OpenApiPaths {
  private readonly catalog: Catalog
  private readonly bodies: Revalidated
  private generation = -1
  private readonly documents = new Map<string, Promise<OpenApiDocument>>()

  constructor(catalog: Catalog, bodies: Revalidated) {
    this.catalog = catalog
    this.bodies = bodies
  }

  /** `undefined`: no such path. */
  async answer(request: ApiRequest, [version, ...rest]: readonly string[]): Promise<Answer | undefined> {
    if (this.generation !== this.catalog.generation) this.documents.clear()
    this.generation = this.catalog.generation
    if (version === 'v2' && rest.length === 0) return this.second(request)
    return version === 'v3' ? this.third(rest) : undefined
  }

  private async second(request: ApiRequest): Promise<Answer> {
    const { gitVersion } = versionInfo()
    const served = this.catalog.groupVersions()
    const documents = await Promise.all(served.map((each) => this.document(each)))
    const custom = new Set(served.flatMap(customModels))
    const made = () => legacyDocument(gitVersion, documents, (name) => custom.has(name))
    return request.headers['accept']?.includes('proto-openapi.spec.v2')
      ? this.bodies.answer(request, 'openapi v2 protobuf', LEGACY_PROTOBUF, () => legacyProtobuf(made()))
      : this.bodies.answer(request, 'openapi v2', JSON_TYPE, made)
  }

  private async third(parts: readonly string[]): Promise<Answer | undefined> {
    const served = this.catalog.groupVersions()
    if (parts.length === 0) return jsonAnswer(200, openApiIndex(served.map(described)))
    const [group, version] = parts[0] === 'api' ? ['', parts[1]] : [parts[1], parts[2]]
    const found = served.find((each) => each.group === group && each.version === version)
    if (found === undefined) return undefined
    return {
      code: 200,
      headers: { 'content-type': JSON_TYPE, vary: 'Accept' },
      body: JSON.stringify(await this.document(found), withoutEmpty),
    }
  }

  private document(served: ServedGroupVersion): Promise<OpenApiDocument> {
    const key = `${served.group}/${served.version}`
    let document = this.documents.get(key)
    if (document === undefined) {
      document = openApiDocument(described(served))
      this.documents.set(key, document)
    }
    return document
  }
}

const described = (served: ServedGroupVersion): GroupVersionResources => ({
  ...served,
  resources: served.resources.flatMap(openApiResource),
})

function openApiResource(resource: ServedGroupVersion['resources'][number]): OpenApiResource[] {
  if (resource.is !== 'stored') return []
  const { plural, kind, namespaced, custom } = resource
  const schema = custom === undefined ? undefined : resource.schema()
  return [
    {
      plural,
      kind,
      namespaced,
      builtin: custom === undefined,
      subresources: resource.subresources.map(({ name }) => name),
      ...(schema === undefined ? {} : { schema }),
    },
  ]
}

function customModels({ resources }: ServedGroupVersion): readonly string[] {
  return resources.flatMap((resource) => {
    if (resource.is !== 'stored' || resource.custom === undefined) return []
    const name = customModelName(resource)
    return [name, `${name}List`]
  })
}

/** Where only questions are answered and nothing is kept there are no schemas: Go's clients take an empty map for another thing than none. */
const withoutEmpty = (key: string, value: unknown): unknown =>
  key === 'schemas' && Object.keys(value as object).length === 0 ? undefined : value
