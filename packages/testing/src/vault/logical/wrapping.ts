import type { Clock } from '@kubewright/core'
import { type Answer, errors, type Json } from '../answer.ts'
import { type Identifiers, timestamp, word } from '../identifiers.ts'

interface Wrapped {
  readonly body: Json
  readonly expiresAt: number
}

/** Answers that are given once, for a token of their own. */
export class Wrapping {
  readonly #clock: Clock
  readonly #ids: Identifiers
  readonly #held = new Map<string, Wrapped>()

  constructor(clock: Clock, ids: Identifiers) {
    this.#clock = clock
    this.#ids = ids
  }

  has(token: string): boolean {
    return this.#held.has(token)
  }

  /** @param ttl in seconds */
  wrap(body: Json, path: string, ttl: number): Answer {
    const token = `hvs.${word(this.#ids, 90)}`
    this.#held.set(token, { body, expiresAt: this.#clock.now() + ttl * 1000 })
    const accessor = (body['data'] as Json | null)?.['secret_id_accessor']
    const info = {
      token,
      accessor: word(this.#ids, 24),
      ttl,
      creation_time: timestamp(this.#clock.now()),
      creation_path: path,
      ...(typeof accessor === 'string' && { wrapped_accessor: accessor }),
    }
    return { status: 200, body: { ...body, data: null, wrap_info: info, request_id: '', mount_type: '' } }
  }

  unwrap(token: string): Answer {
    const held = this.#held.get(token)
    this.#held.delete(token)
    if (held === undefined || held.expiresAt <= this.#clock.now()) return errors(400, 'wrapping token is not valid or does not exist')
    return { status: 200, body: held.body }
  }
}
