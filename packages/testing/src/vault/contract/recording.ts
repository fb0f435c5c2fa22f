import { readFileSync } from 'node:fs'

/** One exchange with a real Vault 1.21.2. Tokens, shares and ids in it are placeholders, the same one for the same thing. */
export interface RecordedExchange {
  readonly suite: string
  readonly step: string
  readonly node: string
  readonly request: {
    readonly method: string
    readonly path: string
    readonly headers: Readonly<Record<string, string>>
    readonly body?: unknown
  }
  readonly response:
    | { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: unknown }
    /** `CLIENT_TIMEOUT_…`, `ECONNREFUSED`. */
    | { readonly error: string }
  /** Milliseconds from the beginning of its suite to its sending. */
  readonly at_ms: number
  /** Polled while something was going on: the moment of it is chance. */
  readonly watch?: boolean
}

/** Exchanges `from` to `to` (both included) of the recording, without its notes. */
export function recording(from: number, to: number): RecordedExchange[] {
  const lines = readFileSync(new URL('./fixtures/vault.jsonl', import.meta.url), 'utf8')
    .trimEnd()
    .split('\n')
  return lines
    .slice(from, to + 1)
    .map((line) => JSON.parse(line) as RecordedExchange)
    .filter((row) => 'request' in row)
}
