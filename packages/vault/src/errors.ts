/** Why a call to Vault failed, in the classes by which callers decide. The fields are safe to log: no token, share or secret value is in any of them. */
export type VaultFailure =
  /** 503: the node holds no keys. Nothing but unsealing it helps. */
  | { readonly is: 'sealed' }
  /** The node is a standby that does not know or does not reach the active node, or that redirects to it: nothing was done. `leader` is the address it named. */
  | { readonly is: 'standby'; readonly leader: string | undefined }
  | { readonly is: 'notInitialized' }
  /** The token is missing, expired, revoked or malformed: a new login may help. */
  | { readonly is: 'invalidToken' }
  /** The policies do not allow it, or a login was refused; Vault also says this of an auth mount that does not exist. */
  | { readonly is: 'permissionDenied' }
  /** Nothing at this path. `deleted`: a KV v2 version that is soft-deleted or destroyed; its metadata is in the answer. */
  | { readonly is: 'notFound'; readonly what: 'secret' | 'deleted' | 'mount' | 'wrongKvVersion' }
  /** Somebody wrote in between. */
  | { readonly is: 'casMismatch' }
  /** The path or the mount demands a check-and-set number, and none was given. */
  | { readonly is: 'casRequired' }
  /** A quota. */
  | { readonly is: 'rateLimited'; readonly retryAfterSeconds: number | undefined }
  /** The credentials of a login are wrong or used up, or its role does not exist. */
  | { readonly is: 'loginRefused' }
  /** Body, value or storage entry larger than the server takes; or more keys. */
  | { readonly is: 'tooLarge' }
  /** 412: this node has not yet seen what was written before. */
  | { readonly is: 'behind' }
  /** The mount is being upgraded, or the server is starting: the same call succeeds a little later. */
  | { readonly is: 'unavailable' }
  /** The node was removed from its cluster: a person has to decide. */
  | { readonly is: 'removed' }
  /** 400, 405, 415 and what else a repetition cannot mend. */
  | { readonly is: 'invalid' }
  /** Any other 5xx. */
  | { readonly is: 'serverError' }
  /** No connection. `sent` tells whether the request may have arrived. */
  | { readonly is: 'unreachable'; readonly code: string; readonly sent: boolean }
  /** Connected, but the certificate did not fit, or no TLS was spoken: nothing was sent. */
  | { readonly is: 'tls'; readonly code: string }
  /** No answer in time; the request may have arrived. */
  | { readonly is: 'timeout'; readonly afterMs: number }
  /** An answer that no Vault gives: HTML of a proxy, a body beyond the limit, a shape that is not understood. */
  | { readonly is: 'notVault' }

export type VaultFailureKind = VaultFailure['is']

export interface VaultErrorDetails {
  readonly failure: VaultFailure
  readonly method: string
  /** The API path, without query. */
  readonly path: string
  /** Where it was sent: scheme, host and port. */
  readonly origin: string
  /** HTTP status; `undefined` when no answer came. */
  readonly status?: number | undefined
  /** Vault's own sentences, cleaned of everything that was sent. */
  readonly errors?: readonly string[]
  /** The answer's `data`, where Vault sends one with a failure (metadata of a deleted version). Not in the message. */
  readonly data?: unknown
  readonly cause?: unknown
}

/** A call to Vault failed. Decide by `failure.is`; {@link isVaultError} is the guard. */
export class VaultError extends Error {
  override readonly name = 'VaultError'
  readonly failure: VaultFailure
  readonly method: string
  readonly path: string
  readonly origin: string
  readonly status: number | undefined
  readonly errors: readonly string[]
  readonly #data: unknown

  constructor(details: VaultErrorDetails) {
    super(sentence(details), details.cause === undefined ? undefined : { cause: details.cause })
    this.failure = details.failure
    this.method = details.method
    this.path = details.path
    this.origin = details.origin
    this.status = details.status
    this.errors = details.errors ?? []
    this.#data = details.data
  }

  /** A method and no field: a logger that prints an error's fields must not print this. */
  answerData(): unknown {
    return this.#data
  }
}

/** Whether `error` came from a call to Vault, and, when kinds are given, is one of them. Looks at the shape: two copies of this package may be loaded. */
export function isVaultError<K extends VaultFailureKind = VaultFailureKind>(
  error: unknown,
  ...kinds: readonly K[]
): error is VaultError & { readonly failure: Extract<VaultFailure, { readonly is: K }> } {
  if (!(error instanceof Error) || error.name !== 'VaultError') return false
  const { failure } = error as VaultError
  return kinds.length === 0 || (kinds as readonly string[]).includes(failure.is)
}

function sentence({ failure, method, path, origin, status, errors = [] }: VaultErrorDetails): string {
  const said = errors.length > 0 ? `: ${errors.join('; ')}` : ''
  const code = status === undefined ? '' : ` (${status})`
  return `${method} ${path} at ${origin}: ${meaning(failure)}${code}${said}`
}

function meaning(failure: VaultFailure): string {
  switch (failure.is) {
    case 'sealed':
      return 'Vault is sealed'
    case 'standby':
      return `the node is a standby${failure.leader === undefined ? ' without an active node' : ` and names ${failure.leader} as the active one`}`
    case 'notInitialized':
      return 'Vault is not initialised'
    case 'invalidToken':
      return 'the token is missing, expired or revoked'
    case 'permissionDenied':
      return 'permission denied: check the policies, and for a login the path of the auth mount and the role'
    case 'notFound':
      return NOT_FOUND[failure.what]
    case 'casMismatch':
      return 'the secret was changed meanwhile (check-and-set)'
    case 'casRequired':
      return 'a check-and-set number is required here'
    case 'rateLimited':
      return `a quota is used up${failure.retryAfterSeconds === undefined ? '' : `; again in ${failure.retryAfterSeconds} s`}`
    case 'loginRefused':
      return 'the login was refused'
    case 'tooLarge':
      return 'larger than the server accepts'
    case 'behind':
      return 'this node has not yet seen the last write'
    case 'unavailable':
      return 'not available for a moment'
    case 'removed':
      return 'the node was removed from its cluster'
    case 'invalid':
      return 'the request was refused'
    case 'serverError':
      return 'the server failed'
    case 'unreachable':
      return failure.sent ? `the connection broke (${failure.code})` : `no connection (${failure.code})`
    case 'tls':
      return `TLS failed (${failure.code}): check the CA, the server name and the client certificate`
    case 'timeout':
      return `no answer within ${failure.afterMs} ms`
    case 'notVault':
      return 'the answer is not one of Vault: is there a proxy or another server at this address?'
  }
}

const NOT_FOUND = {
  secret: 'nothing there',
  deleted: 'this version is deleted',
  mount: 'no such mount',
  wrongKvVersion: 'the path does not fit the KV version of the mount',
} as const satisfies Record<Extract<VaultFailure, { is: 'notFound' }>['what'], string>
