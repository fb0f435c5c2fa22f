import { errors, FORBIDDEN, INVALID_TOKEN, type Json, NO_CONTENT, UNSUPPORTED_OPERATION } from '../answer.ts'
import { list, seconds, text } from '../fields.ts'
import { answer, type Backend, type BackendContext, data, type Operation, type Outcome } from '../logical/backend.ts'
import type { Token, Tokens } from '../logical/tokens.ts'

/** auth/token: what a token can do about itself, and about others. */
export class TokenAuth implements Backend {
  readonly type = 'token'
  readonly #context: BackendContext
  readonly #tokens: Tokens

  constructor(context: BackendContext, tokens: Tokens) {
    this.#context = context
    this.#tokens = tokens
  }

  exists(): undefined {
    return undefined
  }

  isLogin(): boolean {
    return false
  }

  handle(operation: Operation): Outcome {
    const token = operation.token!
    const { path, method, data: body } = operation
    const write = method === 'POST' || method === 'PUT'
    if (path === 'lookup-self' && (method === 'GET' || write)) return data(this.#tokens.lookUp(token))
    if (!write) return answer(UNSUPPORTED_OPERATION)
    switch (path) {
      case 'renew-self':
        return this.#renew(token, body)
      case 'revoke-self':
        return this.#revoke(token)
      case 'create':
      case 'create-orphan':
        return this.#create(token, body, path === 'create-orphan')
      case 'lookup':
      case 'lookup-accessor':
      case 'renew':
      case 'renew-accessor':
      case 'revoke':
      case 'revoke-accessor':
        return this.#other(path, body)
      default:
        return answer(UNSUPPORTED_OPERATION)
    }
  }

  #other(path: string, body: Json): Outcome {
    const token = path.endsWith('accessor') ? this.#tokens.byAccessor(text(body['accessor'])) : this.#tokens.find(text(body['token']))
    if (token === undefined) return path.startsWith('lookup') ? answer(errors(403, 'bad token')) : answer(errors(400, 'invalid token'))
    if (path.startsWith('lookup')) return data(this.#tokens.lookUp(token))
    return path.startsWith('renew') ? this.#renew(token, body) : this.#revoke(token)
  }

  #renew(token: Token, body: Json): Outcome {
    if (token.type === 'batch') return answer(errors(400, 'batch tokens cannot be renewed'))
    if (!token.renewable) return answer(errors(400, 'lease is not renewable'))
    const warning = this.#tokens.renew(token, seconds(body['increment']), text(body['increment']))
    if (token.leaseTtl === 0) return answer(INVALID_TOKEN)
    return { is: 'auth', token, ...(warning !== undefined && { warnings: [warning] }) }
  }

  #revoke(token: Token): Outcome {
    if (token.type === 'batch') return answer(errors(400, 'batch tokens cannot be revoked'))
    this.#tokens.revoke(token.id)
    return answer(NO_CONTENT)
  }

  #create(parent: Token, body: Json, orphan: boolean): Outcome {
    const policies = 'policies' in body ? list(body['policies']) : parent.policies.filter((name) => name !== 'default')
    const root = parent.policies.includes('root')
    if (!root && policies.some((name) => !parent.policies.includes(name)))
      return answer(errors(400, 'child policies must be subset of parent'))
    if (policies.includes('root') && !root) return answer(FORBIDDEN)
    const id = text(body['id'])
    if (id !== '' && !root) return answer(errors(400, 'root or sudo privileges required to specify token id'))
    const name = text(body['display_name'])
    const token = this.#context.issue({
      policies,
      noDefaultPolicy: body['no_default_policy'] === true,
      ttl: seconds(body['ttl']),
      explicitMaxTtl: seconds(body['explicit_max_ttl']),
      period: seconds(body['period']),
      renewable: body['renewable'] !== false,
      numUses: Number(body['num_uses'] ?? 0),
      type: body['type'] === 'batch' ? 'batch' : 'service',
      displayName: name === '' ? 'token' : `token-${name}`,
      metadata: (body['meta'] ?? null) as Readonly<Record<string, string>> | null,
      path: orphan ? 'create-orphan' : 'create',
      orphan: orphan || body['no_parent'] === true,
      parent: parent.id,
      alias: undefined,
      ...(id !== '' && { id }),
    })
    return { is: 'auth', token }
  }
}
