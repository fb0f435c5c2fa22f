import { AppRole } from '../auth/approle.ts'
import { CertAuth } from '../auth/cert.ts'
import { JwtAuth } from '../auth/jwt.ts'
import { KubernetesAuth, type TokenReview } from '../auth/kubernetes.ts'
import { TokenAuth } from '../auth/token.ts'
import { UserPass } from '../auth/userpass.ts'
import { word } from '../identifiers.ts'
import { KvV1Backend } from '../kv/v1.ts'
import { KvV2Backend } from '../kv/v2.ts'
import type { Backend, BackendContext } from './backend.ts'
import { DEFAULT_POLICY } from './policy-check.ts'
import { type PolicyRule, parsePolicy } from './policy-document.ts'
import type { Tokens } from './tokens.ts'

export interface Mount {
  /** With its slash: `secret/`, `auth/kubernetes/`. */
  readonly path: string
  readonly type: string
  readonly description: string
  readonly accessor: string
  readonly uuid: string
  options: Readonly<Record<string, string>> | null
  /** `undefined` for what only exists to be listed. */
  backend: Backend | undefined
}

export interface Quota {
  readonly path: string
  readonly rate: number
  /** Calls in the current second. */
  window: number
  used: number
}

export interface RealmOptions extends BackendContext {
  readonly tokens: Tokens
  readonly tokenReview: TokenReview
  /** Whether storage entries are limited, as raft's are. */
  readonly limited: boolean
}

/** One namespace, the root one included: its mounts, auth methods and policies. */
export class Realm {
  readonly mounts = new Map<string, Mount>()
  readonly policies = new Map<string, { readonly text: string; readonly rules: readonly PolicyRule[] }>()
  readonly quotas = new Map<string, Quota>()
  /** Entity ids by mount accessor and alias. */
  readonly #entities = new Map<string, string>()
  readonly #options: RealmOptions

  constructor(options: RealmOptions) {
    this.#options = options
    this.setPolicy('default', DEFAULT_POLICY)
    this.#add('auth/token/', 'token', 'token based credentials', null, new TokenAuth(this.#contextOf('auth/token/'), options.tokens))
    this.#add('cubbyhole/', 'cubbyhole', 'per-token private secret storage', null, undefined)
    this.#add('identity/', 'identity', 'identity store', null, undefined)
    this.#add('sys/', 'system', 'system endpoints used for control, policy and debugging', null, undefined)
  }

  setPolicy(name: string, text: string): void {
    this.policies.set(name, { text, rules: parsePolicy(text) })
  }

  rules(names: readonly string[]): PolicyRule[] {
    return names.flatMap((name) => this.policies.get(name)?.rules ?? [])
  }

  /** The mount with the longest path that the request's path begins with. */
  mountOf(path: string): Mount | undefined {
    const fitting = [...this.mounts.values()].filter((mount) => path.startsWith(mount.path) || `${path}/` === mount.path)
    return fitting.sort((a, b) => b.path.length - a.path.length)[0]
  }

  /** @returns the sentence of a refusal */
  mount(path: string, type: string, description: string, options: Readonly<Record<string, string>>): string | undefined {
    const taken = [...this.mounts.keys()].find((other) => path === other || path.startsWith(other) || other.startsWith(path))
    if (taken !== undefined) return `path is already in use at ${taken.replace(/^auth\//, '')}`
    const context = this.#contextOf(path)
    const backend = path.startsWith('auth/') ? this.#authMethod(type, context) : this.#engine(type, options)
    if (backend === undefined) return `plugin not found in the catalog: ${type}`
    this.#add(path, type, description, options, backend)
    return undefined
  }

  /** KV version 1 becomes version 2: not available for a while, then every secret is a first version. */
  upgradeKv(mount: Mount, ms: number): void {
    if (!(mount.backend instanceof KvV1Backend)) return
    const { clock } = this.#options
    const old = mount.backend
    const fresh = new KvV2Backend(clock, this.#options.limited)
    const token = undefined
    for (const [path, value] of old.secrets) {
      const operation = { method: 'POST', path: `data/${path}`, data: { data: value }, hasBody: true, query: new URLSearchParams(), token }
      fresh.handle({ ...operation, request: NO_REQUEST })
    }
    fresh.upgradingUntil = clock.now() + ms
    mount.backend = fresh
    mount.options = { ...mount.options, version: '2' }
  }

  entity(mount: string, alias: string): string {
    const key = `${mount} ${alias}`
    const known = this.#entities.get(key) ?? this.#options.ids.uuid()
    this.#entities.set(key, known)
    return known
  }

  #contextOf(path: string): BackendContext {
    const { clock, ids, namespace, issue } = this.#options
    // A token's path and identity follow from the mount that made it.
    return {
      clock,
      ids,
      namespace,
      issue: (request) =>
        issue({ ...request, path: `${path}${request.path}`, alias: request.alias === undefined ? undefined : `${path} ${request.alias}` }),
    }
  }

  #engine(type: string, options: Readonly<Record<string, string>>): Backend | undefined {
    if (type !== 'kv' && type !== 'generic' && type !== 'kv-v2' && type !== 'kv-v1') return undefined
    const two = type === 'kv-v2' || (type === 'kv' && options['version'] === '2')
    return two ? new KvV2Backend(this.#options.clock, this.#options.limited) : new KvV1Backend()
  }

  #authMethod(type: string, context: BackendContext): Backend | undefined {
    switch (type) {
      case 'kubernetes':
        return new KubernetesAuth(context, this.#options.tokenReview)
      case 'jwt':
        return new JwtAuth(context)
      case 'approle':
        return new AppRole(context)
      case 'userpass':
        return new UserPass(context)
      case 'cert':
        return new CertAuth(context)
      default:
        return undefined
    }
  }

  #add(path: string, type: string, description: string, options: Mount['options'], backend: Backend | undefined): void {
    const { ids } = this.#options
    const kind = type === 'kv-v2' || type === 'kv-v1' ? 'kv' : type
    const accessor = `${path.startsWith('auth/') ? 'auth_' : ''}${kind}_${word(ids, 8).toLowerCase()}`
    const versioned = type === 'kv-v2' ? { ...options, version: '2' } : options
    this.mounts.set(path, { path, type: kind, description, accessor, uuid: ids.uuid(), options: versioned, backend })
  }
}

const NO_REQUEST = {
  method: 'POST',
  path: '',
  query: new URLSearchParams(),
  headers: {},
  body: Buffer.alloc(0),
  remoteAddress: '127.0.0.1',
  clientCertificate: undefined,
}
