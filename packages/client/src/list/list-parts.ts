import { type Clock, ConnectionError, type KubeList, type KubeObject } from '@kubewright/core'
import type { ListPart } from '../contract.ts'
import { excerpt } from '../transport/failed-answer.ts'
import { firstHeader } from '../transport/request.ts'
import type { StreamedAnswer } from '../transport/transport.ts'
import { gunzipped } from '../wire/gunzip.ts'
import { impatient } from '../wire/impatient-stream.ts'
import { withoutManagedFields } from '../wire/managed-fields.ts'
import { type Reading, reading } from '../wire/reading.ts'
import { ListScanner } from './list-scanner.ts'

/** A list that is being read. */
export interface ListReading {
  /** Names the request in messages. */
  readonly request: string
  /** Names what is listed in messages. */
  readonly kind: string
  readonly keepManagedFields: boolean
  /** Milliseconds of silence that break it. */
  readonly timeout: number
  readonly clock: Clock
}

/** A page of a list, part by part, from when it is read until its reader leaves. */
export function listParts<T extends KubeObject>(
  source: ListReading & Pick<Reading, 'open' | 'signal'>,
  adapt: (object: T) => T,
): AsyncIterable<ListPart<T>> {
  return reading({ open: source.open, signal: source.signal, what: breakable(source) }, (answer) => decodeList(source, answer, adapt))
}

/** The list apart from its items. */
export type ListHead = Omit<KubeList, 'items'>

/** As {@link ListPart}, with all that the list says of itself at the end. */
export type DecodedPart<T extends KubeObject> = ListPart<T> &
  ({ readonly type: 'ITEM' } | { readonly type: 'END'; readonly head: ListHead })

export const breakable = ({ request }: ListReading): string => `${request}: the list`

/** The parts of an answer that has begun: what each piece of it completes. */
export async function* decodeList<T extends KubeObject>(
  source: ListReading,
  answer: StreamedAnswer,
  adapt: (object: T) => T,
): AsyncGenerator<readonly DecodedPart<T>[], undefined> {
  const packed = impatient(answer.stream, source.timeout, source.clock)
  const stream = firstHeader(answer.headers, 'content-encoding') === 'gzip' ? gunzipped(packed) : packed
  const scanner = new ListScanner((item): DecodedPart<T> => {
    const json = source.keepManagedFields ? item : withoutManagedFields(item)
    return { type: 'ITEM', object: adapt(parse<T>(json, 'an item')), bytes: json.length }
  })
  let beginning: Buffer | undefined
  let head: ListHead
  try {
    for (let chunk = await stream.read(); chunk !== undefined; chunk = await stream.read()) {
      beginning ??= chunk
      yield scanner.push(chunk)
    }
    head = headOf(source, parse<Partial<KubeList>>(scanner.finish(), 'what is not its items'))
  } catch (error) {
    throw error instanceof SyntaxError || error instanceof RangeError ? malformed(source, answer, beginning, error) : error
  } finally {
    stream.close()
  }
  yield [{ type: 'END', metadata: head.metadata, head }]
}

/** @throws SyntaxError that does not quote: the text may be a Secret */
function parse<R>(json: Buffer, what: string): R {
  try {
    return JSON.parse(json.toString('utf8')) as R
  } catch {
    throw new SyntaxError(`${what} of ${json.length} bytes is no JSON`)
  }
}

function headOf(source: ListReading, value: Partial<KubeList> | null): ListHead {
  const { items, ...head } = value ?? {}
  if (items === null || (Array.isArray(items) && items.length === 0)) return { ...head, metadata: head.metadata ?? {} }
  throw new ConnectionError(
    `the list of ${source.kind} has no items but is a ${head.kind ?? 'thing without a kind'}: is this an API server?`,
    { code: 'NOT_JSON' },
  )
}

function malformed(source: ListReading, answer: StreamedAnswer, beginning: Buffer | undefined, error: Error): ConnectionError {
  const type = firstHeader(answer.headers, 'content-type') ?? ''
  // What calls itself JSON came from the server, and half a Secret is a secret: only strangers are quoted.
  const isStranger = !type.includes('json')
  const text = excerpt({ code: answer.code, headers: answer.headers, body: beginning ?? Buffer.alloc(0) })
  return new ConnectionError(
    isStranger
      ? `${source.request}: HTTP ${answer.code} with "${text}" where JSON was expected: is the address that of an API server?`
      : `${source.request}: the list is malformed: ${error.message}. It was cut or changed on its way`,
    { code: 'NOT_JSON' },
  )
}
