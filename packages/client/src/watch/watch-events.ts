import { ConnectionError, type KubeObject, type Status } from '@kubewright/core'
import type { WatchEvent } from '../contract.ts'
import type { ByteStream } from '../transport/byte-stream.ts'
import { eventWithoutManagedFields } from '../wire/managed-fields.ts'
import { type Reading, reading } from '../wire/reading.ts'
import { FrameSplitter } from './frames.ts'

export interface WatchSource extends Pick<Reading, 'open' | 'signal'> {
  /** Names the watch in messages. */
  readonly request: string
  readonly keepManagedFields: boolean
}

/** The events of a watch, from when it is read until its reader leaves. */
export function watchEvents<T extends KubeObject>(source: WatchSource, adapt: (object: T) => T): AsyncIterable<WatchEvent<T>> {
  return reading({ ...source, what: `${source.request}: the watch` }, ({ stream }) => decodeAll(source, stream, adapt))
}

async function* decodeAll<T extends KubeObject>(
  source: WatchSource,
  stream: ByteStream,
  adapt: (object: T) => T,
): AsyncGenerator<Iterable<WatchEvent<T>>, undefined> {
  const splitter = new FrameSplitter()
  for (let chunk = await stream.read(); chunk !== undefined; chunk = await stream.read()) yield decoded(splitter.push(chunk))
  const rest = splitter.rest()
  // A last frame without its newline is whole if it parses; half an object never does.
  if (rest.toString('utf8').trim() !== '') yield decoded([rest])

  // Each when it is asked for: what comes before a broken frame is heard, and a reader that takes its time holds bytes and not objects.
  function* decoded(frames: readonly Buffer[]): Generator<WatchEvent<T>> {
    for (const frame of frames) yield decode(source, frame, adapt)
  }
}

function decode<T extends KubeObject>(source: WatchSource, frame: Buffer, adapt: (object: T) => T): WatchEvent<T> {
  const wanted = source.keepManagedFields ? frame : eventWithoutManagedFields(frame)
  const event = parse(source, wanted)
  switch (event.type) {
    case 'ADDED':
    case 'MODIFIED':
    case 'DELETED':
      return { type: event.type, object: adapt(event.object as T), bytes: wanted.length }
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
    event = JSON.parse(frame.toString('utf8'))
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
