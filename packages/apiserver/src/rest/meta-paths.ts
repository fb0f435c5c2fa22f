import type { ServiceAccountTokens } from '../authn/service-account-tokens.ts'
import { aggregatedDiscovery, aggregatedType, aggregatedVersion } from '../discovery/aggregated.ts'
import { coreVersions, groupList, oneGroup, resourceList } from '../discovery/legacy.ts'
import { versionInfo } from '../discovery/version.ts'
import type { Catalog } from '../registry/catalog.ts'
import { methodNotAllowed, noSuchPath } from '../status/index.ts'
import { type Answer, type ApiRequest, jsonAnswer } from './exchange.ts'
import { probe } from './health.ts'
import { OpenApiPaths } from './openapi-paths.ts'
import { segmentsOf } from './request-info.ts'
import { Revalidated } from './revalidated.ts'
import { METRICS_TYPE, type MetricsSource, serverMetrics, serviceLevelMetrics } from './server-metrics.ts'

/** The paths that are about the server itself: discovery, OpenAPI, version, probes. They derive from the catalog, once for each of its generations. */
export class MetaPaths {
  private readonly catalog: Catalog
  private readonly address: string
  private readonly tokens: ServiceAccountTokens
  private readonly metrics: MetricsSource
  private readonly bodies: Revalidated
  private readonly openApi: OpenApiPaths

  /** `address`: host and port, as clients reach it. */
  constructor(catalog: Catalog, address: string, tokens: ServiceAccountTokens, metrics: MetricsSource) {
    this.catalog = catalog
    this.address = address
    this.tokens = tokens
    this.metrics = metrics
    this.bodies = new Revalidated(catalog)
    this.openApi = new OpenApiPaths(catalog, this.bodies)
  }

  /** `undefined`: no such path. @throws Refusal */
  async answer(request: ApiRequest): Promise<Answer | undefined> {
    const { path } = request
    const parts = path === '/' ? [] : segmentsOf(path)
    const found = parts.includes('') ? undefined : await this.find(request, parts)
    if (found !== undefined && request.method !== 'GET' && request.method !== 'HEAD') throw methodNotAllowed()
    return found
  }

  private async find(request: ApiRequest, parts: readonly string[]): Promise<Answer | undefined> {
    const { path } = request
    const health = probe(request)
    if (health !== undefined) return health
    if (path === '/version' || path === '/version/') return jsonAnswer(200, versionInfo())
    if (path === '/.well-known/openid-configuration') return this.issuerConfiguration()
    if (path === '/openid/v1/jwks')
      return { code: 200, headers: { 'content-type': 'application/jwk-set+json' }, body: JSON.stringify(this.tokens.keys.keySet()) }
    if (path === '/metrics') return metricsAnswer(serverMetrics(this.metrics))
    if (path === '/metrics/slis') return metricsAnswer(serviceLevelMetrics())
    if (parts[0] === 'openapi') return this.openApi.answer(request, parts.slice(1))
    if (parts.length === 0)
      return jsonAnswer(200, {
        paths: ['/api', '/apis', '/healthz', '/livez', '/metrics', '/metrics/slis', '/openapi/v2', '/openapi/v3', '/readyz', '/version'],
      })
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
      return this.bodies.answer(request, `${root} ${version}`, aggregatedType(version), () =>
        aggregatedDiscovery(this.catalog, root, version),
      )
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
}

const metricsAnswer = (body: string): Answer => ({ code: 200, headers: { 'content-type': METRICS_TYPE }, body })
