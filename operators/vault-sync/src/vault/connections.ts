import { readFileSync } from 'node:fs'
import {
  credentialFile,
  type KvMount,
  type SessionEvent,
  type VaultAttempt,
  type VaultAuth,
  type VaultClient,
  vaultClient,
} from '@kubewright/vault'
import { type Client, type Clock, ConfigurationError, isApiError, messageOf, sleep, tokenBucket } from 'kubewright'
import type { VaultSyncConfig } from '../config.ts'

/** How a Vault is reached and logged in to. */
export type VaultSettings = Pick<
  VaultSyncConfig,
  | 'vaultAddr'
  | 'vaultAuthMethod'
  | 'vaultRole'
  | 'vaultAuthPath'
  | 'vaultJwtFile'
  | 'vaultRoleId'
  | 'vaultSecretIdFile'
  | 'vaultUsername'
  | 'vaultPasswordFile'
  | 'vaultTokenFile'
  | 'vaultCaFile'
  | 'vaultServerName'
  | 'vaultClientCertFile'
  | 'vaultClientKeyFile'
  | 'vaultNamespace'
  | 'requestsPerSecond'
  | 'requestsBurst'
>

/** As whom, and to which Vault. */
export interface Access {
  /** `undefined`: the default one. */
  readonly vault: string | undefined
  readonly vaultNamespace: string | undefined
  /** `undefined`: the operator itself. */
  readonly tenant: { readonly namespace: string; readonly serviceAccount: string; readonly role: string } | undefined
}

export interface ConnectionHooks {
  onSession?(event: SessionEvent): void
  onAttempt?(attempt: VaultAttempt): void
  /** How long a call waited for its turn. */
  onWait?(seconds: number): void
}

export interface ConnectionOptions {
  readonly settings: VaultSettings
  /** By name. */
  readonly others: ReadonlyMap<string, VaultSettings>
  readonly audience: string
  readonly client: Client
  readonly clock: Clock
  readonly hooks: ConnectionHooks
}

/** A Vault under one identity. Every call of it waits for its turn. */
export interface Connection {
  readonly vault: VaultClient
  /** Waits until the Vault may be asked again. */
  turn(calls: number, signal: AbortSignal | undefined): Promise<void>
  findMount(path: string, signal: AbortSignal): Promise<KvMount>
}

/** More identities than this are dropped again, the oldest first: each holds a token. */
const MOST_CONNECTIONS = 500

/** All connections of the program: one login for everybody who is the same one at the same Vault. */
export class Connections {
  readonly #options: ConnectionOptions
  readonly #open = new Map<string, { readonly connection: Connection; readonly stop: AbortController; readonly done: Promise<void> }>()
  readonly #turns = new Map<string, Connection['turn']>()
  #closed = false

  constructor(options: ConnectionOptions) {
    this.#options = options
  }

  /** @throws ConfigurationError when there is no Vault of that name */
  get(access: Access): Connection {
    const key = JSON.stringify([access.vault, access.vaultNamespace, access.tenant])
    const open = this.#open.get(key)
    if (open !== undefined) return open.connection
    if (this.#closed) throw new Error('the connections to Vault are closed')
    const settings = this.#settingsOf(access.vault)
    const vault = openClient(settings, access, this.#options)
    const turn = this.#turnAt(access.vault ?? '', settings)
    const connection: Connection = { vault, turn, findMount: mountFinder(vault, turn) }
    const stop = new AbortController()
    const done = vault.run(stop.signal).then(() => vault.close())
    this.#open.set(key, { connection, stop, done })
    if (this.#open.size > MOST_CONNECTIONS) this.#drop(this.#open.keys().next().value!)
    return connection
  }

  /** Gives back all tokens. */
  async close(): Promise<void> {
    this.#closed = true
    const all = [...this.#open.values()]
    for (const { stop } of all) stop.abort()
    await Promise.all(all.map(({ done }) => done))
    this.#open.clear()
  }

  #drop(key: string): void {
    const dropped = this.#open.get(key)
    this.#open.delete(key)
    dropped?.stop.abort()
  }

  #settingsOf(name: string | undefined): VaultSettings {
    if (name === undefined) return this.#options.settings
    const found = this.#options.others.get(name)
    if (found !== undefined) return found
    const names = [...this.#options.others.keys()]
    throw new ConfigurationError(
      `there is no Vault "${name}" among the operator's settings${names.length === 0 ? '' : `: one of ${names.join(', ')}`}`,
    )
  }

  #turnAt(name: string, { requestsPerSecond, requestsBurst }: VaultSettings): Connection['turn'] {
    const known = this.#turns.get(name)
    if (known !== undefined) return known
    const { clock, hooks } = this.#options
    const bucket = tokenBucket({ clock, qps: requestsPerSecond, burst: requestsBurst })
    const turn: Connection['turn'] = async (calls, signal) => {
      let wait = 0
      for (let call = 0; call < calls; call++) wait = bucket.when('')
      hooks.onWait?.(wait / 1000)
      if (wait > 0) await sleep(wait, { clock, signal })
    }
    this.#turns.set(name, turn)
    return turn
  }
}

/** One question for each mount, however many ask at the start: the others wait for the answer. */
function mountFinder(vault: VaultClient, turn: Connection['turn']): Connection['findMount'] {
  const known = new Set<string>()
  const isKnown = (path: string) => [...known].some((mount) => path.startsWith(`${mount}/`))
  let line: Promise<unknown> = Promise.resolve()
  return async (path, signal) => {
    // What is known costs no turn; should Vault have been asked to forget it meanwhile, one call is one too many.
    if (isKnown(path)) return await vault.findMount(path, { signal })
    const before = line
    const { promise, resolve } = Promise.withResolvers<void>()
    line = promise
    try {
      await before
      if (!isKnown(path)) await turn(1, signal)
      const found = await vault.findMount(path, { signal })
      known.add(found.mount)
      return found
    } finally {
      resolve()
    }
  }
}

/** The operator itself, at the default Vault. */
export const DEFAULT_ACCESS: Access = { vault: undefined, vaultNamespace: undefined, tenant: undefined }

/** A client of its own, for whoever closes it. @throws ConfigurationError naming the setting that is missing */
export function openClient(
  settings: VaultSettings,
  { vaultNamespace, tenant }: Access,
  { client, clock, audience, hooks }: Pick<ConnectionOptions, 'client' | 'clock' | 'audience'> & { readonly hooks?: ConnectionHooks },
): VaultClient {
  const namespace = vaultNamespace ?? settings.vaultNamespace
  return vaultClient({
    address: settings.vaultAddr,
    // Who writes http:// in the setting means it; the original's default was just that.
    allowPlaintext: true,
    clock,
    auth: tenant === undefined ? authOf(settings) : tenantAuth(settings, tenant, client, audience),
    ...(namespace === undefined ? {} : { namespace }),
    ...(settings.vaultNamespace === undefined ? {} : { authNamespace: settings.vaultNamespace }),
    tls: {
      ...(settings.vaultCaFile === undefined ? {} : { ca: readFileSync(settings.vaultCaFile, 'utf8') }),
      ...(settings.vaultServerName === undefined ? {} : { serverName: settings.vaultServerName }),
      ...(settings.vaultClientCertFile === undefined ? {} : { cert: readFileSync(settings.vaultClientCertFile, 'utf8') }),
      ...(settings.vaultClientKeyFile === undefined ? {} : { key: readFileSync(settings.vaultClientKeyFile, 'utf8') }),
    },
    onAttempt: (attempt: VaultAttempt) => hooks?.onAttempt?.(attempt),
    onSession: (event) => hooks?.onSession?.(event),
  })
}

/** @throws ConfigurationError naming the setting that is missing */
export function authOf(settings: VaultSettings): VaultAuth {
  if (settings.vaultTokenFile !== undefined) return { method: 'token', token: credentialFile(settings.vaultTokenFile) }
  const mount = settings.vaultAuthPath === undefined ? {} : { mount: settings.vaultAuthPath }
  const need = <T>(value: T | undefined, flag: string): T => {
    if (value === undefined) throw new ConfigurationError(`--vault-sync-${flag} is missing: ${settings.vaultAuthMethod} needs it`)
    return value
  }
  switch (settings.vaultAuthMethod) {
    case 'kubernetes':
    case 'jwt':
      return { method: settings.vaultAuthMethod, role: settings.vaultRole, jwt: credentialFile(settings.vaultJwtFile), ...mount }
    case 'approle':
      return {
        method: 'approle',
        roleId: need(settings.vaultRoleId, 'vault-role-id'),
        secretId: credentialFile(need(settings.vaultSecretIdFile, 'vault-secret-id-file')),
        ...mount,
      }
    case 'userpass':
      return {
        method: 'userpass',
        username: need(settings.vaultUsername, 'vault-username'),
        password: credentialFile(need(settings.vaultPasswordFile, 'vault-password-file')),
        ...mount,
      }
    case 'cert':
      need(settings.vaultClientCertFile, 'vault-client-cert-file')
      return { method: 'cert', role: settings.vaultRole, ...mount }
  }
}

/** Ten minutes are the least that the API server gives; the Vault token lives by itself. */
const TENANT_TOKEN_SECONDS = 600

/** A token of the tenant's own ServiceAccount, for one login: Vault decides by the tenant's role what may be written. */
function tenantAuth(settings: VaultSettings, tenant: NonNullable<Access['tenant']>, client: Client, audience: string): VaultAuth {
  const path = `/api/v1/namespaces/${tenant.namespace}/serviceaccounts/${tenant.serviceAccount}/token`
  const mount = settings.vaultAuthPath === undefined ? {} : { mount: settings.vaultAuthPath }
  return {
    method: settings.vaultAuthMethod === 'jwt' ? 'jwt' : 'kubernetes',
    role: tenant.role,
    ...mount,
    async jwt() {
      const body = { spec: { audiences: [audience], expirationSeconds: TENANT_TOKEN_SECONDS } }
      const answer = await client
        .request<{ readonly status?: { readonly token?: string } }>('POST', path, { body })
        .catch((error: unknown) => {
          // Nobody is given this right by default: it is the right to be anybody. Whoever wants tenants to be themselves gives it in their namespaces.
          const mend = isApiError(error) && error.code === 403 ? '; give the operator "create" on serviceaccounts/token there' : ''
          throw new Error(`cannot get a token of the ServiceAccount "${tenant.serviceAccount}": ${messageOf(error)}${mend}`, {
            cause: error,
          })
        })
      return answer.status?.token ?? ''
    },
  }
}
