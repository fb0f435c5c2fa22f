import type { ServiceAccountTokens } from '../authn/service-account-tokens.ts'
import { aggregatedDiscovery, aggregatedType, aggregatedVersion } from '../discovery/aggregated.ts'
import { coreVersions, groupList, oneGroup, resourceList } from '../discovery/legacy.ts'
import { versionInfo } from '../discovery/version.ts'
import type { Catalog } from '../registry/catalog.ts'
import { methodNotAllowed, noSuchPath } from '../status/index.ts'
import { type Answer, type ApiRequest, jsonAnswer } from './exchange.ts'
import { probe } from './health.ts'
import { negotiate, requireJson } from './media-type.ts'
import { OpenApiPaths } from './openapi-paths.ts'
import { answerWith } from './presentation.ts'
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
    const found = parts.includes('') || NO_PAGES.test(path) ? undefined : await this.find(request, parts)
    if (found !== undefined && !isAllowed(request)) throw methodNotAllowed()
    return found
  }

  private async find(request: ApiRequest, parts: readonly string[]): Promise<Answer | undefined> {
    const { path } = request
    const health = probe(request)
    if (health !== undefined) return health
    if (path === '/version' || path === '/version/') return onlyJson(request, jsonAnswer(200, versionInfo()))
    if (path === '/.well-known/openid-configuration') return onlyJson(request, this.issuerConfiguration())
    if (path === '/openid/v1/jwks') return onlyJson(request, this.keySet())
    if (path === '/metrics') return metricsAnswer(serverMetrics(this.metrics))
    if (path === '/metrics/slis') return metricsAnswer(serviceLevelMetrics())
    if (NO_DOCUMENT.test(path)) return { code: 404, headers: {}, body: '' }
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

  private async discovery(request: ApiRequest, root: 'api' | 'apis', rest: readonly string[]): Promise<Answer | undefined> {
    if (rest.length === 0) {
      const version = aggregatedVersion(request.headers['accept'])
      if (version === undefined)
        return discoveryAnswer(request, root === 'api' ? coreVersions(this.catalog, this.address) : groupList(this.catalog))
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
    return document && discoveryAnswer(request, document)
  }

  private keySet(): Answer {
    return { code: 200, headers: { 'content-type': 'application/jwk-set+json' }, body: JSON.stringify(this.tokens.keys.keySet()) }
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

/** Slashes at the end are forgiven elsewhere. */
const NO_PAGES = /^\/apis\/\/+$/
const NO_DOCUMENT = /^\/openapi\/v3\/+$/

/** kube-apiserver lets these be asked by any method: they are no part of its API, or older than its rules. */
const ANY_METHOD = /^\/(?:apis(?:\/[^/]+)?\/?|openapi\/.*|(?:healthz|livez|readyz)(?:\/.*)?)?$/
const METRICS = /^\/metrics(?:\/slis)?$/

function isAllowed({ method, path }: ApiRequest): boolean {
  // A DELETE would set them back, which is not done here.
  if (METRICS.test(path)) return method !== 'DELETE'
  return method === 'GET' || ANY_METHOD.test(path)
}

/** @throws Refusal 406 */
async function discoveryAnswer({ headers }: ApiRequest, document: object): Promise<Answer> {
  const answer = await answerWith(200, JSON.stringify(document), negotiate(headers['accept']))
  return { ...answer, headers: { ...answer.headers, vary: 'Accept' } }
}

/** @throws Refusal 406 */
function onlyJson({ headers }: ApiRequest, answer: Answer): Answer {
  requireJson(headers['accept'])
  return answer
}

const metricsAnswer = (body: string): Answer => ({ code: 200, headers: { 'content-type': METRICS_TYPE }, body })
