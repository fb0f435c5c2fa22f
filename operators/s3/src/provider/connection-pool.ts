import type { Clock } from 'kubewright'
import { type Connection, type ConnectionOptions, connectTo } from '../gateway/connection.ts'
import { webIdentityToken } from '../gateway/credentials.ts'
import type { Provider } from '../kinds/provider.ts'
import type { Place } from '../reconcile/reference.ts'
import { type LoadedCredentials, type LoadOptions, loadCredentials } from './credential-source.ts'

export interface PoolOptions extends LoadOptions {
  readonly clock: Clock
  readonly connection: Pick<ConnectionOptions, 'random' | 'assertLeader' | 'observe' | 'hide'>
  /** Hides a secret in everything that is told from now on. */
  readonly conceal: (secret: string) => void
}

interface Entry {
  readonly version: string
  readonly connection: Connection
  readonly expiresAt: number | undefined
}

/** Temporary credentials are renewed before they end. */
const RENEWAL = 5 * 60_000

/** One connection for each provider, which all its objects share. It is made anew when the provider or its credentials have changed. */
export class ConnectionPool {
  readonly #options: PoolOptions
  readonly #entries = new Map<string, Entry>()
  readonly #opening = new Map<string, Promise<Connection>>()

  constructor(options: PoolOptions) {
    this.#options = options
  }

  /** @throws Blocked, CredentialsError, RemoteFailure when the credentials cannot be had */
  async open(provider: Provider, place: Place): Promise<Connection> {
    const { uid = '', generation } = provider.metadata
    const entry = this.#entries.get(uid)
    const isFresh = entry?.expiresAt === undefined || this.#options.clock.now() < entry.expiresAt - RENEWAL
    if (entry !== undefined && isFresh && entry.version.startsWith(`${generation}/`)) return entry.connection
    return this.refresh(provider, place)
  }

  /** Looks whether the credentials have changed. */
  refresh(provider: Provider, place: Place): Promise<Connection> {
    const { uid = '' } = provider.metadata
    const opening = this.#opening.get(uid) ?? this.#refresh(provider, place).finally(() => this.#opening.delete(uid))
    this.#opening.set(uid, opening)
    return opening
  }

  forget(uid: string): void {
    this.#entries.get(uid)?.connection.close()
    this.#entries.delete(uid)
  }

  close(): void {
    for (const uid of [...this.#entries.keys()]) this.forget(uid)
  }

  async #refresh(provider: Provider, place: Place): Promise<Connection> {
    const { clock, connection: given, conceal } = this.#options
    const { uid = '', generation } = provider.metadata
    const loaded = await loadCredentials(provider, place, this.#options)
    const version = `${generation}/${loaded.version}`
    const known = this.#entries.get(uid)
    const isFresh = known?.expiresAt === undefined || clock.now() < known.expiresAt - RENEWAL
    if (known?.version === version && isFresh) return known.connection
    conceal(loaded.base.keys.secretAccessKey)
    if (loaded.base.keys.sessionToken !== undefined) conceal(loaded.base.keys.sessionToken)
    const first = await connectTo({ ...given, spec: provider.spec, credentials: loaded.base, ca: loaded.ca, clock })
    const { connection, expiresAt } = await this.#assume(first, loaded, provider, place)
    // What is under way with the old one is answered still.
    known?.connection.close()
    this.#entries.set(uid, { version, connection, expiresAt })
    return connection
  }

  async #assume(
    first: Connection,
    { base }: LoadedCredentials,
    { spec }: Provider,
    { signal }: Place,
  ): Promise<Pick<Entry, 'connection' | 'expiresAt'>> {
    const { webIdentity, assumeRole } = spec.auth
    let connection = first
    let expiresAt = base.expiresAt
    if (webIdentity !== undefined && first.tokens !== undefined) {
      const token = await webIdentityToken(webIdentity.tokenFile)
      this.#options.conceal(token)
      const keys = await first.tokens.assumeRoleWithWebIdentity(webIdentity, token, signal)
      connection = await this.#as(connection, keys)
      expiresAt = keys.expiresAt
    }
    if (assumeRole !== undefined && connection.tokens !== undefined) {
      const keys = await connection.tokens.assumeRole(assumeRole, signal)
      connection = await this.#as(connection, keys)
      expiresAt = keys.expiresAt
    }
    return { connection, expiresAt }
  }

  async #as(
    connection: Connection,
    keys: { readonly secretAccessKey: string; readonly sessionToken: string; readonly accessKeyId: string; readonly expiresAt: number },
  ) {
    this.#options.conceal(keys.secretAccessKey)
    this.#options.conceal(keys.sessionToken)
    const next = await connection.as({ keys, expiresAt: keys.expiresAt }, { keepsLead: true })
    connection.close()
    return next
  }
}
