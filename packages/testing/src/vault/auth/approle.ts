import { errors, type Json, NO_CONTENT, NOTHING_THERE, UNSUPPORTED_OPERATION } from '../answer.ts'
import { holds, list, seconds, type TokenSettings, tokenSettings } from '../fields.ts'
import { timestamp } from '../identifiers.ts'
import { answer, type Backend, type BackendContext, data, type Operation, type Outcome } from '../logical/backend.ts'

interface Role extends TokenSettings {
  roleId: string
  readonly secretIdTtl: number
  readonly secretIdUses: number
  readonly bindSecretId: boolean
  readonly secrets: Map<string, SecretId>
}

interface SecretId {
  readonly accessor: string
  readonly createdAt: number
  updatedAt: number
  readonly ttl: number
  readonly uses: number
  left: number
  readonly cidrs: readonly string[]
}

/** Secret ids past their TTL go only when the tidy comes by, which is once a minute. */
const TIDY_MS = 60_000

const INVALID = answer(errors(400, 'invalid role or secret ID'))

export class AppRole implements Backend {
  readonly type = 'approle'
  readonly #context: BackendContext
  readonly #roles = new Map<string, Role>()

  constructor(context: BackendContext) {
    this.#context = context
  }

  exists({ path }: Operation): boolean | undefined {
    const name = /^role\/([^/]+)$/.exec(path)?.[1]
    return name === undefined ? undefined : this.#roles.has(name)
  }

  isLogin(path: string): boolean {
    return path === 'login'
  }

  handle(operation: Operation): Outcome {
    const { method, path } = operation
    if (path === 'login') return this.#login(operation)
    if (path === 'role' && method === 'LIST')
      return this.#roles.size === 0 ? answer(NOTHING_THERE) : data({ keys: [...this.#roles.keys()].sort() })
    const [, name, rest = ''] = /^role\/([^/]+)(?:\/(.*))?$/.exec(path) ?? []
    if (name === undefined) return answer(UNSUPPORTED_OPERATION)
    if (rest === '') return this.#role(operation, name)
    const role = this.#roles.get(name)
    if (role === undefined) return answer(NOTHING_THERE)
    if (rest === 'role-id') return this.#roleId(operation, role)
    return this.#secretId(operation, name, role, rest)
  }

  #role({ method, data: body }: Operation, name: string): Outcome {
    const role = this.#roles.get(name)
    switch (method) {
      case 'POST':
      case 'PUT':
        this.#roles.set(name, {
          ...tokenSettings(body),
          roleId: role?.roleId ?? this.#context.ids.uuid(),
          secretIdTtl: seconds(body['secret_id_ttl']),
          secretIdUses: Number(body['secret_id_num_uses'] ?? 0),
          bindSecretId: body['bind_secret_id'] !== false,
          secrets: role?.secrets ?? new Map(),
        })
        return answer(NO_CONTENT)
      case 'DELETE':
        this.#roles.delete(name)
        return answer(NO_CONTENT)
      case 'GET': {
        if (role === undefined) return answer(NOTHING_THERE)
        const { roleId: _id, secrets: _secrets, secretIdTtl, secretIdUses, bindSecretId, ...settings } = role
        return data({ ...settings, bind_secret_id: bindSecretId, secret_id_ttl: secretIdTtl, secret_id_num_uses: secretIdUses })
      }
      default:
        return answer(UNSUPPORTED_OPERATION)
    }
  }

  #roleId({ method, data: body }: Operation, role: Role): Outcome {
    if (method === 'GET') return data({ role_id: role.roleId })
    role.roleId = String(body['role_id'] ?? role.roleId)
    return answer(NO_CONTENT)
  }

  #secretId({ method, data: body }: Operation, _name: string, role: Role, rest: string): Outcome {
    const { ids, clock } = this.#context
    if (method !== 'POST' && method !== 'PUT') return answer(UNSUPPORTED_OPERATION)
    if (rest === 'secret-id') {
      const secret: SecretId = {
        accessor: ids.uuid(),
        createdAt: clock.now(),
        updatedAt: clock.now(),
        ttl: seconds(body['ttl']) || role.secretIdTtl,
        uses: Number(body['num_uses'] ?? role.secretIdUses),
        left: Number(body['num_uses'] ?? role.secretIdUses),
        cidrs: list(body['cidr_list']),
      }
      const id = ids.uuid()
      role.secrets.set(id, secret)
      return data({ secret_id: id, secret_id_accessor: secret.accessor, secret_id_num_uses: secret.uses, secret_id_ttl: secret.ttl })
    }
    const id = String(body['secret_id'] ?? '')
    if (rest === 'secret-id/destroy') {
      role.secrets.delete(id)
      return answer(NO_CONTENT)
    }
    const secret = role.secrets.get(id)
    if (rest !== 'secret-id/lookup') return answer(UNSUPPORTED_OPERATION)
    if (secret === undefined) return answer(NO_CONTENT)
    return data({
      cidr_list: secret.cidrs,
      creation_time: timestamp(secret.createdAt),
      expiration_time: secret.ttl === 0 ? '0001-01-01T00:00:00Z' : timestamp(secret.createdAt + secret.ttl * 1000),
      last_updated_time: timestamp(secret.updatedAt),
      metadata: {},
      secret_id_accessor: secret.accessor,
      secret_id_num_uses: secret.left,
      secret_id_ttl: secret.ttl,
      token_bound_cidrs: [],
    })
  }

  #login({ data: body, request }: Operation): Outcome {
    if (typeof body['role_id'] !== 'string' || body['role_id'] === '')
      return answer(errors(500, 'failed to determine alias name from login request'))
    const found = [...this.#roles].find(([, role]) => role.roleId === body['role_id'])
    if (found === undefined) return INVALID
    const [name, role] = found
    if (role.bindSecretId) {
      const id = body['secret_id']
      if (typeof id !== 'string' || id === '') return answer(errors(400, 'missing secret_id'))
      const refused = this.#useSecret(role, id, request.remoteAddress)
      if (refused !== undefined) return refused
    }
    return {
      is: 'auth',
      token: issueFor(this.#context, role, {
        alias: role.roleId,
        displayName: 'approle',
        metadata: { role_name: name } as Json,
        path: 'login',
      }),
    }
  }

  #useSecret(role: Role, id: string, from: string): Outcome | undefined {
    const secret = role.secrets.get(id)
    if (secret === undefined) return INVALID
    const age = this.#context.clock.now() - secret.createdAt
    if (secret.ttl > 0 && age >= secret.ttl * 1000 + TIDY_MS - 1_000) {
      role.secrets.delete(id)
      return INVALID
    }
    secret.updatedAt = this.#context.clock.now()
    // A use is gone before the address is looked at.
    if (secret.uses > 0 && --secret.left === 0) role.secrets.delete(id)
    if (secret.cidrs.length > 0 && !secret.cidrs.some((cidr) => holds(cidr, from)))
      return answer(errors(400, `source address "${from}" unauthorized by CIDR restrictions on the secret ID: %!w(<nil>)`))
    return undefined
  }
}

/** A token by a role's settings. */
export function issueFor(
  context: BackendContext,
  settings: TokenSettings,
  login: { readonly alias: string; readonly displayName: string; readonly metadata: Json; readonly path: string },
): import('../logical/tokens.ts').Token {
  return context.issue({
    policies: settings.token_policies,
    noDefaultPolicy: settings.token_no_default_policy,
    ttl: settings.token_ttl,
    maxTtl: settings.token_max_ttl,
    explicitMaxTtl: settings.token_explicit_max_ttl,
    period: settings.token_period,
    numUses: settings.token_num_uses,
    type: settings.token_type.includes('batch') ? 'batch' : 'service',
    displayName: login.displayName,
    metadata: login.metadata as Readonly<Record<string, string>>,
    path: login.path,
    orphan: true,
    alias: login.alias,
  })
}
