import { ConnectionError, type KubeObject, messageOf, type Status } from '@kubewright/core'
import type { WatchEvent } from '../contract.ts'
import type { ByteStream } from '../transport/byte-stream.ts'
import { FrameSplitter } from './frames.ts'
import { withoutManagedFields } from './managed-fields.ts'

export interface WatchSource {
  /** Opens the stream; `signal` closes it at any time. */
  open(signal: AbortSignal): Promise<ByteStream>
  /** Names the watch in messages. */
  readonly request: string
  readonly keepManagedFields: boolean
  readonly signal?: AbortSignal | undefined
}

/**
 * The events of a watch. Nothing is opened before the first `next`; leaving the loop closes the socket at once, also while a `next` waits
 * (a generator alone would hold the connection until the next byte).
 */
export function watchEvents<T extends KubeObject>(source: WatchSource, adapt: (object: T) => T): AsyncIterable<WatchEvent<T>> {
  return {
    [Symbol.asyncIterator]() {
      const lifetime = new AbortController()
      const onAbort = () => lifetime.abort(source.signal?.reason)
      const events = readEvents(source, lifetime, onAbort, adapt)
      return {
        next: () => events.next(),
        return() {
          lifetime.abort(LEFT)
          return events.return(undefined)
        },
      }
    },
  }
}

const LEFT = new Error('the reader left the watch')

async function* readEvents<T extends KubeObject>(
  source: WatchSource,
  lifetime: AbortController,
  onAbort: () => void,
  adapt: (object: T) => T,
): AsyncGenerator<WatchEvent<T>, undefined> {
  source.signal?.throwIfAborted()
  source.signal?.addEventListener('abort', onAbort, { once: true })
  let stream: ByteStream | undefined
  try {
    stream = await source.open(lifetime.signal)
    const splitter = new FrameSplitter()
    for (let chunk = await stream.read(); chunk !== undefined; chunk = await stream.read()) {
      for (const frame of splitter.push(chunk)) yield decode(source, frame, adapt)
    }
    const rest = splitter.rest()
    // A last frame without its newline is whole if it parses; half an object never does.
    if (rest.toString('utf8').trim() !== '') yield decode(source, rest, adapt)
    return undefined
  } catch (error) {
    if (lifetime.signal.reason === LEFT) return undefined
    throw lifetime.signal.aborted ? lifetime.signal.reason : asStreamError(source, error)
  } finally {
    source.signal?.removeEventListener('abort', onAbort)
    stream?.close()
  }
}

function decode<T extends KubeObject>(source: WatchSource, frame: Buffer, adapt: (object: T) => T): WatchEvent<T> {
  const event = parse(source, frame)
  switch (event.type) {
    case 'ADDED':
    case 'MODIFIED':
    case 'DELETED':
      return { type: event.type, object: adapt(event.object as T) }
    case 'BOOKMARK':
      return { type: 'BOOKMARK', object: event.object as KubeObject }
    case 'ERROR':
      return { type: 'ERROR', status: event.object as Status }
    default:
      throw new ConnectionError(`${source.request}: a watch event of the unknown type "${String(event.type).slice(0, 40)}"`, {
        code: 'MALFORMED_FRAME',
      })
  }
}

function parse(source: WatchSource, frame: Buffer): { readonly type: unknown; readonly object: object } {
  let event: unknown
  try {
    event = JSON.parse((source.keepManagedFields ? frame : withoutManagedFields(frame)).toString('utf8'))
  } catch {
    // No excerpt and no cause: both quote the object, which may be a Secret.
    throw new ConnectionError(
      `${source.request}: a watch frame of ${frame.length} bytes is no JSON: the stream was cut or changed on its way`,
      {
        code: 'MALFORMED_FRAME',
      },
    )
  }
  const { type, object } = (event ?? {}) as { type?: unknown; object?: unknown }
  if (typeof object !== 'object' || object === null) {
    throw new ConnectionError(`${source.request}: a watch frame of ${frame.length} bytes has no object`, { code: 'MALFORMED_FRAME' })
  }
  return { type, object }
}

function asStreamError(source: WatchSource, error: unknown): unknown {
  if (error instanceof Error && (error.name === 'ApiError' || error.name === 'ConnectionError' || error.name === 'ConfigurationError'))
    return error
  return new ConnectionError(`${source.request}: the watch broke: ${messageOf(error)}`, {
    cause: error,
    code: (error as NodeJS.ErrnoException).code ?? '',
  })
}
