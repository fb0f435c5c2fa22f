import type { Clock } from '@kubewright/core'
import type { Answer, FakeRequest, Json } from '../answer.ts'
import type { Identifiers } from '../identifiers.ts'
import type { Token, TokenRequest } from './tokens.ts'

/** A request as it reaches the thing mounted at its path. */
export interface Operation {
  readonly method: string
  /** Below the mount. */
  readonly path: string
  /** The body; empty when there was none. */
  readonly data: Json
  readonly hasBody: boolean
  readonly query: URLSearchParams
  readonly request: FakeRequest
  /** `undefined` for logins. */
  readonly token: Token | undefined
}

/** What a backend answers, before it is put into Vault's envelope. */
export type Outcome =
  | { readonly is: 'data'; readonly data: unknown; readonly warnings?: readonly string[]; readonly leaseSeconds?: number }
  /** 404 that carries data (deleted versions) or warnings. */
  | { readonly is: 'missing'; readonly data?: unknown; readonly warnings?: readonly string[] }
  | { readonly is: 'auth'; readonly token: Token; readonly warnings?: readonly string[] }
  /** 200 with nothing but warnings. */
  | { readonly is: 'warnings'; readonly warnings: readonly string[] }
  | { readonly is: 'answer'; readonly answer: Answer }

export interface Backend {
  readonly type: string
  /** Whether a write creates or updates; `undefined` where Vault does not ask: an update then. */
  exists(operation: Operation): boolean | undefined
  /** Paths that need no token. */
  isLogin(path: string): boolean
  handle(operation: Operation): Outcome | Promise<Outcome>
}

export interface BackendContext {
  readonly clock: Clock
  readonly ids: Identifiers
  /** Path of the namespace, `''` for the root. */
  readonly namespace: string
  issue(request: Omit<TokenRequest, 'namespace' | 'entityId'> & { readonly alias: string | undefined }): Token
}

export const answer = (value: Answer): Outcome => ({ is: 'answer', answer: value })
export const data = (value: unknown, warnings?: readonly string[]): Outcome => ({ is: 'data', data: value, ...(warnings && { warnings }) })
