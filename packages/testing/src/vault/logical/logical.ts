import type { Clock } from '@kubewright/core'
import { type Answer, DENIED, errors, type FakeRequest, FORBIDDEN, INVALID_TOKEN, type Json } from '../answer.ts'
import type { TokenReview } from '../auth/kubernetes.ts'
import { seconds } from '../fields.ts'
import type { Identifiers } from '../identifiers.ts'
import type { VaultRelease } from '../release.ts'
import type { AuditEntry } from './audit.ts'
import { isAllowed, rulesOf } from './authorization.ts'
import type { Operation, Outcome } from './backend.ts'
import { completed, envelope } from './envelope.ts'
import type { Capability } from './policy-document.ts'
import { Realm } from './realm.ts'
import { Realms } from './realms.ts'
import { bodyOf, capabilityFor, isWrite, type RequestBody, tokenOf } from './request.ts'
import { countQuota, system } from './system.ts'
import { type Token, Tokens } from './tokens.ts'
import { Wrapping } from './wrapping.ts'

export interface LogicalOptions {
  readonly clock: Clock
  readonly ids: Identifiers
  readonly release: VaultRelease
  readonly limited: boolean
  readonly tokenReview: TokenReview
  readonly upgradeMs: number
  readonly audit: (entry: AuditEntry) => void
  readonly cluster: { raftPeers(): Json; autopilot(): Json; haStatus(): Json }
}

/** What the active node serves: everything behind a token, and the logins. */
export class Logical {
  readonly tokens: Tokens
  readonly #options: LogicalOptions
  readonly #realms: Realms
  readonly #wrapping: Wrapping

  constructor(options: LogicalOptions) {
    this.#options = options
    this.tokens = new Tokens(options.clock, options.ids)
    this.#wrapping = new Wrapping(options.clock, options.ids)
    this.#realms = new Realms(options.release.namespaces, (namespace) => this.#newRealm(namespace))
  }

  realm(namespace = ''): Realm | undefined {
    return this.#realms.get(namespace)
  }

  /** Whether a token may do this; for what is answered by the node itself (seal, step-down). */
  authorize(request: FakeRequest, capability: Capability): Answer | undefined {
    const id = tokenOf(request)
    if (id === undefined) return DENIED
    const token = this.tokens.use(id)
    if (token === undefined) return INVALID_TOKEN
    return isAllowed(token, '', request.path, capability, this.#realms) ? undefined : FORBIDDEN
  }

  async handle(request: FakeRequest): Promise<Answer> {
    const { namespace, path } = this.#realms.place(request)
    const realm = this.#realms.get(namespace)
    if (realm === undefined) return errors(404, `no handler for route "${path}". route entry not found.`)
    if (/\p{Cc}/u.test(path)) return { status: 400, bare: true }
    const body = bodyOf(request)
    if ('status' in body) return body
    if (isWrite(request.method) && path.endsWith('/') && !path.startsWith('sys/'))
      return errors(400, "cannot write to a path ending in '/'")
    const quota = countQuota(realm, path, this.#options.clock.now())
    if (quota.refused !== undefined) return quota.refused
    const answer = await this.#serve(request, realm, namespace, path, body)
    return quota.headers === undefined ? answer : { ...answer, headers: { ...answer.headers, ...quota.headers } }
  }

  async #serve(request: FakeRequest, realm: Realm, namespace: string, path: string, body: RequestBody): Promise<Answer> {
    const mount = realm.mountOf(path)
    const below = mount === undefined ? '' : path.slice(mount.path.length)
    const operation = { method: request.method, path: below, ...body, query: request.query, request }
    if (mount?.backend?.isLogin(below) === true && isWrite(request.method)) {
      const outcome = await mount.backend.handle({ ...operation, token: undefined })
      this.#audit(request, namespace, path, undefined, undefined, outcome)
      return this.#finish(request, path, mount.type, outcome)
    }
    const id = tokenOf(request)
    if (path === 'sys/wrapping/unwrap' && isWrite(request.method)) {
      const wrapping = typeof body.data['token'] === 'string' ? body.data['token'] : id
      if (wrapping !== undefined && (wrapping === id || this.#wrapping.has(wrapping)))
        return completed(this.#wrapping.unwrap(wrapping), this.#options.ids.uuid())
    }
    if (id === undefined) return DENIED
    const token = this.tokens.use(id)
    if (token === undefined) return INVALID_TOKEN
    const full: Operation = { ...operation, token }
    const isUi = path.startsWith('sys/internal/ui/mounts')
    const capability = capabilityFor(request.method, mount?.backend?.exists(full))
    if (!isUi && !isAllowed(token, namespace, path, capability, this.#realms)) {
      this.#audit(request, namespace, path, token, capability, { is: 'answer', answer: FORBIDDEN })
      return FORBIDDEN
    }
    const outcome = await this.#dispatch(full, realm, namespace, path, mount)
    this.#audit(request, namespace, path, token, isUi ? undefined : capability, outcome)
    return this.#finish(request, path, path.startsWith('sys/') ? systemType(path) : (mount?.type ?? ''), outcome)
  }

  async #dispatch(
    operation: Operation,
    realm: Realm,
    namespace: string,
    path: string,
    mount: ReturnType<Realm['mountOf']>,
  ): Promise<Outcome> {
    if (path.startsWith('sys/')) {
      const found = system(
        { ...operation, path: path.slice('sys/'.length) },
        {
          realm,
          version: this.#options.release.version,
          upgradeMs: this.#options.upgradeMs,
          namespaces: this.#realms.below(namespace),
          rulesOf: (token) => rulesOf(token, namespace, this.#realms),
          unwrap: (token) => ({ is: 'answer', answer: this.#wrapping.unwrap(token) }),
          ...this.#options.cluster,
        },
      )
      return found ?? { is: 'answer', answer: errors(404, '1 error occurred:\n\t* unsupported path\n\n') }
    }
    if (mount?.backend === undefined) return { is: 'answer', answer: errors(404, `no handler for route "${path}". route entry not found.`) }
    // Vault knows no HEAD below sys/health.
    if (operation.method === 'HEAD') return { is: 'answer', answer: errors(405) }
    return mount.backend.handle(operation)
  }

  #newRealm(namespace: string): Realm {
    const { clock, ids, tokenReview, limited } = this.#options
    const realm: Realm = new Realm({
      clock,
      ids,
      tokenReview,
      limited,
      namespace,
      tokens: this.tokens,
      issue: ({ alias, ...request }) =>
        this.tokens.issue({ ...request, namespace, entityId: alias === undefined ? '' : realm.entity(namespace, alias) }),
    })
    return realm
  }

  #finish(request: FakeRequest, path: string, mountType: string, outcome: Outcome): Answer {
    const answer = envelope(outcome, path, mountType, this.#options.ids.uuid())
    if (outcome.is !== 'data') return answer
    const ttl = seconds(String(request.headers['x-vault-wrap-ttl'] ?? '').replace(/^$/, '0'))
    return ttl > 0 ? this.#wrapping.wrap(answer.body as Json, path, ttl) : answer
  }

  #audit(
    request: FakeRequest,
    namespace: string,
    path: string,
    token: Token | undefined,
    capability: Capability | undefined,
    outcome: Outcome,
  ): void {
    this.#options.audit({
      at: this.#options.clock.now(),
      namespace,
      method: request.method,
      path,
      capability,
      policies: token?.policies ?? [],
      displayName: token?.displayName ?? (outcome.is === 'auth' ? outcome.token.displayName : ''),
      status: outcome.is === 'answer' ? outcome.answer.status : outcome.is === 'missing' ? 404 : 200,
    })
  }
}

const systemType = (path: string) => (path.startsWith('sys/internal/ui/') ? '' : 'system')
