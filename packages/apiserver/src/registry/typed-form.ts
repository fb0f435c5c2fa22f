import { formatMicroTime, formatTime, parseQuantity, parseTime, printQuantity } from '@kubewright/core'
import { jsonFields, messageType } from '../builtin/kind-type.ts'
import { type BasicType, builtinTypes, type Field, type MessageType, type TypeRef } from '../builtin/type-table.ts'

/** A value does not fit its Go type. The message is what the real server's decoder says. */
export class DecodeError extends Error {
  override readonly name = 'DecodeError'
}

export interface TypedForm {
  readonly value: Readonly<Record<string, unknown>>
  /** Paths of fields that the type has not got: `spec.template.foo`, `spec.containers[0].bar`. */
  readonly unknownFields: readonly string[]
}

/**
 * Reads JSON as the real server's Go types do, and writes it as they do: unknown fields and nulls go, `omitempty` zero values go, zero
 * values of other fields appear (`status: {}`, `firstTimestamp: null`). Clients compare objects, so an embedded server that echoed what it
 * was sent would hide the differences that make operators loop on a real one.
 * @throws DecodeError
 */
export function typedForm(typeName: string, value: unknown): TypedForm {
  const walk = new Walk()
  return { value: walk.message(messageType(typeName), value, undefined, '', ''), unknownFields: walk.unknownFields }
}

/** Where a value stands: the Go struct that has the field, and the dotted fields from the root without list indexes, as Go's errors name it. */
interface Place {
  readonly struct: string
  readonly fields: string
}

class Walk {
  readonly unknownFields: string[] = []

  message(type: MessageType, value: unknown, place: Place | undefined, fields: string, path: string): Record<string, unknown> {
    const union = UNIONS[type.name]
    if (union !== undefined) return this.union(union, value, place, fields, path) as Record<string, unknown>
    const source = value ?? {}
    if (!isPlainObject(source)) throw mismatch(value, place, goName(type))
    const known = fieldsOf(type)
    const result: Record<string, unknown> = {}
    for (const [key, child] of Object.entries(source)) {
      const field = known.get(key)
      const childPath = path === '' ? key : `${path}.${key}`
      if (field === undefined) {
        this.unknownFields.push(childPath)
        continue
      }
      const at = { struct: type.name.slice(type.name.lastIndexOf('.') + 1), fields: fields === '' ? key : `${fields}.${key}` }
      const decoded = this.value(field.type, child, at, childPath)
      if (decoded !== undefined && !(field.omitEmpty && isEmpty(decoded, field.type))) define(result, key, decoded)
    }
    for (const [key, field] of known) {
      if (Object.hasOwn(result, key)) continue
      const zero = this.zeroOf(field)
      if (zero !== undefined) result[key] = zero
    }
    return result
  }

  /** Types whose JSON is one of two shapes. */
  private union(union: Union, value: unknown, place: Place | undefined, fields: string, path: string): unknown {
    if (union.scalar !== undefined && typeof value === union.scalar) return value
    const schema = messageType('apiextensions/v1.JSONSchemaProps')
    if (union.list !== undefined && Array.isArray(value)) {
      return value.map((item: unknown, index) =>
        union.list === 'schemas' ? this.message(schema, item, place, fields, `${path}[${index}]`) : item,
      )
    }
    return this.message(schema, value, place, fields, path)
  }

  /** What an absent field is written as; undefined: not at all. */
  private zeroOf(field: Field): unknown {
    const { type } = field
    if (type.is === 'named') {
      const named = builtinTypes().types.get(type.name)
      if (named?.is === 'message') return this.message(named, {}, undefined, '', '')
      return field.omitEmpty ? undefined : ''
    }
    if (type.is === 'basic' && (type.name === 'Time' || type.name === 'MicroTime')) return isOmitZero(field) ? undefined : null
    if (field.omitEmpty) return undefined
    if (type.is !== 'basic') return null
    return ZERO[type.name]
  }

  private value(ref: TypeRef, value: unknown, place: Place, path: string): unknown {
    if (value === null || value === undefined) return undefined
    switch (ref.is) {
      case 'pointer':
        return this.value(ref.element, value, place, path)
      case 'named': {
        const type = builtinTypes().types.get(ref.name)
        if (type?.is === 'message') return this.message(type, value, place, place.fields, path)
        if (typeof value !== 'string') throw mismatch(value, place, `v1.${ref.name.slice(ref.name.lastIndexOf('.') + 1)}`)
        return value
      }
      case 'list':
      case 'wrapped':
        if (!Array.isArray(value)) throw mismatch(value, place, goType(ref))
        return value.map(
          (item: unknown, index) => this.value(ref.element, item, place, `${path}[${index}]`) ?? this.zeroElement(ref.element),
        )
      case 'map': {
        if (!isPlainObject(value)) throw mismatch(value, place, goType(ref))
        const result: Record<string, unknown> = {}
        for (const [key, item] of Object.entries(value))
          define(result, key, this.value(ref.element, item, place, `${path}.${key}`) ?? this.zeroElement(ref.element))
        return result
      }
      case 'basic':
        return basic(ref.name, value, place)
    }
  }

  private zeroElement(ref: TypeRef): unknown {
    if (ref.is === 'basic') return ZERO[ref.name]
    if (ref.is !== 'named') return null
    const type = builtinTypes().types.get(ref.name)
    return type?.is === 'message' ? this.message(type, {}, undefined, '', '') : ''
  }
}

interface Union {
  readonly scalar?: 'boolean'
  readonly list?: 'schemas' | 'strings'
}

/** Beside one schema, these may be a boolean or a list. */
const UNIONS: Readonly<Record<string, Union>> = {
  'apiextensions/v1.JSONSchemaPropsOrBool': { scalar: 'boolean' },
  'apiextensions/v1.JSONSchemaPropsOrArray': { list: 'schemas' },
  'apiextensions/v1.JSONSchemaPropsOrStringArray': { list: 'strings' },
}

const ZERO: Readonly<Record<BasicType, unknown>> = {
  string: '',
  bool: false,
  int32: 0,
  int64: 0,
  uint8: 0,
  uint16: 0,
  uint32: 0,
  uint64: 0,
  float64: 0,
  bytes: null,
  any: null,
  Time: null,
  MicroTime: null,
  Duration: '0s',
  Quantity: '0',
  IntOrString: 0,
  RawExtension: null,
  FieldsV1: null,
  JSON: null,
}

const INTEGER_RANGES: Readonly<Partial<Record<BasicType, readonly [number, number]>>> = {
  int32: [-(2 ** 31), 2 ** 31 - 1],
  int64: [-(2 ** 63), 2 ** 63],
  uint8: [0, 2 ** 8 - 1],
  uint16: [0, 2 ** 16 - 1],
  uint32: [0, 2 ** 32 - 1],
  uint64: [0, 2 ** 64],
}

function basic(name: BasicType, value: unknown, place: Place): unknown {
  const range = INTEGER_RANGES[name]
  if (range !== undefined) {
    if (typeof value !== 'number') throw mismatch(value, place, name)
    if (!Number.isInteger(value) || value < range[0] || value > range[1]) throw mismatch(value, place, name, ` ${value}`)
    return value
  }
  switch (name) {
    case 'string':
      if (typeof value !== 'string') throw mismatch(value, place, 'string')
      return value
    case 'bool':
      if (typeof value !== 'boolean') throw mismatch(value, place, 'bool')
      return value
    case 'float64':
      if (typeof value !== 'number') throw mismatch(value, place, 'float64')
      return value
    case 'bytes':
      if (typeof value !== 'string') throw mismatch(value, place, '[]uint8')
      return base64(value)
    case 'Time':
      return formatTime(timeOf(value, place, '2006-01-02T15:04:05Z07:00'))
    case 'MicroTime':
      if (typeof value === 'string' && !/\.\d{6}/.test(value) && parseTime(value) !== undefined) {
        const rest = value.slice('2006-01-02T15:04:05'.length)
        throw new DecodeError(
          `parsing time ${JSON.stringify(value)} as "2006-01-02T15:04:05.000000Z07:00": cannot parse ${JSON.stringify(rest)} as ".000000"`,
        )
      }
      timeOf(value, place, '2006-01-02T15:04:05.000000Z07:00')
      return microTime(value as string)
    case 'Quantity':
      return quantity(value)
    case 'IntOrString':
      if (typeof value === 'string') return value
      if (typeof value !== 'number') throw mismatch(value, place, 'int32')
      return basic('int32', value, place)
    default:
      return value
  }
}

function timeOf(value: unknown, place: Place, layout: string): number {
  if (typeof value !== 'string') throw mismatch(value, place, 'string')
  const ms = parseTime(value)
  if (ms === undefined)
    throw new DecodeError(`parsing time ${JSON.stringify(value)} as "${layout}": cannot parse ${JSON.stringify(value)} as "2006"`)
  return ms
}

/** Microseconds are more than a JavaScript time can hold, so the fraction is kept as text. */
function microTime(text: string): string {
  const fraction = /\.(\d{6})/.exec(text)?.[1] ?? '000000'
  return formatMicroTime(parseTime(text)!).replace(/\.\d{6}/, `.${fraction}`)
}

function quantity(value: unknown): string {
  if (typeof value !== 'string' && typeof value !== 'number') throw new DecodeError(QUANTITY_RULE)
  try {
    return printQuantity(parseQuantity(String(value)))
  } catch (error) {
    throw new DecodeError(QUANTITY_RULE, { cause: error })
  }
}

const QUANTITY_RULE = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"

/** Go's standard encoding: padded, and nothing but its alphabet and line breaks. Its error names the first byte that does not fit. */
function base64(text: string): string {
  const compact = text.replace(/[\r\n]/g, '')
  const wrong = /[^A-Za-z0-9+/=]|=(?!=?$)/.exec(compact)
  if (wrong !== null) throw new DecodeError(`illegal base64 data at input byte ${wrong.index}`)
  if (compact.length % 4 !== 0) throw new DecodeError(`illegal base64 data at input byte ${compact.length - (compact.length % 4)}`)
  return compact
}

function isEmpty(value: unknown, ref: TypeRef): boolean {
  if (ref.is === 'pointer') return false
  if (Array.isArray(value)) return value.length === 0
  if (ref.is === 'map') return Object.keys(value as object).length === 0
  if (ref.is === 'basic' && (ref.name === 'Quantity' || ref.name === 'IntOrString')) return false
  return value === '' || value === 0 || value === false
}

/** These carry `omitzero`, which the table notes as `omitempty`; all other times are structs that Go never omits. */
const isOmitZero = (field: Field): boolean => field.json === 'creationTimestamp'

function fieldsOf(type: MessageType): ReadonlyMap<string, Field> {
  let fields = fieldIndex.get(type)
  if (fields === undefined) {
    fields = new Map([...jsonFields(type)].map((field) => [field.json, field]))
    fieldIndex.set(type, fields)
  }
  return fields
}

/** An index over the immutable type table. */
const fieldIndex = new WeakMap<MessageType, ReadonlyMap<string, Field>>()

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Assignment would call the setter of `__proto__`. */
function define(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__') Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true })
  else target[key] = value
}

function mismatch(value: unknown, place: Place | undefined, wanted: string, shown = ''): DecodeError {
  const what = Array.isArray(value) ? 'array' : typeof value === 'object' ? 'object' : typeof value === 'boolean' ? 'bool' : typeof value
  const where = place === undefined ? `value of type ${wanted}` : `struct field ${place.struct}.${place.fields} of type ${wanted}`
  return new DecodeError(`json: cannot unmarshal ${what}${shown} into Go ${where}`)
}

function goName(type: MessageType): string {
  return `${type.package.version}.${type.name.slice(type.name.lastIndexOf('.') + 1)}`
}

function goType(ref: TypeRef): string {
  switch (ref.is) {
    case 'basic':
      return ref.name === 'bytes' ? '[]uint8' : ref.name
    case 'named':
      return `v1.${ref.name.slice(ref.name.lastIndexOf('.') + 1)}`
    case 'pointer':
      return `*${goType(ref.element)}`
    case 'map':
      return `map[string]${goType(ref.element)}`
    default:
      return `[]${goType(ref.element)}`
  }
}
