import { errors, type Json, NO_CONTENT, NOTHING_THERE, UNSUPPORTED_OPERATION } from '../answer.ts'
import { globFits, holds, list, type TokenSettings, text, tokenSettings } from '../fields.ts'
import { answer, type Backend, type BackendContext, data, type Operation, type Outcome } from '../logical/backend.ts'
import { issueFor } from './approle.ts'
import { audiencesOf, type Claims, parseJwt, refusedTimes, WRONG_AUDIENCE } from './claims.ts'

/** The configuration of Vault's Kubernetes login. */
export interface KubernetesConfig {
  readonly host: string
  readonly caCert: string
  /** Empty: the caller's own token reviews itself. */
  readonly reviewerJwt: string
}

/** What a cluster says of a token. */
export interface ReviewedToken {
  readonly authenticated: boolean
  /** `system:serviceaccount:NAMESPACE:NAME`. */
  readonly username?: string
  readonly uid?: string
}

/** Asks a cluster whether a token is good. A failure of any kind is a refusal, as it is for Vault. */
export type TokenReview = (jwt: string, audiences: readonly string[], config: KubernetesConfig) => Promise<ReviewedToken>

interface Role extends TokenSettings {
  readonly names: readonly string[]
  readonly namespaces: readonly string[]
  readonly selector: string
  readonly audience: string
}

const refused = (status: number, why: string) => answer(errors(status, why))

export class KubernetesAuth implements Backend {
  readonly type = 'kubernetes'
  readonly #context: BackendContext
  readonly #review: TokenReview
  readonly #roles = new Map<string, Role>()
  #config: (KubernetesConfig & { readonly raw: Json }) | undefined

  constructor(context: BackendContext, review: TokenReview) {
    this.#context = context
    this.#review = review
  }

  exists({ path }: Operation): boolean | undefined {
    const name = /^role\/([^/]+)$/.exec(path)?.[1]
    return name === undefined ? undefined : this.#roles.has(name)
  }

  isLogin(path: string): boolean {
    return path === 'login'
  }

  async handle(operation: Operation): Promise<Outcome> {
    const { method, path } = operation
    if (path === 'login') return this.#login(operation)
    if (path === 'config') return this.#configure(operation)
    if (path === 'role' && method === 'LIST')
      return this.#roles.size === 0 ? answer(NOTHING_THERE) : data({ keys: [...this.#roles.keys()].sort() })
    const name = /^role\/([^/]+)$/.exec(path)?.[1]
    return name === undefined ? answer(UNSUPPORTED_OPERATION) : this.#role(operation, name)
  }

  #role({ method, data: body }: Operation, name: string): Outcome {
    const role = this.#roles.get(name)
    switch (method) {
      case 'POST':
      case 'PUT': {
        const fresh: Role = {
          ...tokenSettings(body),
          names: list(body['bound_service_account_names']),
          namespaces: list(body['bound_service_account_namespaces']),
          selector: text(body['bound_service_account_namespace_selector']),
          audience: text(body['audience']),
        }
        if (fresh.names.length === 0) return refused(400, '"bound_service_account_names" can not be empty')
        if (fresh.namespaces.length === 0 && fresh.selector === '')
          return refused(
            400,
            '"bound_service_account_namespaces" can not be empty if "bound_service_account_namespace_selector" is not set',
          )
        this.#roles.set(name, fresh)
        if (fresh.audience !== '') return answer(NO_CONTENT)
        const warning = `Role ${name} does not have an audience configured. While audiences are not required, consider specifying one if your use case would benefit from additional JWT claim verification.`
        return { is: 'warnings', warnings: [warning] }
      }
      case 'DELETE':
        this.#roles.delete(name)
        return answer(NO_CONTENT)
      case 'GET': {
        if (role === undefined) return answer(NOTHING_THERE)
        const { names, namespaces, selector, audience, ...settings } = role
        return data({
          alias_name_source: 'serviceaccount_uid',
          bound_service_account_names: names,
          bound_service_account_namespace_selector: selector,
          bound_service_account_namespaces: namespaces,
          ...(audience !== '' && { audience }),
          ...settings,
        })
      }
      default:
        return answer(UNSUPPORTED_OPERATION)
    }
  }

  #configure({ method, data: body }: Operation): Outcome {
    if (method === 'GET') return this.#config === undefined ? answer(NOTHING_THERE) : data(this.#config.raw)
    const caCert = text(body['kubernetes_ca_cert'])
    if (text(body['kubernetes_host']) === '') return refused(400, 'no host provided')
    if (caCert !== '' && !caCert.includes('-----BEGIN CERTIFICATE-----'))
      return refused(400, 'The provided CA PEM data contains no valid certificates')
    const reviewerJwt = text(body['token_reviewer_jwt'])
    this.#config = {
      host: text(body['kubernetes_host']),
      caCert,
      reviewerJwt,
      raw: {
        disable_iss_validation: body['disable_iss_validation'] !== false,
        disable_local_ca_jwt: body['disable_local_ca_jwt'] === true,
        issuer: text(body['issuer']),
        kubernetes_ca_cert: caCert,
        kubernetes_host: text(body['kubernetes_host']),
        pem_keys: list(body['pem_keys']),
        token_reviewer_jwt_set: reviewerJwt !== '',
        use_annotations_as_alias_metadata: false,
      },
    }
    return answer(NO_CONTENT)
  }

  async #login({ data: body, request }: Operation): Promise<Outcome> {
    const roleName = text(body['role'])
    const jwtText = text(body['jwt']).trim()
    if (roleName === '') return refused(400, 'missing role')
    if (jwtText === '') return refused(400, 'missing jwt')
    const role = this.#roles.get(roleName)
    if (role === undefined) return refused(400, `invalid role name "${roleName}"`)
    if (this.#config === undefined) return refused(500, 'could not load backend configuration')
    if (role.token_bound_cidrs.length > 0 && !role.token_bound_cidrs.some((cidr) => holds(cidr, request.remoteAddress)))
      return refused(403, 'permission denied')
    const jwt = parseJwt(jwtText)
    const account = jwt === undefined ? undefined : accountOf(jwt.claims)
    if (jwt === undefined || account === undefined) return refused(403, 'permission denied')
    const late = refusedTimes(jwt.claims, this.#context.clock.now())
    if (late !== undefined) return refused(403, late)
    if (role.audience !== '' && !audiencesOf(jwt.claims).includes(role.audience)) return refused(403, WRONG_AUDIENCE)
    if (!role.namespaces.some((pattern) => globFits(pattern, account.namespace)))
      return refused(
        403,
        role.selector === '' ? 'namespace not authorized' : 'namespace not authorized err=fakeVault does not read namespaces',
      )
    if (!role.names.some((pattern) => globFits(pattern, account.name))) return refused(403, 'service account name not authorized')
    const audiences = role.audience === '' ? audiencesOf(jwt.claims) : [role.audience]
    const review = await this.#review(jwtText, audiences, this.#config).catch((): ReviewedToken => ({ authenticated: false }))
    const expected = `system:serviceaccount:${account.namespace}:${account.name}`
    if (!review.authenticated || (review.username !== undefined && review.username !== expected)) return refused(403, 'permission denied')
    const login = {
      alias: account.uid,
      displayName: `kubernetes-${account.namespace}-${account.name}`,
      metadata: {
        role: roleName,
        service_account_name: account.name,
        service_account_namespace: account.namespace,
        service_account_secret_name: '',
        service_account_uid: account.uid,
      },
      path: 'login',
    }
    return { is: 'auth', token: issueFor(this.#context, role, login) }
  }
}

interface Account {
  readonly name: string
  readonly namespace: string
  readonly uid: string
}

/** From the claims of a bound token, or of an old one from a Secret. */
function accountOf(claims: Claims): Account | undefined {
  const bound = claims['kubernetes.io'] as
    | { readonly namespace?: string; readonly serviceaccount?: { readonly name?: string; readonly uid?: string } }
    | undefined
  const name = bound?.serviceaccount?.name ?? claims['kubernetes.io/serviceaccount/service-account.name']
  const namespace = bound?.namespace ?? claims['kubernetes.io/serviceaccount/namespace']
  const uid = bound?.serviceaccount?.uid ?? claims['kubernetes.io/serviceaccount/service-account.uid']
  if (typeof name !== 'string' || typeof namespace !== 'string') return undefined
  return { name, namespace, uid: typeof uid === 'string' ? uid : '' }
}
