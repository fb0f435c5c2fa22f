import { gunzipSync } from 'node:zlib'
import type { Clock, Timer } from '@kubewright/core'
import type { Dispatcher } from 'undici'
import { ByteQueue, type ByteStream } from './byte-stream.ts'
import { type Answer, firstHeader } from './request.ts'

/** A request with everything filled in, ready for a connection. */
export interface Attempt {
  readonly method: string
  readonly path: string
  readonly headers: Record<string, string | string[]>
  readonly body: string | undefined
  /** Milliseconds from the first byte sent to the last byte received; for a stream, to the first. Waiting for a free connection does not count. */
  readonly timeout: number
  readonly signal: AbortSignal | undefined
  /** What it throws is the answer, and nothing is sent. */
  readonly beforeSend?: (() => void) | undefined
  readonly clock: Clock
}

export type AttemptOutcome =
  | ({ readonly is: 'answer' } & Answer)
  | { readonly is: 'stream'; readonly code: number; readonly headers: Answer['headers']; readonly stream: ByteStream }
  /** `sent`: the server may have seen it. */
  | { readonly is: 'failure'; readonly error: Error; readonly sent: boolean }

/** How an answer is streamed. */
export interface Streaming {
  /** Hears of each chunk; and of 0 bytes when the head of a 2xx answer has come, for the body of a quiet watch may be a minute away. */
  readonly onBytes?: ((bytes: number) => void) | undefined
  /**
   * Closes the connection, where it is this request's own. Called once it is of no more use; more than once does no harm.
   * @default the connection is one of a pool: given back after the last byte, and closed only when the reader goes before
   */
  readonly hangUp?: (() => void) | undefined
}

/** A Status is a few kilobytes; the limit is for what is none. */
const LARGEST_UNPACKED = 16 * 1024 * 1024

/**
 * Sends once. Resolves for everything that the network and the server do; rejects with the signal's reason when that aborts.
 * @param streaming present: the body of a 2xx answer is handed out as it comes
 */
export function send(dispatcher: Dispatcher, attempt: Attempt, streaming?: Streaming): Promise<AttemptOutcome> {
  const { signal, clock } = attempt
  return new Promise((resolve, reject) => {
    let controller: Dispatcher.DispatchController | undefined
    let timer: Timer | undefined
    let sent = false
    let head: { code: number; headers: Answer['headers'] } | undefined
    let queue: ByteQueue | undefined
    let settled = false
    const chunks: Buffer[] = []

    const settle = (outcome: AttemptOutcome) => {
      settled = true
      timer?.cancel()
      // A stream outlives its answer, and goes on listening to the signal until it ends.
      if (outcome.is !== 'stream') {
        signal?.removeEventListener('abort', onAbort)
        streaming?.hangUp?.()
      }
      resolve(outcome)
    }
    const stop = (error: Error) => {
      if (streaming?.hangUp) streaming.hangUp()
      else controller?.abort(error)
    }
    const onAbort = () => {
      // Rejected first: what stopping does to the request must not be taken for its outcome.
      const reason: unknown = signal?.reason
      settled = true
      reject(reason)
      timer?.cancel()
      if (queue !== undefined) queue.fail(asError(reason))
      else stop(asError(reason))
    }
    const onTimeout = () => {
      const error = Object.assign(new Error(`no complete answer within ${attempt.timeout / 1000} s`), { code: 'ETIMEDOUT' })
      if (!settled) settle({ is: 'failure', error, sent })
      stop(error)
    }

    if (signal?.aborted) return reject(signal.reason)
    signal?.addEventListener('abort', onAbort, { once: true })

    dispatcher.dispatch(
      {
        method: attempt.method as Dispatcher.HttpMethod,
        path: attempt.path,
        headers: attempt.headers,
        body: attempt.body ?? null,
        // undici closes the connection after every DELETE that has a body, for the sake of servers that do not expect one. Ours do; and a
        // handshake for each of 5,000 deletions costs more than the deletions.
        reset: false,
      },
      {
        onRequestStart(started) {
          // Throwing drops the request and leaves the connection to the next one; aborting would close it.
          if (settled) throw new Error('given up before it was sent')
          try {
            attempt.beforeSend?.()
          } catch (error) {
            settled = true
            signal?.removeEventListener('abort', onAbort)
            streaming?.hangUp?.()
            reject(error)
            throw error
          }
          controller = started
          sent = true
          timer = clock.setTimer(attempt.timeout, onTimeout)
        },
        onResponseStart(_controller, code, headers) {
          // 1xx: the answer is still to come.
          if (code < 200) return
          head = { code, headers }
          if (streaming !== undefined && code < 300 && !settled) {
            queue = new ByteQueue({
              pause: () => controller?.pause(),
              resume: () => controller?.resume(),
              abort: () => {
                signal?.removeEventListener('abort', onAbort)
                stop(new Error('closed by its reader'))
              },
            })
            streaming.onBytes?.(0)
            settle({ is: 'stream', ...head, stream: queue })
          }
        },
        onResponseData(_controller, chunk) {
          if (queue === undefined) chunks.push(chunk)
          else {
            streaming?.onBytes?.(chunk.length)
            queue.push(chunk)
          }
        },
        onResponseEnd() {
          signal?.removeEventListener('abort', onAbort)
          streaming?.hangUp?.()
          queue?.finish()
          if (!settled && head !== undefined) {
            settle({ is: 'answer', ...head, body: unpacked(head.headers, chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)) })
          }
        },
        onResponseError(_controller, error) {
          signal?.removeEventListener('abort', onAbort)
          streaming?.hangUp?.()
          queue?.finish(error)
          if (!settled) settle({ is: 'failure', error, sent })
        },
      },
    )
  })
}

/** Refusals of requests that may be answered with gzip; a proxy packs even short ones. */
function unpacked(headers: Answer['headers'], body: Buffer): Buffer {
  if (firstHeader(headers, 'content-encoding') !== 'gzip') return body
  try {
    return gunzipSync(body, { maxOutputLength: LARGEST_UNPACKED })
  } catch {
    // What it says cannot be read; the status code still can.
    return Buffer.alloc(0)
  }
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason))
}
