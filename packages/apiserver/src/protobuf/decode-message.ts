import { inlinedType, messageType } from '../builtin/kind-type.ts'
import { builtinTypes, type Field, type MessageType, type TypeRef } from '../builtin/type-table.ts'
import { ProtobufError } from './protobuf-error.ts'
import { decodeBasic } from './well-known.ts'
import { type WireValue, wireFields } from './wire-reader.ts'

type JsonObject = Record<string, unknown>

/**
 * The JSON object that Go would print for a message. Go's encoder sends every field that is no pointer, zero or not, so zeros are dropped
 * where the JSON tag says omitempty. Unknown fields are skipped, as Go skips them: they are of a newer version.
 */
export function decodeMessage(type: MessageType, bytes: Uint8Array): JsonObject {
  const fields = new Map(type.fields.map((field) => [field.proto, field]))
  const object: JsonObject = {}
  for (const { number, value } of wireFields(bytes)) {
    const field = fields.get(number)
    if (field === undefined || field.proto === 0) continue
    if (field.json === undefined) Object.assign(object, decodeMessage(inlinedType(field), bytesOf(type, value)))
    else assign(object, field.json, field, type, value)
  }
  return object
}

function assign(object: JsonObject, key: string, field: Field, parent: MessageType, value: WireValue): void {
  const { type } = field
  if (type.is === 'list') {
    const list = (object[key] as unknown[] | undefined) ?? []
    list.push(decodeValue(type.element, parent, value))
    object[key] = list
  } else if (type.is === 'map') {
    const map = (object[key] as JsonObject | undefined) ?? {}
    const [name, entry] = decodeMapEntry(type.element, parent, bytesOf(parent, value))
    // A key may be __proto__, which an assignment would take for the prototype.
    Object.defineProperty(map, name, { value: entry, enumerable: true, configurable: true, writable: true })
    object[key] = map
  } else {
    const decoded = decodeValue(type, parent, value)
    if (decoded === undefined || (field.omitEmpty && isZero(type, decoded))) return
    object[key] = decoded
  }
}

function decodeValue(type: TypeRef, parent: MessageType, value: WireValue): unknown {
  switch (type.is) {
    case 'basic':
      return decodeBasic(type.name, value)
    case 'pointer':
      return decodeValue(type.element, parent, value)
    case 'wrapped':
      return [...wireFields(bytesOf(parent, value))]
        .filter((each) => each.number === 1)
        .map((each) => decodeValue(type.element, parent, each.value))
    case 'named': {
      if (builtinTypes().types.get(type.name)?.is === 'enum') return decodeBasic('string', value)
      return unwrapUnion(type.name, decodeMessage(messageType(type.name), bytesOf(parent, value)))
    }
    case 'list':
    case 'map':
      throw new ProtobufError(`the table of built-in types nests lists or maps in ${parent.name}`, { unsupported: true })
  }
}

/** Key is field 1, value field 2; what is missing is zero. */
function decodeMapEntry(element: TypeRef, parent: MessageType, bytes: Uint8Array): readonly [string, unknown] {
  let name = ''
  let value: unknown =
    element.is === 'basic' && (element.name === 'string' || element.name === 'bytes') ? '' : element.is === 'wrapped' ? [] : {}
  for (const field of wireFields(bytes)) {
    if (field.number === 1) name = String(decodeBasic('string', field.value))
    if (field.number === 2) value = decodeValue(element, parent, field.value)
  }
  return [name, value]
}

function isZero(type: TypeRef, value: unknown): boolean {
  // A pointer that is sent points at something: a zero behind it was meant.
  if (type.is === 'pointer') return false
  return value === '' || value === 0 || value === false || (Array.isArray(value) && value.length === 0)
}

/** The messages that are no objects in JSON but one of two things: their own marshallers in Go. */
function unwrapUnion(name: string, message: JsonObject): unknown {
  switch (name) {
    case 'apiextensions/v1.JSONSchemaPropsOrArray':
      return message['schema'] ?? message['jSONSchemas']
    case 'apiextensions/v1.JSONSchemaPropsOrBool':
      return message['schema'] ?? message['allows']
    case 'apiextensions/v1.JSONSchemaPropsOrStringArray':
      return message['schema'] ?? message['property']
    default:
      return message
  }
}

function bytesOf(parent: MessageType, value: WireValue): Uint8Array {
  if (value.type !== 'bytes')
    throw new ProtobufError(`the protobuf body has a number where ${parent.name} has a message`, { unsupported: false })
  return value.bytes
}
