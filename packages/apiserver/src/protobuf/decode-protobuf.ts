import { type DynamicObject, parseApiVersion } from '@kubewright/core'
import { kindType } from '../builtin/kind-type.ts'
import { decodeMessage } from './decode-message.ts'
import { ProtobufError } from './protobuf-error.ts'
import { readText, wireFields } from './wire-reader.ts'

/** `k8s` and a zero byte: opens every `application/vnd.kubernetes.protobuf` body. */
const MAGIC = [0x6b, 0x38, 0x73, 0x00]

/**
 * Reads an `application/vnd.kubernetes.protobuf` body as the object that the same client would have sent as JSON.
 * @throws ProtobufError when the body is broken (`unsupported: false`, a 400) or of a kind that is not built in (`unsupported: true`, a 415).
 */
export function decodeProtobuf(bytes: Uint8Array): DynamicObject {
  if (MAGIC.some((byte, index) => bytes[index] !== byte)) {
    throw new ProtobufError('the body is declared as Kubernetes protobuf but does not begin with "k8s\\0"', { unsupported: false })
  }
  const { apiVersion, kind, raw } = readEnvelope(bytes.subarray(MAGIC.length))
  const type = kindType({ ...readApiVersion(apiVersion), kind })
  if (!type) {
    throw new ProtobufError(`${apiVersion} ${kind} cannot be read from protobuf: it is no built-in kind of a stable version; send JSON`, {
      unsupported: true,
    })
  }
  const message = decodeMessage(type, raw)
  return { apiVersion, kind, ...message, metadata: (message['metadata'] ?? {}) as DynamicObject['metadata'] }
}

/** apimachinery's `runtime.Unknown`: typeMeta 1 (apiVersion 1, kind 2), raw 2, contentEncoding 3, contentType 4. */
function readEnvelope(bytes: Uint8Array): { readonly apiVersion: string; readonly kind: string; readonly raw: Uint8Array } {
  let apiVersion = ''
  let kind = ''
  let raw: Uint8Array = new Uint8Array()
  for (const { number, value } of wireFields(bytes)) {
    if (value.type !== 'bytes') continue
    if (number === 1) {
      for (const part of wireFields(value.bytes)) {
        if (part.value.type !== 'bytes') continue
        if (part.number === 1) apiVersion = readText(part.value.bytes)
        if (part.number === 2) kind = readText(part.value.bytes)
      }
    } else if (number === 2) {
      raw = value.bytes
    } else if (number === 3 && value.bytes.length > 0) {
      throw new ProtobufError(`the protobuf body is packed as "${readText(value.bytes)}": send it plain`, { unsupported: true })
    }
  }
  return { apiVersion, kind, raw }
}

function readApiVersion(apiVersion: string): { readonly group: string; readonly version: string } {
  try {
    return parseApiVersion(apiVersion)
  } catch (error) {
    throw new ProtobufError(`the protobuf body names no kind: ${error instanceof Error ? error.message : String(error)}`, {
      unsupported: false,
    })
  }
}
