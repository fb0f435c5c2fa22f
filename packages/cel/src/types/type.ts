/** A type of one word. */
export type SimpleKind = 'bool' | 'bytes' | 'double' | 'duration' | 'dyn' | 'error' | 'int' | 'null_type' | 'string' | 'timestamp' | 'uint'

interface Sized {
  /** The most code points, bytes, elements or entries that a value can have. @default 0: a value of fixed size, or a size that nobody declared. */
  readonly maxElements?: number
}
export interface SimpleType extends Sized {
  readonly kind: SimpleKind
  /** How a value stands in JSON, when that is not as itself: `date-time`, `date`, `duration`, `byte`. */
  readonly format?: string
}
export interface ListType extends Sized {
  readonly kind: 'list'
  readonly element: CelType
  /** `set`, or the keys of a `map`: lists of objects that compare and join without regard to order, as `x-kubernetes-list-type` says. */
  readonly unordered?: { readonly by: 'value' } | { readonly by: 'keys'; readonly keys: readonly string[] }
}
export interface MapType extends Sized {
  readonly kind: 'map'
  readonly key: CelType
  readonly value: CelType
}
export interface ObjectType {
  readonly kind: 'object'
  readonly name: string
  /** By CEL name: see field-names.ts. */
  readonly fields: ReadonlyMap<string, Field>
  /** Whether it has fields of every other name too, of any type. */
  readonly open?: true
}
export interface Field {
  /** The name in JSON. */
  readonly name: string
  readonly type: CelType
}
/** Words that the grammar reserves, which fields may have for names none the less. */
const RESERVED_FIELDS = new Set(
  'as break const continue else for function if import let loop package namespace return var void while'.split(' '),
)

/** The field that an expression means: kube-apiserver takes a reserved word as it is beside its escaped form. */
export function fieldNamed(type: ObjectType, name: string): Field | undefined {
  const declared = type.fields.get(name) ?? (RESERVED_FIELDS.has(name) ? type.fields.get(`__${name}__`) : undefined)
  return declared ?? (type.open ? { name, type: DYN } : undefined)
}

/** A type of a library, such as `net.IP`, or `optional_type` with its parameter. */
export interface OpaqueType {
  readonly kind: 'opaque'
  readonly name: string
  readonly parameters: readonly CelType[]
}
/** The type of types. */
export interface TypeType {
  readonly kind: 'type'
  readonly of: CelType | undefined
}
/** What a generic signature leaves open. */
export interface ParameterType {
  readonly kind: 'parameter'
  readonly name: string
}
export type CelType = SimpleType | ListType | MapType | ObjectType | OpaqueType | TypeType | ParameterType

export const BOOL: CelType = { kind: 'bool' }
export const BYTES: CelType = { kind: 'bytes' }
export const DOUBLE: CelType = { kind: 'double' }
export const DURATION: CelType = { kind: 'duration' }
export const DYN: CelType = { kind: 'dyn' }
export const ERROR: CelType = { kind: 'error' }
export const INT: CelType = { kind: 'int' }
export const NULL: CelType = { kind: 'null_type' }
export const STRING: CelType = { kind: 'string' }
export const TIMESTAMP: CelType = { kind: 'timestamp' }
export const UINT: CelType = { kind: 'uint' }

export const listOf = (element: CelType): ListType => ({ kind: 'list', element })
export const mapOf = (key: CelType, value: CelType): MapType => ({ kind: 'map', key, value })
export const optionalOf = (value: CelType): OpaqueType => ({ kind: 'opaque', name: 'optional_type', parameters: [value] })
export const typeOf = (of?: CelType): TypeType => ({ kind: 'type', of })
export const parameter = (name: string): ParameterType => ({ kind: 'parameter', name })
export const opaque = (name: string): OpaqueType => ({ kind: 'opaque', name, parameters: [] })

/** An object type, such as the one of `request` in an admission policy. Names are taken as they are: escape what CEL cannot spell. */
export function objectType(name: string, fields: Readonly<Record<string, CelType>> = {}): ObjectType {
  return { kind: 'object', name, fields: new Map(Object.entries(fields).map(([field, type]) => [field, { name: field, type }])) }
}

export const isDyn = (type: CelType): boolean => type.kind === 'dyn' || type.kind === 'error'

/** What is inside an optional; `undefined` for every other type. */
export function unwrapOptional(type: CelType): CelType | undefined {
  return type.kind === 'opaque' && type.name === 'optional_type' ? type.parameters[0] : undefined
}

export function parametersOf(type: CelType): readonly CelType[] {
  switch (type.kind) {
    case 'list':
      return [type.element]
    case 'map':
      return [type.key, type.value]
    case 'opaque':
      return type.parameters
    case 'type':
      return type.of === undefined ? [] : [type.of]
    default:
      return []
  }
}

export function withParameters(type: CelType, parameters: readonly CelType[]): CelType {
  switch (type.kind) {
    case 'list':
      return { ...type, element: parameters[0]! }
    case 'map':
      return { ...type, key: parameters[0]!, value: parameters[1]! }
    case 'opaque':
      return { ...type, parameters }
    case 'type':
      return { ...type, of: parameters[0] }
    default:
      return type
  }
}

/** The name of the type without its parameters, as `string(type(x))` gives it. */
export function typeName(type: CelType): string {
  switch (type.kind) {
    case 'object':
    case 'opaque':
    case 'parameter':
      return type.name
    case 'timestamp':
      return 'google.protobuf.Timestamp'
    case 'duration':
      return 'google.protobuf.Duration'
    default:
      return type.kind
  }
}

export function sameType(a: CelType, b: CelType): boolean {
  if (a === b) return true
  if (a.kind !== b.kind || typeName(a) !== typeName(b)) return false
  const left = parametersOf(a)
  const right = parametersOf(b)
  return left.length === right.length && left.every((type, index) => sameType(type, right[index]!))
}

const PRINTED: Readonly<Record<string, string>> = { error: '!error!', null_type: 'null', timestamp: 'timestamp', duration: 'duration' }

/** The type as cel-go's messages print it: `map(string, list(int))`. */
export function printType(type: CelType): string {
  const name = PRINTED[type.kind] ?? typeName(type)
  const parameters = parametersOf(type)
  return parameters.length === 0 ? name : `${name}(${parameters.map(printType).join(', ')})`
}
