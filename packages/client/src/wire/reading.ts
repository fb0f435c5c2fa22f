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
 * What `decode` makes of the answer: all that one read of the stream completes, at a time. Nothing is opened before the first `next`; leaving the
 * loop closes the connection at once, also while a `next` waits (a generator alone would hold it until the next byte).
 */
export function reading<P>(source: Reading, decode: (answer: StreamedAnswer) => AsyncIterable<Iterable<P>>): AsyncIterable<P> {
  return {
    [Symbol.asyncIterator]() {
      const lifetime = new AbortController()
      return new Reader(readBatches(source, lifetime, decode), () => lifetime.abort(LEFT))
    },
  }
}

const LEFT = new Error('the reader left')

async function* readBatches<P>(
  source: Reading,
  lifetime: AbortController,
  decode: (answer: StreamedAnswer) => AsyncIterable<Iterable<P>>,
): AsyncGenerator<Iterable<P>, undefined> {
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

/**
 * Hands out batches one by one. What is there already costs one promise; as a generator inside a generator, each of the 20,000 events of a first list
 * would take the way through both.
 */
class Reader<P> implements AsyncIterator<P, undefined> {
  readonly #batches: AsyncGenerator<Iterable<P>, undefined>
  readonly #leave: () => void
  #batch: Iterator<P> | undefined
  /** Resolves with whether there is another batch. Who asks meanwhile waits for it, too. */
  #refilling: Promise<boolean> | undefined

  constructor(batches: AsyncGenerator<Iterable<P>, undefined>, leave: () => void) {
    this.#batches = batches
    this.#leave = leave
  }

  async next(): Promise<IteratorResult<P, undefined>> {
    while (this.#refilling !== undefined) await this.#refilling
    for (;;) {
      try {
        const there = this.#batch?.next()
        if (there?.done === false) return there
        this.#refilling = this.#refill()
      } catch (error) {
        // What cannot be decoded ends the reading as a broken stream does: it is closed.
        this.#refilling = this.#batches.throw(error).then(() => false)
      }
      try {
        if (!(await this.#refilling)) return { done: true, value: undefined }
      } finally {
        this.#refilling = undefined
      }
    }
  }

  return(): Promise<IteratorResult<P, undefined>> {
    this.#batch = undefined
    this.#leave()
    return this.#batches.return(undefined).then(() => ({ done: true, value: undefined }))
  }

  async #refill(): Promise<boolean> {
    const { done, value } = await this.#batches.next()
    this.#batch = done ? undefined : value[Symbol.iterator]()
    return done !== true
  }
}

/** What ends the reading of a stream, as what its readers know: an error of the house stays what it is, a socket's becomes a ConnectionError. */
export function asBreak(what: string, error: unknown): unknown {
  if (error instanceof Error && (error.name === 'ApiError' || error.name === 'ConnectionError' || error.name === 'ConfigurationError'))
    return error
  return new ConnectionError(`${what} broke: ${messageOf(error)}`, { cause: error, code: (error as NodeJS.ErrnoException).code ?? '' })
}
