import type { Clock } from '@kubewright/core'
import { type Answer, DENIED, errors, type FakeRequest, FORBIDDEN, INVALID_TOKEN, type Json, readBody } from '../answer.ts'
import type { TokenReview } from '../auth/kubernetes.ts'
import { seconds } from '../fields.ts'
import { type Identifiers, timestamp, word } from '../identifiers.ts'
import type { VaultRelease } from '../release.ts'
import type { AuditEntry } from './audit.ts'
import type { Operation, Outcome } from './backend.ts'
import { anythingBelow, capabilitiesAt } from './policy-check.ts'
import type { Capability, PolicyRule } from './policy-document.ts'
import { Realm } from './realm.ts'
import { countQuota, type NamespaceStore, system } from './system.ts'
import { authOf, type Token, Tokens } from './tokens.ts'

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

interface Wrapped {
  readonly body: Json
  readonly expiresAt: number
}

/** These need `sudo` beside their ordinary capability. */
const SUDO = [
  /^sys\/(?:seal|step-down|rotate|raw.*)$/,
  /^sys\/(?:audit|auth)(?:\/.*)?$/,
  /^auth\/token\/(?:accessors|create-orphan)\/?$/,
  /^sys\/storage\/raft\/snapshot-auto.*$/,
]

/** What the active node serves: everything behind a token, and the logins. */
export class Logical {
  readonly tokens: Tokens
  readonly #options: LogicalOptions
  readonly #realms = new Map<string, Realm>()
  readonly #wrapped = new Map<string, Wrapped>()

  constructor(options: LogicalOptions) {
    this.#options = options
    this.tokens = new Tokens(options.clock, options.ids)
    this.#realms.set('', this.#newRealm(''))
  }

  realm(namespace = ''): Realm | undefined {
    return this.#realms.get(namespace)
  }

  createNamespace(path: string): void {
    this.#realms.set(path, this.#newRealm(path))
  }

  /** Whether a token may do this; for what is answered by the node itself (seal, step-down). */
  authorize(request: FakeRequest, capability: Capability): Answer | undefined {
    const id = tokenOf(request)
    if (id === undefined) return DENIED
    const token = this.tokens.use(id)
    if (token === undefined) return INVALID_TOKEN
    return this.#allowed(token, '', request.path, capability) ? undefined : FORBIDDEN
  }

  async handle(request: FakeRequest): Promise<Answer> {
    const { namespace, path } = this.#place(request)
    const realm = this.#realms.get(namespace)
    if (realm === undefined) return errors(404, `no handler for route "${path}". route entry not found.`)
    if (/\p{Cc}/u.test(path)) return { status: 400, bare: true }
    const body = this.#body(request)
    if ('status' in body) return body
    if (isWrite(request.method) && path.endsWith('/') && !path.startsWith('sys/'))
      return errors(400, "cannot write to a path ending in '/'")
    const quota = countQuota(realm, path, this.#options.clock.now())
    if (quota.refused !== undefined) return quota.refused
    const answer = await this.#serve(request, realm, namespace, path, body)
    return quota.headers === undefined ? answer : { ...answer, headers: { ...answer.headers, ...quota.headers } }
  }

  async #serve(
    request: FakeRequest,
    realm: Realm,
    namespace: string,
    path: string,
    body: { data: Json; hasBody: boolean },
  ): Promise<Answer> {
    const mount = realm.mountOf(path)
    const below = mount === undefined ? '' : path.slice(mount.path.length)
    const operation = { method: request.method, path: below, ...body, query: request.query, request }
    if (mount?.backend?.isLogin(below) === true && isWrite(request.method)) {
      const outcome = await mount.backend.handle({ ...operation, token: undefined })
      this.#audit(request, namespace, path, undefined, undefined, outcome)
      return this.#envelope(request, namespace, path, mount.type, outcome)
    }
    const id = tokenOf(request)
    if (path === 'sys/wrapping/unwrap' && isWrite(request.method)) {
      const wrapping = typeof body.data['token'] === 'string' ? body.data['token'] : id
      if (wrapping !== undefined && (wrapping === id || this.#wrapped.has(wrapping))) return this.#answer(this.#unwrap(wrapping))
    }
    if (id === undefined) return DENIED
    const token = this.tokens.use(id)
    if (token === undefined) return INVALID_TOKEN
    const full: Operation = { ...operation, token }
    const isUi = path.startsWith('sys/internal/ui/mounts')
    const capability = capabilityFor(request.method, mount?.backend?.exists(full))
    if (!isUi && !this.#allowed(token, namespace, path, capability)) {
      this.#audit(request, namespace, path, token, capability, { is: 'answer', answer: FORBIDDEN })
      return FORBIDDEN
    }
    const outcome = await this.#dispatch(full, realm, namespace, path, mount)
    this.#audit(request, namespace, path, token, isUi ? undefined : capability, outcome)
    return this.#envelope(request, namespace, path, path.startsWith('sys/') ? systemType(path) : (mount?.type ?? ''), outcome)
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
          namespaces: this.#options.release.namespaces ? this.#namespaces(namespace) : undefined,
          rulesOf: (token) => this.#rules(token, namespace),
          unwrap: (token) => this.#unwrap(token),
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

  #namespaces(parent: string): NamespaceStore {
    const full = (name: string) => (parent === '' ? name : `${parent}/${name}`)
    const describe = (path: string): Json => ({ id: path, path: `${path}/`, custom_metadata: {} })
    return {
      create: (name) => {
        const path = full(name.replace(/\/+$/, ''))
        if (!this.#realms.has(path)) this.createNamespace(path)
        return describe(path)
      },
      read: (name) => (this.#realms.has(full(name)) ? describe(full(name)) : undefined),
      delete: (name) => {
        for (const path of this.#realms.keys()) if (path === full(name) || path.startsWith(`${full(name)}/`)) this.#realms.delete(path)
      },
      list: () =>
        [...this.#realms.keys()]
          .filter((path) => path !== '' && path !== parent && path.startsWith(parent === '' ? '' : `${parent}/`))
          .map((path) => `${path.slice(parent === '' ? 0 : parent.length + 1)}/`)
          .filter((name) => name.indexOf('/') === name.length - 1),
    }
  }

  /** The header, or the beginning of the path, says which namespace. Community Vault ignores the header. */
  #place(request: FakeRequest): { readonly namespace: string; readonly path: string } {
    if (!this.#options.release.namespaces) return { namespace: '', path: request.path }
    const header = String(request.headers['x-vault-namespace'] ?? '').replace(/^\/+|\/+$/g, '')
    const parts = request.path.split('/')
    for (let length = parts.length - 1; length > 0; length--) {
      const name = [header, ...parts.slice(0, length)].filter((part) => part !== '').join('/')
      if (this.#realms.has(name)) return { namespace: name, path: parts.slice(length).join('/') }
    }
    return { namespace: header, path: request.path }
  }

  #body(request: FakeRequest): Answer | { readonly data: Json; readonly hasBody: boolean } {
    if (!isWrite(request.method) && request.method !== 'PATCH') return { data: {}, hasBody: false }
    const type = String(request.headers['content-type'] ?? '').split(';')[0]
    if (request.method === 'PATCH' && type !== 'application/merge-patch+json')
      return errors(415, `PATCH requires Content-Type of application/merge-patch+json, provided ${type}`)
    const read = readBody(request.body)
    if (read.is === 'refused') return read.answer
    return read.is === 'empty' ? { data: {}, hasBody: false } : { data: read.value, hasBody: true }
  }

  /** A token of a namespace sees the ones below it under their names. */
  #rules(token: Token, namespace: string): PolicyRule[] {
    const rules = this.#realms.get(token.namespace)?.rules(token.policies) ?? []
    if (token.namespace === namespace) return rules
    const below = token.namespace === '' ? `${namespace}/` : `${namespace.slice(token.namespace.length + 1)}/`
    return rules
      .filter(({ path }) => path.startsWith(below) || path.startsWith('+/'))
      .map((rule) => ({ ...rule, path: rule.path.startsWith(below) ? rule.path.slice(below.length) : rule.path.slice(2) }))
  }

  #allowed(token: Token, namespace: string, path: string, capability: Capability): boolean {
    const inside = token.namespace === namespace || token.namespace === '' || namespace.startsWith(`${token.namespace}/`)
    if (!inside) return false
    if (token.policies.includes('root')) return true
    const rules = this.#rules(token, namespace)
    const bare = path.replace(/\/+$/, '')
    const granted = [path, ...(capability === 'list' ? [bare, `${bare}/`] : [])].map((each) => capabilitiesAt(rules, each))
    if (granted.some((each) => each.has('deny'))) return false
    const allowed = granted.some((each) => each.has(capability))
    return allowed && (!SUDO.some((pattern) => pattern.test(path)) || granted.some((each) => each.has('sudo')))
  }

  /** For a test: whether a policy reaches anything below a path. */
  reaches(token: Token, prefix: string): boolean {
    return anythingBelow(this.#rules(token, ''), prefix)
  }

  #envelope(request: FakeRequest, _namespace: string, path: string, mountType: string, outcome: Outcome): Answer {
    if (outcome.is === 'answer') return this.#answer(outcome)
    const empty = {
      request_id: this.#options.ids.uuid(),
      lease_id: '',
      renewable: false,
      lease_duration: 0,
      data: null,
      wrap_info: null,
      warnings: null,
      auth: null,
    }
    switch (outcome.is) {
      case 'data': {
        const body = {
          ...empty,
          lease_duration: outcome.leaseSeconds ?? 0,
          data: outcome.data,
          warnings: outcome.warnings ?? null,
          mount_type: uiType(path, mountType),
        }
        const ttl = seconds(String(request.headers['x-vault-wrap-ttl'] ?? '').replace(/^$/, '0'))
        return ttl > 0 ? this.#wrap(body, path, ttl) : { status: 200, body }
      }
      case 'missing':
        // What is not found is told without the name of the engine.
        return { status: 404, body: { ...empty, data: outcome.data ?? null, warnings: outcome.warnings ?? null, mount_type: '' } }
      case 'auth':
        return {
          status: 200,
          body: {
            ...empty,
            warnings: outcome.warnings ?? null,
            auth: authOf(outcome.token),
            mount_type: path.startsWith('auth/token/') ? 'token' : '',
          },
        }
      case 'warnings':
        return { status: 200, body: { ...empty, warnings: outcome.warnings, mount_type: mountType } }
    }
  }

  /** Answers that sys endpoints give at the top level get the envelope around them. */
  #answer(outcome: Outcome): Answer {
    if (outcome.is !== 'answer') throw new Error('only finished answers')
    const { answer } = outcome
    if (answer.status !== 200 || typeof answer.body !== 'object' || answer.body === null || !('data' in answer.body)) return answer
    const { data, ...top } = answer.body as Json & { data: unknown }
    if ('request_id' in top) return answer
    const empty = {
      request_id: this.#options.ids.uuid(),
      lease_id: '',
      renewable: false,
      lease_duration: 0,
      wrap_info: null,
      warnings: null,
      auth: null,
    }
    return { ...answer, body: { ...top, ...empty, data, mount_type: 'system' } }
  }

  #wrap(body: Json, path: string, ttl: number): Answer {
    const { ids, clock } = this.#options
    const token = `hvs.${word(ids, 90)}`
    this.#wrapped.set(token, { body, expiresAt: clock.now() + ttl * 1000 })
    const accessor = (body['data'] as Json | null)?.['secret_id_accessor']
    const info = {
      token,
      accessor: word(ids, 24),
      ttl,
      creation_time: timestamp(clock.now()),
      creation_path: path,
      ...(typeof accessor === 'string' && { wrapped_accessor: accessor }),
    }
    return { status: 200, body: { ...body, data: null, wrap_info: info, request_id: '', mount_type: '' } }
  }

  #unwrap(token: string): Outcome {
    const held = this.#wrapped.get(token)
    this.#wrapped.delete(token)
    if (held === undefined || held.expiresAt <= this.#options.clock.now())
      return { is: 'answer', answer: errors(400, 'wrapping token is not valid or does not exist') }
    return { is: 'answer', answer: { status: 200, body: held.body } }
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

const isWrite = (method: string) => method === 'POST' || method === 'PUT'

function tokenOf({ headers }: FakeRequest): string | undefined {
  const given = headers['x-vault-token'] ?? /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1]
  return typeof given === 'string' && given !== '' ? given : undefined
}

function capabilityFor(method: string, exists: boolean | undefined): Capability {
  switch (method) {
    case 'LIST':
      return 'list'
    case 'DELETE':
      return 'delete'
    case 'PATCH':
      return 'patch'
    case 'POST':
    case 'PUT':
      return exists === false ? 'create' : 'update'
    default:
      return 'read'
  }
}

const systemType = (path: string) => (path.startsWith('sys/internal/ui/') ? '' : 'system')
const uiType = (path: string, type: string) => (path.startsWith('sys/internal/ui/') ? '' : type)
