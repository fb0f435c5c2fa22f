import { formatDuration, formatMicroTime, formatTime, messageOf } from '@kubewright/core'
import type { BasicType } from '../builtin/type-table.ts'
import { ProtobufError } from './protobuf-error.ts'
import { readText, type WireValue, wireFields } from './wire-reader.ts'

/**
 * The JSON value of one basic type, `undefined` for what Go's JSON leaves out whatever the tag says (a zero time).
 * @throws ProtobufError when the wire type does not fit.
 */
export function decodeBasic(type: BasicType, value: WireValue): unknown {
  switch (type) {
    case 'string':
      return readText(bytesOf(type, value))
    case 'bool':
      return numberOf(type, value) !== 0n
    case 'int32':
    case 'int64':
      // Negative int32 are sent as ten bytes, sign-extended to 64 bits.
      return Number(BigInt.asIntN(64, numberOf(type, value)))
    case 'uint8':
    case 'uint16':
    case 'uint32':
    case 'uint64':
      return Number(numberOf(type, value))
    case 'float64':
      return doubleOf(numberOf(type, value))
    case 'bytes':
      return Buffer.from(bytesOf(type, value)).toString('base64')
    case 'Time':
      return decodeTime(bytesOf(type, value), formatTime)
    case 'MicroTime':
      return decodeTime(bytesOf(type, value), formatMicroTime)
    case 'Duration':
      return formatDuration(Number(BigInt.asIntN(64, integers(bytesOf(type, value)).get(1) ?? 0n)) / 1e6)
    case 'Quantity':
      return texts(bytesOf(type, value)).get(1) ?? '0'
    case 'IntOrString': {
      const bytes = bytesOf(type, value)
      const isText = integers(bytes).get(1) === 1n
      return isText ? (texts(bytes).get(3) ?? '') : Number(BigInt.asIntN(32, integers(bytes).get(2) ?? 0n))
    }
    case 'RawExtension':
    case 'FieldsV1':
    case 'JSON':
      return decodeJson(bytesOf(type, value))
    case 'any':
      throw new ProtobufError('the protobuf body has a field that exists in JSON alone', { unsupported: false })
  }
}

function bytesOf(type: BasicType, value: WireValue): Uint8Array {
  if (value.type !== 'bytes') throw new ProtobufError(`the protobuf body has a number where a ${type} must stand`, { unsupported: false })
  return value.bytes
}

function numberOf(type: BasicType, value: WireValue): bigint {
  if (value.type === 'bytes') throw new ProtobufError(`the protobuf body has bytes where a ${type} must stand`, { unsupported: false })
  return value.value
}

function integers(bytes: Uint8Array): ReadonlyMap<number, bigint> {
  return new Map([...wireFields(bytes)].flatMap(({ number, value }) => (value.type === 'bytes' ? [] : [[number, value.value] as const])))
}

function texts(bytes: Uint8Array): ReadonlyMap<number, string> {
  return new Map(
    [...wireFields(bytes)].flatMap(({ number, value }) => (value.type === 'bytes' ? [[number, readText(value.bytes)] as const] : [])),
  )
}

function doubleOf(bits: bigint): number {
  const view = new DataView(new ArrayBuffer(8))
  view.setBigUint64(0, bits)
  return view.getFloat64(0)
}

/** Go sends the zero time as an empty message, and JSON shows it as null or not at all. */
function decodeTime(bytes: Uint8Array, format: (ms: number) => string): string | undefined {
  if (bytes.length === 0) return undefined
  const parts = integers(bytes)
  const seconds = Number(BigInt.asIntN(64, parts.get(1) ?? 0n))
  const micros = Math.trunc(Number(BigInt.asIntN(32, parts.get(2) ?? 0n)) / 1000)
  try {
    // The fraction joins as text: a double does not hold the seconds of this century and microseconds together.
    const text = format(seconds * 1000)
    return format === formatTime ? text : `${text.slice(0, 19)}.${String(micros).padStart(6, '0')}Z`
  } catch (error) {
    if (error instanceof RangeError)
      throw new ProtobufError(`the protobuf body has a time that JSON cannot carry: ${error.message}`, { unsupported: false })
    throw error
  }
}

/** Raw JSON inside protobuf. Nothing at all is null. */
function decodeJson(bytes: Uint8Array): unknown {
  const fields = texts(bytes)
  const text = fields.get(1) ?? ''
  if (text === '') return null
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new ProtobufError(`the protobuf body carries JSON that is none: ${messageOf(error)}`, { unsupported: false })
  }
}
