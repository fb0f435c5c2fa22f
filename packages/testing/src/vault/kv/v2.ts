import { applyMergePatch, type Clock } from '@kubewright/core'
import { errors, type Json, NO_CONTENT, NOTHING_THERE, UNSUPPORTED_OPERATION } from '../answer.ts'
import { seconds } from '../fields.ts'
import { answer, type Backend, data, type Operation, type Outcome } from '../logical/backend.ts'
import { clientId } from '../logical/tokens.ts'
import { customMetadata } from './custom-metadata.ts'
import { namesBelow } from './names.ts'
import { type Author, addVersion, inGo, isDeleted, metadata, newSecret, type Secret, type Settings, versionMetadata } from './secret.ts'

/** A raft entry; one version is one entry, with 220 bytes around the value as measured. */
const MAX_ENTRY = 1_048_576
const ENTRY_OVERHEAD = 220

const KINDS = ['data', 'metadata', 'delete', 'undelete', 'destroy', 'subkeys'] as const
type Kind = (typeof KINDS)[number]

/** KV version 2. */
export class KvV2Backend implements Backend {
  readonly type = 'kv'
  readonly secrets = new Map<string, Secret>()
  readonly settings: Settings = { maxVersions: 0, casRequired: false, deleteVersionAfter: 0 }
  readonly #clock: Clock
  /** Entries of any size are fine in memory. */
  readonly #limited: boolean
  /** Wall-clock milliseconds until which an upgrade from version 1 goes on. */
  upgradingUntil = 0

  constructor(clock: Clock, limited: boolean) {
    this.#clock = clock
    this.#limited = limited
  }

  exists({ path }: Operation): boolean | undefined {
    const { kind, rest } = split(path)
    if (kind === 'data') return (this.secrets.get(rest)?.current ?? 0) > 0
    return kind === 'metadata' ? this.secrets.has(rest) : undefined
  }

  isLogin(): boolean {
    return false
  }

  handle(operation: Operation): Outcome {
    if (this.#clock.now() < this.upgradingUntil)
      return answer(
        errors(
          400,
          'Upgrading from non-versioned to versioned data. This backend will be unavailable for a brief period and will resume service shortly.',
        ),
      )
    const { kind, rest } = split(operation.path)
    if (operation.path === 'config') return this.#config(operation)
    if (kind === undefined || (operation.method === 'LIST' && kind !== 'metadata')) return wrongShape(operation.method)
    switch (kind) {
      case 'data':
        return this.#data(operation, rest)
      case 'metadata':
        return this.#metadata(operation, rest)
      case 'subkeys':
        return operation.method === 'GET' ? this.#subkeys(rest) : answer(UNSUPPORTED_OPERATION)
      default:
        return isWrite(operation.method) ? this.#versions(operation, kind, rest) : answer(UNSUPPORTED_OPERATION)
    }
  }

  #data(operation: Operation, path: string): Outcome {
    switch (operation.method) {
      case 'GET':
        return this.#read(operation, path)
      case 'POST':
      case 'PUT':
        return this.#write(operation, path)
      case 'PATCH':
        return this.#patch(operation, path)
      case 'DELETE': {
        const secret = this.secrets.get(path)
        const version = secret?.versions.get(secret.current)
        if (secret !== undefined && version !== undefined && !isDeleted(version, this.#clock.now())) {
          version.deletedAt = this.#clock.now()
          version.deletedBy = author(operation, 'delete')
          secret.lastAuthor = version.deletedBy
        }
        return answer(NO_CONTENT)
      }
      default:
        return answer(UNSUPPORTED_OPERATION)
    }
  }

  #read({ query }: Operation, path: string): Outcome {
    const asked = query.get('version') ?? '0'
    if (!/^-?\d+$/.test(asked))
      return answer(
        errors(
          400,
          `Field validation failed: error converting input for field "version": cannot parse '' as int: strconv.ParseInt: parsing "${asked}": invalid syntax`,
        ),
      )
    const secret = this.secrets.get(path)
    const number = Number(asked) || (secret?.current ?? 0)
    const version = secret?.versions.get(number)
    if (secret === undefined || version === undefined) return answer(NOTHING_THERE)
    const gone = isDeleted(version, this.#clock.now())
    const value = { data: gone ? null : version.data, metadata: versionMetadata(secret, number) }
    return gone ? { is: 'missing', data: value } : data(value)
  }

  #write(operation: Operation, path: string): Outcome {
    const { data: body } = operation
    if (!('data' in body)) return answer(errors(400, 'no data provided'))
    const value = body['data']
    if (value !== null && (typeof value !== 'object' || Array.isArray(value)))
      return answer(errors(400, `error converting input for field "data": '' expected a map, got '${inGoType(value)}'`))
    const secret = this.secrets.get(path)
    return this.#casProblem(body, secret) ?? this.#tooLarge(value) ?? this.#add(operation, path, value as Json | null)
  }

  #patch(operation: Operation, path: string): Outcome {
    const { data: body } = operation
    const secret = this.secrets.get(path)
    if (secret === undefined || secret.current === 0) return answer({ status: 404 })
    const version = secret.versions.get(secret.current)!
    if (isDeleted(version, this.#clock.now())) return { is: 'missing', data: versionMetadata(secret, secret.current) }
    const problem = this.#casProblem(body, secret)
    if (problem !== undefined) return problem
    if (typeof body['data'] !== 'object' || body['data'] === null) return answer(errors(400, 'no data provided'))
    const value = applyMergePatch(version.data ?? {}, body['data']) as Json
    return this.#tooLarge(value) ?? this.#add(operation, path, value, 'patch')
  }

  #add(operation: Operation, path: string, value: Json | null, what?: string): Outcome {
    const now = this.#clock.now()
    const secret = this.secrets.get(path) ?? newSecret(now)
    const by = author(operation, what ?? (secret.current === 0 ? 'create' : 'update'))
    this.secrets.set(path, secret)
    addVersion(secret, value, by, this.settings, now)
    return data(versionMetadata(secret, secret.current))
  }

  #casProblem(body: Json, secret: Secret | undefined): Outcome | undefined {
    const options = (body['options'] ?? {}) as Json
    if (!('cas' in options))
      return this.settings.casRequired || secret?.casRequired === true
        ? answer(errors(400, 'check-and-set parameter required for this call'))
        : undefined
    const cas = options['cas']
    if (cas === null || cas === '' || !/^-?\d+$/.test(String(cas))) return answer(errors(400, 'error parsing check-and-set parameter'))
    return Number(cas) === (secret?.current ?? 0)
      ? undefined
      : answer(errors(400, 'check-and-set parameter did not match the current version'))
  }

  #tooLarge(value: unknown): Outcome | undefined {
    const size = Buffer.byteLength(JSON.stringify(value)) + ENTRY_OVERHEAD
    if (!this.#limited || size <= MAX_ENTRY) return undefined
    return answer(
      errors(500, `1 error occurred:\n\t* put failed due to value being too large; got ${size} bytes, max: ${MAX_ENTRY} bytes\n\n`),
    )
  }

  #metadata(operation: Operation, path: string): Outcome {
    const secret = this.secrets.get(path)
    switch (operation.method) {
      case 'LIST': {
        const keys = namesBelow(this.secrets.keys(), path)
        return keys.length === 0 ? answer(NOTHING_THERE) : data({ keys })
      }
      case 'GET':
        return secret === undefined ? answer(NOTHING_THERE) : data(metadata(secret))
      case 'DELETE':
        this.secrets.delete(path)
        return answer(NO_CONTENT)
      case 'POST':
      case 'PUT':
        return this.#setMetadata(path, secret ?? newSecret(this.#clock.now()), operation.data, false)
      case 'PATCH':
        return secret === undefined ? answer({ status: 404 }) : this.#setMetadata(path, secret, operation.data, true)
      default:
        return answer(UNSUPPORTED_OPERATION)
    }
  }

  #setMetadata(path: string, secret: Secret, body: Json, merge: boolean): Outcome {
    if ('custom_metadata' in body) {
      const wanted = merge ? applyMergePatch(secret.custom ?? {}, body['custom_metadata'] ?? {}) : body['custom_metadata']
      const custom = customMetadata(wanted)
      if (typeof custom === 'string') return answer(errors(400, custom))
      secret.custom = custom
    }
    change(secret, body)
    this.secrets.set(path, secret)
    return answer(NO_CONTENT)
  }

  #config({ method, data: body }: Operation): Outcome {
    if (method === 'GET')
      return data({
        cas_required: this.settings.casRequired,
        delete_version_after: inGo(this.settings.deleteVersionAfter),
        max_versions: this.settings.maxVersions,
      })
    if (!isWrite(method)) return answer(UNSUPPORTED_OPERATION)
    change(this.settings, body)
    return answer(NO_CONTENT)
  }

  #versions(operation: Operation, kind: 'delete' | 'undelete' | 'destroy', path: string): Outcome {
    const { versions } = operation.data
    const numbers = Array.isArray(versions) ? versions.map(Number) : []
    if (numbers.length === 0) return answer(errors(400, 'No version number provided'))
    const secret = this.secrets.get(path)
    for (const number of numbers) {
      const version = secret?.versions.get(number)
      if (secret === undefined || version === undefined || version.destroyed) continue
      if (kind === 'delete' && !isDeleted(version, this.#clock.now())) {
        version.deletedAt = this.#clock.now()
        version.deletedBy = author(operation, 'delete')
      } else if (kind === 'undelete') {
        version.deletedAt = undefined
        version.deletedBy = undefined
      } else if (kind === 'destroy') {
        version.destroyed = true
        version.data = null
      }
      secret.lastAuthor = author(operation, kind)
    }
    return answer(NO_CONTENT)
  }

  #subkeys(path: string): Outcome {
    const secret = this.secrets.get(path)
    const version = secret?.versions.get(secret.current)
    if (secret === undefined || version === undefined) return answer(NOTHING_THERE)
    const gone = isDeleted(version, this.#clock.now())
    const value = { metadata: versionMetadata(secret, secret.current), subkeys: gone ? null : keysOnly(version.data) }
    return gone ? { is: 'missing', data: value } : data(value)
  }
}

const isWrite = (method: string) => method === 'POST' || method === 'PUT'

function split(path: string): { readonly kind: Kind | undefined; readonly rest: string } {
  const slash = path.indexOf('/')
  const head = slash === -1 ? path : path.slice(0, slash)
  const kind = KINDS.find((each) => each === head)
  return { kind, rest: slash === -1 ? '' : path.slice(slash + 1) }
}

function change(settings: Settings, body: Json): void {
  if (body['max_versions'] !== undefined) settings.maxVersions = Number(body['max_versions'])
  if (body['cas_required'] !== undefined) settings.casRequired = body['cas_required'] === true
  if (body['delete_version_after'] !== undefined) settings.deleteVersionAfter = seconds(body['delete_version_after'])
}

function author({ token }: Operation, operation: string): Author {
  return { actor: token?.displayName ?? '', operation, client_id: token === undefined ? '' : clientId(token) }
}

function keysOnly(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, keysOnly(item)]))
}

const inGoType = (value: unknown): string =>
  Array.isArray(value) ? '[]interface {}' : typeof value === 'number' ? 'json.Number' : typeof value === 'boolean' ? 'bool' : 'string'

function wrongShape(method: string): Outcome {
  const verb = method === 'LIST' ? 'list' : method === 'GET' ? 'get' : method === 'DELETE' ? 'delete' : 'put'
  return {
    is: 'missing',
    warnings: [
      `Invalid path for a versioned K/V secrets engine. See the API docs for the appropriate API endpoints to use. If using the Vault CLI, use 'vault kv ${verb}' for this operation.`,
    ],
  }
}
