import { errors, type Json, NO_CONTENT, NOTHING_THERE, UNSUPPORTED_OPERATION } from '../answer.ts'
import { seconds } from '../fields.ts'
import { answer, type Backend, data, type Operation, type Outcome } from '../logical/backend.ts'
import { SYSTEM_TTL } from '../logical/tokens.ts'
import { namesBelow } from './names.ts'

/** KV version 1: a bare map at each path. */
export class KvV1Backend implements Backend {
  readonly type = 'kv'
  readonly secrets: Map<string, Json>

  constructor(secrets: Map<string, Json> = new Map()) {
    this.secrets = secrets
  }

  exists({ path }: Operation): boolean {
    return this.secrets.has(path)
  }

  isLogin(): boolean {
    return false
  }

  handle({ method, path, data: body }: Operation): Outcome {
    switch (method) {
      case 'GET': {
        const secret = this.secrets.get(path)
        if (secret === undefined) return answer(NOTHING_THERE)
        // A key of this name is taken for the lease, and changes nothing but what is said about it.
        return { ...data(secret), leaseSeconds: seconds(secret['ttl'] ?? secret['lease']) || SYSTEM_TTL } as Outcome
      }
      case 'POST':
      case 'PUT':
        if (Object.keys(body).length === 0) return answer(errors(400, 'missing data fields'))
        this.secrets.set(path, body)
        return answer(NO_CONTENT)
      case 'DELETE':
        this.secrets.delete(path)
        return answer(NO_CONTENT)
      case 'LIST': {
        const keys = namesBelow(this.secrets.keys(), path)
        return keys.length === 0 ? answer(NOTHING_THERE) : data({ keys })
      }
      default:
        return answer(UNSUPPORTED_OPERATION)
    }
  }
}
