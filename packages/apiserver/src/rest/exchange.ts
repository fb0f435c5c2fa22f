import type { User } from '../authn/user.ts'
import type { Notes } from './notes.ts'

/** One request, without its transport. */
export interface ApiRequest {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string | undefined>>
  /** @throws Refusal 413 when it is larger than {@link LARGEST_BODY} */
  body(): Promise<Buffer>
  readonly user: User
  readonly notes: Notes
  /** Aborts when the client goes away. */
  readonly signal: AbortSignal
}

export type Headers = Readonly<Record<string, string | readonly string[]>>

export type Answer =
  | { readonly code: number; readonly headers: Headers; readonly body: Buffer | string }
  /** `run` resolves when the stream is over. */
  | { readonly code: number; readonly headers: Headers; readonly run: (sink: EventSink) => Promise<void> }

/** Where a watch writes. */
export interface EventSink {
  write(bytes: Buffer | string): void
  /** Bytes that the client has not taken yet. */
  readonly buffered: number
}

/** kube-apiserver's limit on request bodies. */
export const LARGEST_BODY = 3 * 1024 * 1024

export const JSON_TYPE = 'application/json'

export function jsonAnswer(code: number, value: unknown, headers: Headers = {}): Answer {
  return { code, headers: { 'content-type': JSON_TYPE, ...headers }, body: `${JSON.stringify(value)}\n` }
}

export function textAnswer(code: number, text: string): Answer {
  return { code, headers: { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' }, body: text }
}
