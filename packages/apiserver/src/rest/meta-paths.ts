import { createHash } from 'node:crypto'
import type { ServiceAccountTokens } from '../authn/service-account-tokens.ts'
import { aggregatedDiscovery, aggregatedType, aggregatedVersion } from '../discovery/aggregated.ts'
import { coreVersions, groupList, oneGroup, resourceList } from '../discovery/legacy.ts'
import { versionInfo } from '../discovery/version.ts'
import {
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
import { methodNotAllowed, noSuchPath } from '../status/index.ts'
import { type Answer, type ApiRequest, JSON_TYPE, jsonAnswer, textAnswer } from './exchange.ts'

const HEALTH = /^\/(healthz|livez|readyz)(\/ping)?$/

/** The paths that are about the server itself: discovery, OpenAPI, version, probes. They derive from the catalog, once for each of its generations. */
export class MetaPaths {
  private readonly catalog: Catalog
  private readonly address: string
  private generation = -1
  private readonly documents = new Map<string, Promise<OpenApiDocument>>()
  private readonly bodies = new Map<string, { readonly body: string; readonly etag: string }>()

  private readonly tokens: ServiceAccountTokens

  /** `address`: host and port, as clients reach it. */
  constructor(catalog: Catalog, address: string, tokens: ServiceAccountTokens) {
    this.catalog = catalog
    this.address = address
    this.tokens = tokens
  }

  /** `undefined`: no such path. @throws Refusal */
  async answer(request: ApiRequest): Promise<Answer | undefined> {
    this.forgetOutdated()
    const { path } = request
    const parts = path.split('/').filter((part) => part !== '')
    const found = await this.find(request, parts)
    if (found !== undefined && request.method !== 'GET' && request.method !== 'HEAD') throw methodNotAllowed()
    return found
  }

  private async find(request: ApiRequest, parts: readonly string[]): Promise<Answer | undefined> {
    const { path } = request
    if (HEALTH.test(path)) return textAnswer(200, request.query.has('verbose') ? `[+]ping ok\n${parts[0]} check passed\n` : 'ok')
    if (path === '/version' || path === '/version/') return jsonAnswer(200, versionInfo())
    if (path === '/.well-known/openid-configuration') return this.issuerConfiguration()
    if (path === '/openid/v1/jwks')
      return { code: 200, headers: { 'content-type': 'application/jwk-set+json' }, body: JSON.stringify(this.tokens.keys.keySet()) }
    if (parts[0] === 'openapi' && parts[1] === 'v3') return this.openApi(parts.slice(2))
    if (path === '/openapi/v2') return openApiV2(request)
    if (parts.length === 0)
      return jsonAnswer(200, { paths: ['/api', '/apis', '/healthz', '/livez', '/openapi/v2', '/openapi/v3', '/readyz', '/version'] })
    if (parts[0] !== 'api' && parts[0] !== 'apis') return undefined
    const [, group = '', version] = parts
    // The two shapes of "not found" tell clients whether the group is there.
    if (parts[0] === 'apis' && version !== undefined && this.catalog.hasOwnGroup(group) && !this.catalog.hasVersion(group, version))
      throw noSuchPath()
    return this.discovery(request, parts[0], parts.slice(1))
  }

  private discovery(request: ApiRequest, root: 'api' | 'apis', rest: readonly string[]): Answer | undefined {
    if (rest.length === 0) {
      const version = aggregatedVersion(request.headers['accept'])
      if (version === undefined)
        return jsonAnswer(200, root === 'api' ? coreVersions(this.catalog, this.address) : groupList(this.catalog), { vary: 'Accept' })
      return this.cached(request, `${root} ${version}`, aggregatedType(version), () => aggregatedDiscovery(this.catalog, root, version))
    }
    const [first = '', second] = rest
    const document =
      root === 'api'
        ? rest.length === 1
          ? resourceList(this.catalog, '', first)
          : undefined
        : second === undefined
          ? oneGroup(this.catalog, first)
          : resourceList(this.catalog, first, second)
    return document && jsonAnswer(200, document)
  }

  private cached(request: ApiRequest, key: string, type: string, make: () => object): Answer {
    let cached = this.bodies.get(key)
    if (cached === undefined) {
      const body = JSON.stringify(make())
      cached = { body, etag: `"${createHash('sha512').update(body).digest('hex').toUpperCase()}"` }
      this.bodies.set(key, cached)
    }
    const headers = { etag: cached.etag, vary: 'Accept' }
    if (request.headers['if-none-match'] === cached.etag) return { code: 304, headers, body: '' }
    return { code: 200, headers: { ...headers, 'content-type': type }, body: cached.body }
  }

  private async openApi(parts: readonly string[]): Promise<Answer | undefined> {
    const served = this.catalog.groupVersions()
    if (parts.length === 0) return jsonAnswer(200, openApiIndex(served.map(described)))
    const [group, version] = parts[0] === 'api' ? ['', parts[1]] : [parts[1], parts[2]]
    const found = served.find((each) => each.group === group && each.version === version)
    if (found === undefined) return undefined
    return { code: 200, headers: { 'content-type': JSON_TYPE, vary: 'Accept' }, body: JSON.stringify(await this.document(found)) }
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

  /** For those who verify ServiceAccount tokens by OpenID Connect. */
  private issuerConfiguration(): Answer {
    const { issuer, keys } = this.tokens
    return jsonAnswer(200, {
      issuer,
      jwks_uri: `https://${this.address}/openid/v1/jwks`,
      response_types_supported: ['id_token'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: keys.algorithms,
    })
  }

  private forgetOutdated(): void {
    if (this.generation === this.catalog.generation) return
    this.generation = this.catalog.generation
    this.documents.clear()
    this.bodies.clear()
  }
}

function openApiV2({ headers }: ApiRequest): Answer {
  const { gitVersion } = versionInfo()
  return headers['accept']?.includes('proto-openapi.spec.v2')
    ? { code: 200, headers: { 'content-type': LEGACY_PROTOBUF }, body: legacyProtobuf(gitVersion) }
    : jsonAnswer(200, legacyDocument(gitVersion))
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
