import { ConnectionError, messageOf } from '@kubewright/core'
import type { StreamedAnswer } from '../transport/transport.ts'

/** An answer that is read as it comes. */
export interface Reading {
  /** Sends the request; `signal` closes it at any time. */
  open(signal: AbortSignal): Promise<StreamedAnswer>
  /** What breaks when it breaks, such as `GET /api/v1/pods: the watch`. */
  readonly what: string
  readonly signal?: AbortSignal | undefined
}

/**
 * What `decode` makes of the answer. Nothing is opened before the first `next`; leaving the loop closes the connection at once, also while a
 * `next` waits (a generator alone would hold it until the next byte).
 */
export function reading<P>(source: Reading, decode: (answer: StreamedAnswer) => AsyncIterable<P>): AsyncIterable<P> {
  return {
    [Symbol.asyncIterator]() {
      const lifetime = new AbortController()
      const parts = readParts(source, lifetime, decode)
      return {
        next: () => parts.next(),
        return() {
          lifetime.abort(LEFT)
          return parts.return(undefined)
        },
      }
    },
  }
}

const LEFT = new Error('the reader left')

async function* readParts<P>(
  source: Reading,
  lifetime: AbortController,
  decode: (answer: StreamedAnswer) => AsyncIterable<P>,
): AsyncGenerator<P, undefined> {
  source.signal?.throwIfAborted()
  const onAbort = () => lifetime.abort(source.signal?.reason)
  source.signal?.addEventListener('abort', onAbort, { once: true })
  let answer: StreamedAnswer | undefined
  try {
    answer = await source.open(lifetime.signal)
    yield* decode(answer)
    return undefined
  } catch (error) {
    if (lifetime.signal.reason === LEFT) return undefined
    throw lifetime.signal.aborted ? lifetime.signal.reason : asBreak(source.what, error)
  } finally {
    source.signal?.removeEventListener('abort', onAbort)
    answer?.stream.close()
  }
}

/** What ends the reading of a stream, as what its readers know: an error of the house stays what it is, a socket's becomes a ConnectionError. */
export function asBreak(what: string, error: unknown): unknown {
  if (error instanceof Error && (error.name === 'ApiError' || error.name === 'ConnectionError' || error.name === 'ConfigurationError'))
    return error
  return new ConnectionError(`${what} broke: ${messageOf(error)}`, { cause: error, code: (error as NodeJS.ErrnoException).code ?? '' })
}
