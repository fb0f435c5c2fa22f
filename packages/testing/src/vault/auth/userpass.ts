import { DENIED, errors, NO_CONTENT, NOTHING_THERE, UNSUPPORTED_OPERATION } from '../answer.ts'
import { type TokenSettings, tokenSettings } from '../fields.ts'
import { answer, type Backend, type BackendContext, data, type Operation, type Outcome } from '../logical/backend.ts'
import { issueFor } from './approle.ts'

interface User extends TokenSettings {
  readonly password: string
}

/** Five wrong passwords lock a name for a quarter of an hour. */
const LOCK_AFTER = 5
const LOCK_MS = 900_000

export class UserPass implements Backend {
  readonly type = 'userpass'
  readonly #context: BackendContext
  readonly #users = new Map<string, User>()
  readonly #failures = new Map<string, { count: number; last: number }>()

  constructor(context: BackendContext) {
    this.#context = context
  }

  exists({ path }: Operation): boolean {
    return this.#users.has(path.slice('users/'.length))
  }

  isLogin(path: string): boolean {
    return path.startsWith('login/')
  }

  handle(operation: Operation): Outcome {
    const { method, path, data: body } = operation
    if (path.startsWith('login/')) return this.#login(operation, path.slice('login/'.length).toLowerCase())
    const name = /^users\/([^/]+)$/.exec(path)?.[1]?.toLowerCase()
    if (name === undefined) return answer(UNSUPPORTED_OPERATION)
    const user = this.#users.get(name)
    switch (method) {
      case 'POST':
      case 'PUT':
        if (typeof body['password'] !== 'string' && user === undefined) return answer(errors(400, 'missing password'))
        this.#users.set(name, { ...tokenSettings(body), password: String(body['password'] ?? user?.password) })
        return answer(NO_CONTENT)
      case 'GET': {
        if (user === undefined) return answer(NOTHING_THERE)
        const { password: _password, ...settings } = user
        return data(settings)
      }
      case 'DELETE':
        this.#users.delete(name)
        return answer(NO_CONTENT)
      default:
        return answer(UNSUPPORTED_OPERATION)
    }
  }

  #login({ data: body }: Operation, name: string): Outcome {
    const now = this.#context.clock.now()
    const failures = this.#failures.get(name) ?? { count: 0, last: now }
    if (failures.count >= LOCK_AFTER && now - failures.last < LOCK_MS) return answer(DENIED)
    const user = this.#users.get(name)
    if (user === undefined || user.password !== body['password']) {
      const count = now - failures.last < LOCK_MS ? failures.count + 1 : 1
      this.#failures.set(name, { count, last: now })
      return answer(errors(400, 'invalid username or password'))
    }
    this.#failures.delete(name)
    const login = { alias: name, displayName: `userpass-${name}`, metadata: { username: name }, path: `login/${name}` }
    return { is: 'auth', token: issueFor(this.#context, user, login) }
  }
}
