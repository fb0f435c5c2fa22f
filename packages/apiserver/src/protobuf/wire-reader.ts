import { ProtobufError } from './protobuf-error.ts'

/** One field as it stands on the wire. Length-delimited values are views of the input, not copies. */
export type WireValue =
  | { readonly type: 'varint' | 'fixed'; readonly value: bigint }
  | { readonly type: 'bytes'; readonly bytes: Uint8Array }

export interface WireField {
  readonly number: number
  readonly value: WireValue
}

/** Reads the fields of one message in the order they stand. @throws ProtobufError when the bytes end early or make no sense. */
export function* wireFields(bytes: Uint8Array): Iterable<WireField> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = 0
  const varint = (): bigint => {
    let result = 0n
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes[at++]
      if (byte === undefined) throw truncated()
      result |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return BigInt.asUintN(64, result)
    }
    throw new ProtobufError('the protobuf body has a number of more than ten bytes', { unsupported: false })
  }
  const take = (length: number): number => {
    const start = at
    if (length > bytes.length - at) throw truncated()
    at += length
    return start
  }
  while (at < bytes.length) {
    const key = Number(varint())
    const number = Math.floor(key / 8)
    switch (key % 8) {
      case 0:
        yield { number, value: { type: 'varint', value: varint() } }
        break
      case 1:
        yield { number, value: { type: 'fixed', value: view.getBigUint64(take(8), true) } }
        break
      case 2: {
        const length = Number(varint())
        const start = take(length)
        yield { number, value: { type: 'bytes', bytes: bytes.subarray(start, start + length) } }
        break
      }
      case 5:
        yield { number, value: { type: 'fixed', value: BigInt(view.getUint32(take(4), true)) } }
        break
      default:
        throw new ProtobufError(`the protobuf body has a field of wire type ${key % 8}, which Kubernetes never sends`, {
          unsupported: false,
        })
    }
  }
}

function truncated(): ProtobufError {
  return new ProtobufError('the protobuf body ends in the middle of a field', { unsupported: false })
}

/** Text of a length-delimited value. Kubernetes wants UTF-8, so bytes that are not are an error and not replacement characters. */
export function readText(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (error) {
    if (error instanceof TypeError) throw new ProtobufError('the protobuf body has a text that is not UTF-8', { unsupported: false })
    throw error
  }
}
