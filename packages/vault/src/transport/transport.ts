import { type Clock, sleep } from '@kubewright/core'
import request from 'undici/lib/api/api-request.js'
import Pool from 'undici/lib/dispatcher/pool.js'
import { VaultError, type VaultFailure } from '../errors.ts'
import { type AddressOptions, resolveTarget, type Target } from './address.ts'
import { readJson, type VaultAnswer } from './answer.ts'
import { classify } from './classification.ts'
import { connectorTo } from './connector.ts'
import { cleanSentences, stringsIn } from './redaction.ts'
import { decide, RETRIES, type RetryLimits } from './retries.ts'
import { failureOfSocket } from './socket-failure.ts'

export type Method = 'GET' | 'HEAD' | 'LIST' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

export interface VaultCall {
  readonly method: Method
  /** Encoded, beginning with `/v1/`: see `apiPath`. */
  readonly path: string
  readonly query?: Readonly<Record<string, string>> | undefined
  /** JSON, or bytes that are JSON already (key shares, so that they can be overwritten afterwards). */
  readonly body?: unknown
  readonly token?: string | undefined
  readonly namespace?: string | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** Statuses beside 2xx that are answers and not failures (sys/health has eight of them). */
  readonly answers?: readonly number[] | undefined
  /** Whether doing it twice does no harm. @default true for GET, HEAD and LIST */
  readonly repeatable?: boolean | undefined
  /** The whole call, repetitions included, in milliseconds. @default 15 s */
  readonly timeoutMs?: number | undefined
  /** @default the client's */
  readonly retries?: Partial<RetryLimits> | undefined
  readonly signal?: AbortSignal | undefined
}

export interface TransportOptions extends AddressOptions {
  /** @default 15 s, a little more than one lost leader takes (5.5 s to elect, 4.4 s until standbys know it) */
  readonly timeoutMs?: number | undefined
  /** Largest answer read, in bytes. @default 4 MiB: a KV v2 version has at most 1 MiB, more in JSON escapes */
  readonly maxAnswerBytes?: number | undefined
  /** Connections at a time. @default 16 */
  readonly connections?: number | undefined
  readonly retries?: Partial<RetryLimits> | undefined
  /** Told of every attempt, without values: for metrics and spans. */
  readonly onAttempt?: ((attempt: VaultAttempt) => void) | undefined
  readonly clock: Clock
  readonly random: () => number
}

export interface VaultAttempt {
  readonly method: Method
  readonly path: string
  /** 0 when no answer came. */
  readonly status: number
  readonly seconds: number
}

/** HTTP to one Vault address: deadlines, repetitions, and failures that are safe to show. No redirect is ever followed. */
export interface Transport {
  readonly origin: string
  /** @throws VaultError; the signal's reason when it aborts. */
  send(call: VaultCall): Promise<VaultAnswer>
  /** Breaks what is under way, and resolves when all sockets are closed. */
  close(): Promise<void>
}

const TIMEOUT_MS = 15_000
const MAX_ANSWER_BYTES = 4 * 1024 * 1024

export function createTransport(options: TransportOptions): Transport {
  const target = resolveTarget(options)
  const { clock, random, maxAnswerBytes = MAX_ANSWER_BYTES } = options
  const pool = new Pool(target.origin, { connect: connectorTo(target), connections: options.connections ?? 16, pipelining: 1 })

  const attempt = async (call: VaultCall, signal: AbortSignal): Promise<VaultAnswer> => {
    const began = clock.monotonic()
    const told = (status: number) =>
      options.onAttempt?.({ method: call.method, path: call.path, status, seconds: (clock.monotonic() - began) / 1000 })
    let answer: VaultAnswer
    try {
      answer = await exchange(pool, call, signal, maxAnswerBytes)
    } catch (error) {
      told(0)
      throw error
    }
    told(answer.status)
    if ((answer.status >= 200 && answer.status < 300) || call.answers?.includes(answer.status)) return answer
    throw refused(target, call, answer)
  }

  return {
    origin: target.origin,
    async send(call) {
      const timeoutMs = call.timeoutMs ?? options.timeoutMs ?? TIMEOUT_MS
      const limits = { ...RETRIES, ...options.retries, ...call.retries }
      const repeatable = call.repeatable ?? (call.method === 'GET' || call.method === 'HEAD' || call.method === 'LIST')
      const deadline = new AbortController()
      const timer = clock.setTimer(timeoutMs, () => deadline.abort())
      const signal = call.signal === undefined ? deadline.signal : AbortSignal.any([call.signal, deadline.signal])
      const fail = (failure: VaultFailure, cause?: unknown) =>
        new VaultError({ failure, method: call.method, path: call.path, origin: target.origin, cause })
      let last: VaultError | undefined
      try {
        for (let count = 1; ; count++) {
          try {
            return await attempt(call, signal)
          } catch (error) {
            call.signal?.throwIfAborted()
            // What it failed with before the time was up says more than that it is up.
            if (deadline.signal.aborted) throw last ?? fail({ is: 'timeout', afterMs: timeoutMs })
            last = error instanceof VaultError ? error : fail(failureOfSocket(error), error)
            const decision = decide(last.failure, repeatable, count, limits, random)
            if (decision.do === 'fail') throw last
            try {
              await sleep(decision.afterMs, { clock, signal })
            } catch {
              call.signal?.throwIfAborted()
              throw last
            }
          }
        }
      } finally {
        timer.cancel()
      }
    },
    close: () => pool.destroy(),
  }
}

async function exchange(pool: Pool, call: VaultCall, signal: AbortSignal, limit: number): Promise<VaultAnswer> {
  const list = call.method === 'LIST'
  const parameters = { ...call.query, ...(list && { list: 'true' }) }
  const query = Object.keys(parameters).length === 0 ? '' : `?${new URLSearchParams(parameters)}`
  const response = await request.call(pool, {
    path: `${call.path}${query}`,
    // The verb LIST means the same, but not every proxy lets it through.
    method: call.method === 'LIST' ? 'GET' : call.method,
    headers: headersOf(call),
    body: bodyOf(call.body),
    signal,
    // Deadlines are ours: undici's own would end a last share that a joining node works on for a minute.
    headersTimeout: 0,
    bodyTimeout: 0,
  })
  return readJson(response, limit)
}

function bodyOf(body: unknown): string | Uint8Array | null {
  if (body === undefined) return null
  return body instanceof Uint8Array ? body : JSON.stringify(body)
}

function headersOf(call: VaultCall): Record<string, string> {
  return {
    // A listener of Vault Agent may demand it; others do not look.
    'x-vault-request': 'true',
    accept: 'application/json',
    ...(call.body !== undefined && {
      'content-type': call.method === 'PATCH' ? 'application/merge-patch+json' : 'application/json',
    }),
    ...(call.token !== undefined && { 'x-vault-token': call.token }),
    ...(call.namespace !== undefined && { 'x-vault-namespace': call.namespace }),
    ...call.headers,
  }
}

function refused(target: Target, call: VaultCall, answer: VaultAnswer): VaultError {
  const { status } = answer
  const place = { method: call.method, path: call.path, origin: target.origin, status }
  // A 404 or 400 without a body is Vault's own (PATCH of an absent path, a control character in the path); any other text is a stranger's.
  if (answer.text !== undefined && !isRedirect(status)) return new VaultError({ ...place, failure: { is: 'notVault' } })
  const failure = classify({ ...answer, method: call.method, path: call.path })
  const sent = call.body instanceof Uint8Array ? [] : stringsIn(call.body)
  const secrets = [...sent, ...(call.token === undefined ? [] : [call.token])]
  // A body of bytes holds a key share, and Vault's answers to those quote nothing; what looks like one is taken out by its form.
  return new VaultError({ ...place, failure, errors: cleanSentences(answer.errors, secrets), data: answer.data })
}

const isRedirect = (status: number) => status >= 300 && status < 400
