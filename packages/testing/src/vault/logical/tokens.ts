import { createHash } from 'node:crypto'
import { type Clock, formatDuration } from '@kubewright/core'
import { type Identifiers, timestamp, word } from '../identifiers.ts'

/** 768 hours. */
export const SYSTEM_TTL = 2_764_800

export interface TokenRequest {
  readonly policies: readonly string[]
  readonly noDefaultPolicy?: boolean
  /** Seconds; 0: the system's. */
  readonly ttl: number
  readonly maxTtl?: number
  readonly explicitMaxTtl?: number
  readonly period?: number
  readonly renewable?: boolean
  readonly numUses?: number
  readonly type?: 'service' | 'batch'
  readonly displayName: string
  readonly metadata: Readonly<Record<string, string>> | null
  readonly path: string
  readonly orphan: boolean
  /** An identity; empty for tokens made by tokens. */
  readonly entityId: string
  /** Of the namespace in which it was made. */
  readonly namespace: string
  readonly id?: string
  readonly parent?: string
}

export interface Token extends Required<Pick<TokenRequest, 'displayName' | 'metadata' | 'path' | 'orphan' | 'entityId' | 'namespace'>> {
  readonly id: string
  readonly accessor: string
  readonly type: 'service' | 'batch'
  readonly policies: readonly string[]
  readonly renewable: boolean
  readonly numUsesGiven: number
  usesLeft: number
  readonly createdAt: number
  readonly creationTtl: number
  leaseTtl: number
  /** Wall-clock milliseconds; infinite for root. */
  expiresAt: number
  readonly maxTtl: number
  readonly explicitMaxTtl: number
  readonly period: number
  renewedAt: number | undefined
  readonly parent: string | undefined
}

export class Tokens {
  readonly #clock: Clock
  readonly #ids: Identifiers
  readonly #held = new Map<string, Token>()

  constructor(clock: Clock, ids: Identifiers) {
    this.#clock = clock
    this.#ids = ids
  }

  issue(request: TokenRequest): Token {
    const { type = 'service', period = 0, explicitMaxTtl = 0, numUses = 0 } = request
    const root = request.policies.includes('root')
    const policies = [...new Set([...request.policies, ...(root || request.noDefaultPolicy === true ? [] : ['default'])])].sort()
    const max = Math.min(request.maxTtl || SYSTEM_TTL, explicitMaxTtl || SYSTEM_TTL)
    const ttl = root && request.ttl === 0 ? 0 : period || Math.min(request.ttl || SYSTEM_TTL, max)
    const now = this.#clock.now()
    const token: Token = {
      id: request.id ?? this.#newId(type),
      accessor: type === 'batch' ? '' : word(this.#ids, 24),
      type,
      policies,
      renewable: type === 'service' && ttl > 0 && request.renewable !== false,
      numUsesGiven: numUses,
      usesLeft: numUses,
      createdAt: now,
      creationTtl: ttl,
      leaseTtl: ttl,
      expiresAt: ttl === 0 ? Number.POSITIVE_INFINITY : now + ttl * 1000,
      maxTtl: request.maxTtl ?? 0,
      explicitMaxTtl,
      period,
      renewedAt: undefined,
      parent: request.orphan ? undefined : request.parent,
      displayName: request.displayName,
      metadata: request.metadata,
      path: request.path,
      orphan: request.orphan,
      entityId: request.entityId,
      namespace: request.namespace,
    }
    this.#held.set(token.id, token)
    return token
  }

  /** A living token; one use of it is gone. */
  use(id: string): Token | undefined {
    const token = this.find(id)
    if (token === undefined || token.numUsesGiven === 0) return token
    if (token.usesLeft === 0) return undefined
    token.usesLeft--
    return token
  }

  find(id: string): Token | undefined {
    const token = this.#held.get(id)
    if (token === undefined) return undefined
    if (token.expiresAt > this.#clock.now()) return token
    this.revoke(id)
    return undefined
  }

  byAccessor(accessor: string): Token | undefined {
    const held = [...this.#held.values()].find((token) => token.accessor === accessor && accessor !== '')
    return held === undefined ? undefined : this.find(held.id)
  }

  /** With its children, as Vault does. */
  revoke(id: string): void {
    this.#held.delete(id)
    for (const token of [...this.#held.values()]) if (token.parent === id) this.revoke(token.id)
  }

  /** @param increment seconds; 0 for what it had @returns the warning, if the wish was cut */
  renew(token: Token, increment: number, asked: string): string | undefined {
    const now = this.#clock.now()
    token.renewedAt = now
    const age = (now - token.createdAt) / 1000
    const wanted = token.period || increment || token.leaseTtl
    const bounds = [
      token.period === 0 ? (token.maxTtl || SYSTEM_TTL) - age : Infinity,
      token.explicitMaxTtl === 0 ? Infinity : token.explicitMaxTtl - age,
    ]
    const most = Math.max(0, Math.round(Math.min(...bounds)))
    token.leaseTtl = Math.min(wanted, most)
    token.expiresAt = now + token.leaseTtl * 1000
    if (wanted <= most) return undefined
    const shown = asked === '' ? short(wanted) : asked
    return `TTL of "${shown}" exceeded the effective max_ttl of "${short(most)}"; TTL value is capped accordingly`
  }

  ids(): readonly string[] {
    return [...this.#held.keys()]
  }

  /** The number of tokens that live: for tests of leaks. */
  get size(): number {
    return [...this.#held.keys()].filter((id) => this.find(id) !== undefined).length
  }

  lookUp(token: Token): Record<string, unknown> {
    const left = Number.isFinite(token.expiresAt) ? Math.max(0, Math.round((token.expiresAt - this.#clock.now()) / 1000)) : 0
    return {
      accessor: token.accessor,
      creation_time: Math.floor(token.createdAt / 1000),
      creation_ttl: token.creationTtl,
      display_name: token.displayName,
      entity_id: token.entityId,
      expire_time: Number.isFinite(token.expiresAt) ? timestamp(token.expiresAt) : null,
      explicit_max_ttl: token.explicitMaxTtl,
      id: token.id,
      issue_time: timestamp(token.createdAt),
      ...(token.renewedAt !== undefined && {
        last_renewal: timestamp(token.renewedAt),
        last_renewal_time: Math.floor(token.renewedAt / 1000),
      }),
      meta: token.metadata,
      num_uses: token.usesLeft,
      orphan: token.orphan,
      path: token.path,
      ...(token.period > 0 && { period: token.period }),
      policies: token.policies,
      renewable: token.renewable,
      ttl: left,
      type: token.type,
    }
  }

  #newId(type: 'service' | 'batch'): string {
    return type === 'batch' ? `hvb.${word(this.#ids, 134)}` : `hvs.${word(this.#ids, 90)}`
  }
}

/** `auth` of an answer to a login, a creation or a renewal. */
export function authOf(token: Token): Record<string, unknown> {
  return {
    client_token: token.id,
    accessor: token.accessor,
    policies: token.policies,
    ...(token.policies.length > 0 && { token_policies: token.policies }),
    metadata: token.metadata,
    lease_duration: token.leaseTtl,
    renewable: token.renewable,
    entity_id: token.entityId,
    token_type: token.type,
    orphan: token.orphan,
    mfa_requirement: null,
    num_uses: token.numUsesGiven,
  }
}

/** How KV names a writer. */
export function clientId(token: Token): string {
  return token.entityId || createHash('sha256').update(token.policies.join(',')).digest('base64')
}

/** Go's short form: `1h59m46s`, `6s`, `1h`. */
const short = (seconds: number): string =>
  formatDuration(seconds * 1000)
    .replace(/(?<=[hm])0s$/, '')
    .replace(/(?<=h)0m$/, '')
