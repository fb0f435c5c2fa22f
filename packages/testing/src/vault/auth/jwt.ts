import { errors, NO_CONTENT, NOTHING_THERE, UNSUPPORTED_OPERATION } from '../answer.ts'
import { list, type TokenSettings, text, tokenSettings } from '../fields.ts'
import { answer, type Backend, type BackendContext, data, type Operation, type Outcome } from '../logical/backend.ts'
import { issueFor } from './approle.ts'
import { audiencesOf, isSignedBy, parseJwt, refusedTimes, WRONG_AUDIENCE } from './claims.ts'

interface Role extends TokenSettings {
  readonly userClaim: string
  readonly audiences: readonly string[]
  readonly subject: string
}

/** Tokens of anybody whose public key is configured. OIDC discovery is refused: the fake calls nobody. */
export class JwtAuth implements Backend {
  readonly type = 'jwt'
  readonly #context: BackendContext
  readonly #roles = new Map<string, Role>()
  #keys: readonly string[] = []
  #issuer = ''

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
    const { method, path, data: body } = operation
    if (path === 'login') return this.#login(operation)
    if (path === 'config') return this.#config(operation)
    const name = /^role\/([^/]+)$/.exec(path)?.[1]
    if (name === undefined) return answer(UNSUPPORTED_OPERATION)
    switch (method) {
      case 'POST':
      case 'PUT':
        if (text(body['user_claim']) === '') return answer(errors(400, 'a user claim must be defined on the role'))
        this.#roles.set(name, {
          ...tokenSettings(body),
          userClaim: text(body['user_claim']),
          audiences: list(body['bound_audiences']),
          subject: text(body['bound_subject']),
        })
        return answer(NO_CONTENT)
      case 'DELETE':
        this.#roles.delete(name)
        return answer(NO_CONTENT)
      default:
        return this.#roles.has(name) ? data({ role_type: 'jwt', ...this.#roles.get(name) }) : answer(NOTHING_THERE)
    }
  }

  #config({ method, data: body }: Operation): Outcome {
    if (method === 'GET') return data({ jwt_validation_pubkeys: this.#keys, bound_issuer: this.#issuer })
    const keys = list(body['jwt_validation_pubkeys'])
    if (keys.length === 0) return answer(errors(400, 'fakeVault knows jwt_validation_pubkeys only'))
    this.#keys = keys
    this.#issuer = text(body['bound_issuer'])
    return answer(NO_CONTENT)
  }

  #login({ data: body }: Operation): Outcome {
    const roleName = text(body['role'])
    const role = this.#roles.get(roleName)
    if (text(body['jwt']) === '') return answer(errors(400, 'missing token'))
    if (role === undefined) return answer(errors(400, `role "${roleName}" could not be found`))
    const jwt = parseJwt(text(body['jwt']))
    const refused = (why: string) => answer(errors(400, `error validating token: ${why}`))
    if (jwt === undefined) return refused('error verifying token signature: go-jose/go-jose: compact JWS format must have three parts')
    if (!this.#keys.some((key) => isSignedBy(jwt, key)))
      return refused('error verifying token signature: no known key successfully validated the token signature')
    const { claims } = jwt
    const late = refusedTimes(claims, this.#context.clock.now())
    if (late !== undefined) return refused(late)
    if (this.#issuer !== '' && claims.iss !== this.#issuer) return refused('invalid issuer (iss) claim')
    if (role.subject !== '' && claims.sub !== role.subject) return refused('invalid subject (sub) claim')
    const audiences = audiencesOf(claims)
    if (role.audiences.length > 0 && !audiences.some((each) => role.audiences.includes(each))) return refused(WRONG_AUDIENCE)
    if (role.audiences.length === 0 && audiences.length > 0 && role.subject === '')
      return refused('audience claim found in JWT but no audiences bound to the role')
    const user = text(claims[role.userClaim])
    if (user === '') return answer(errors(400, `claim "${role.userClaim}" not found in token`))
    const login = { alias: user, displayName: `jwt-${user}`, metadata: { role: roleName }, path: 'login' }
    return { is: 'auth', token: issueFor(this.#context, role, login) }
  }
}
