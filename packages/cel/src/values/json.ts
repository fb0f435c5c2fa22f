import { CelEvaluationError, noSuchOverload } from '../errors.ts'
import { type CelType, fieldNamed, type ListType, type MapType, type ObjectType, type SimpleType } from '../types/type.ts'
import { parseDurationNanos, printDuration } from './duration.ts'
import { parseDate, parseTimestamp, printTimestamp } from './timestamp.ts'
import {
  CelList,
  CelMap,
  CelObject,
  type CelValue,
  Double,
  Duration,
  isInt,
  LibraryValue,
  Optional,
  Timestamp,
  TypeValue,
  Uint,
} from './value.ts'

/**
 * JSON as an expression sees it through a type. Nothing is copied: objects and lists are looked into when they are asked. Values of CEL are passed as
 * they are. Where the type says dyn, a number without a fraction is an int.
 * @throws CelEvaluationError where the JSON is not of the type: a text that is no timestamp, an object where a list should be.
 */
export function toCel(json: unknown, type: CelType): CelValue {
  if (json === null) return null
  if (isCelObject(json)) return json
  switch (type.kind) {
    case 'list':
      if (Array.isArray(json)) return new JsonList(json, type)
      break
    case 'map':
      if (isRecord(json)) return new JsonMap(json, type)
      break
    case 'object':
      if (isRecord(json)) return new JsonObject(json, type)
      break
    case 'dyn':
      return toDynamic(json)
    case 'opaque':
      if (type.name === 'optional_type') return json === undefined ? Optional.none : new Optional(toCel(json, type.parameters[0]!))
      break
    default: {
      const value = 'format' in type || type.kind in SCALARS ? toScalar(json, type as SimpleType) : undefined
      if (value !== undefined) return value
    }
  }
  throw new CelEvaluationError(`invalid data, expected a ${type.kind} value`)
}

function isCelObject(value: unknown): value is CelValue {
  return (
    value instanceof CelList ||
    value instanceof CelMap ||
    value instanceof LibraryValue ||
    value instanceof Uint ||
    value instanceof Double ||
    value instanceof Timestamp ||
    value instanceof Duration ||
    value instanceof TypeValue ||
    value instanceof Optional ||
    value instanceof Uint8Array ||
    typeof value === 'bigint'
  )
}

function isRecord(json: unknown): json is Readonly<Record<string, unknown>> {
  return typeof json === 'object' && json !== null && !Array.isArray(json)
}

const DYNAMIC_LIST: ListType = { kind: 'list', element: { kind: 'dyn' } }
const DYNAMIC_MAP: MapType = { kind: 'map', key: { kind: 'string' }, value: { kind: 'dyn' } }

function toDynamic(json: unknown): CelValue {
  if (typeof json === 'string' || typeof json === 'boolean') return json
  if (typeof json === 'number') return Number.isSafeInteger(json) ? json : new Double(json)
  if (Array.isArray(json)) return new JsonList(json, DYNAMIC_LIST)
  if (isRecord(json)) return new JsonMap(json, DYNAMIC_MAP)
  throw noSuchOverload()
}

const SCALARS: Readonly<Record<string, (json: unknown, type: SimpleType) => CelValue | undefined>> = {
  bool: (json) => (typeof json === 'boolean' ? json : undefined),
  string: (json) => (typeof json === 'string' ? json : undefined),
  int: (json) => (typeof json === 'number' && Number.isInteger(json) ? (Number.isSafeInteger(json) ? json : BigInt(json)) : undefined),
  uint: (json) => (typeof json === 'number' && Number.isInteger(json) && json >= 0 ? new Uint(BigInt(json)) : undefined),
  double: (json) => (typeof json === 'number' ? new Double(json) : undefined),
  bytes: (json) => (typeof json === 'string' ? new Uint8Array(Buffer.from(json, 'base64')) : undefined),
  timestamp: (json, { format }) =>
    typeof json === 'string' ? (format === 'date' ? parseDate(json) : parseTimestamp(json.toUpperCase())) : undefined,
  duration: (json) => {
    const nanos = typeof json === 'string' ? parseSchemaDuration(json) : undefined
    return nanos === undefined ? undefined : new Duration(nanos)
  },
}

function toScalar(json: unknown, type: SimpleType): CelValue | undefined {
  return SCALARS[type.kind]?.(json, type)
}

const DAYS: Readonly<Record<string, number>> = { d: 24, day: 24, days: 24, w: 168, week: 168, weeks: 168 }

/** Schemas take, beside Go's durations, days and weeks. */
function parseSchemaDuration(text: string): bigint | undefined {
  return parseDurationNanos(
    text.replace(/(\d+)\s*(days?|d|weeks?|w)\s*/g, (_, count: string, unit: string) => `${Number(count) * DAYS[unit]!}h`),
  )
}

class JsonList extends CelList {
  readonly json: readonly unknown[]
  readonly #type: ListType
  override readonly unordered: CelList['unordered']

  constructor(json: readonly unknown[], type: ListType) {
    super()
    this.json = json
    this.#type = type
    this.unordered = type.unordered
  }
  get size(): number {
    return this.json.length
  }
  at(index: number): CelValue {
    return toCel(this.json[index], this.#type.element)
  }
}

class JsonMap extends CelMap {
  readonly json: Readonly<Record<string, unknown>>
  readonly #type: MapType

  constructor(json: Readonly<Record<string, unknown>>, type: MapType) {
    super()
    this.json = json
    this.#type = type
  }
  get size(): number {
    return Object.keys(this.json).length
  }
  get(key: CelValue): CelValue | undefined {
    // A key of the user's may be called "constructor".
    return typeof key === 'string' && Object.hasOwn(this.json, key) ? toCel(this.json[key], this.#type.value) : undefined
  }
  keys(): CelValue[] {
    return Object.keys(this.json)
  }
}

class JsonObject extends CelObject {
  readonly declared: ObjectType
  readonly json: Readonly<Record<string, unknown>>

  constructor(json: Readonly<Record<string, unknown>>, declared: ObjectType) {
    super()
    this.json = json
    this.declared = declared
  }
  get size(): number {
    return this.keys().length
  }
  get(key: CelValue): CelValue | undefined {
    const field = typeof key === 'string' ? fieldNamed(this.declared, key) : undefined
    return field !== undefined && this.#has(field.name) ? toCel(this.json[field.name], field.type) : undefined
  }
  keys(): CelValue[] {
    return Array.from(this.declared.fields.entries())
      .filter(([, { name }]) => this.#has(name))
      .map(([field]) => field)
  }
  #has(name: string): boolean {
    return Object.hasOwn(this.json, name) && this.json[name] !== null && this.json[name] !== undefined
  }
}

/**
 * A value as JSON. What came from JSON comes back as it was. A large int becomes a bigint, a timestamp and a duration texts, bytes base64.
 * @throws CelEvaluationError for values that JSON has no word for: types, library values, `optional.none()`.
 */
export function fromCel(value: CelValue): unknown {
  if (value === null || typeof value === 'string' || typeof value === 'boolean' || isInt(value)) return value
  if (value instanceof JsonList || value instanceof JsonMap || value instanceof JsonObject) return value.json
  if (value instanceof Double) return value.value
  if (value instanceof Uint) return value.value <= Number.MAX_SAFE_INTEGER ? Number(value.value) : value.value
  if (value instanceof Timestamp) return printTimestamp(value)
  if (value instanceof Duration) return printDuration(value)
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  if (value instanceof CelList) return Array.from(value, fromCel)
  if (value instanceof CelMap) return Object.fromEntries(value.keys().map((key) => [String(fromCel(key)), fromCel(value.get(key)!)]))
  if (value instanceof Optional && value.value !== undefined) return fromCel(value.value)
  throw new CelEvaluationError('the value cannot be written as JSON: it is a type, a value of a library, or absent')
}
