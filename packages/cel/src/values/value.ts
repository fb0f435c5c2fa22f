import type { CelType, ObjectType } from '../types/type.ts'

/**
 * A 64-bit int: a number where it is a safe integer, else a bigint, so that the common case costs nothing and the other one is exact. A double is
 * never a bare number: see {@link Double}.
 */
export type CelInt = number | bigint

export type CelValue =
  | null
  | boolean
  | CelInt
  | string
  | Uint8Array
  | Uint
  | Double
  | Timestamp
  | Duration
  | TypeValue
  | Optional
  | CelList
  | CelMap
  | CelObject
  | LibraryValue

export class Uint {
  readonly value: bigint
  constructor(value: bigint) {
    this.value = value
  }
}

export class Double {
  readonly value: number
  constructor(value: number) {
    this.value = value
  }
}

export class Timestamp {
  /** Nanoseconds since 1970. */
  readonly nanos: bigint
  /** East of UTC: the zone in which it was written and is printed. It takes no part in comparing, nor in the fields. */
  readonly zoneMinutes: number
  constructor(nanos: bigint, zoneMinutes = 0) {
    this.nanos = nanos
    this.zoneMinutes = zoneMinutes
  }
}

export class Duration {
  readonly nanos: bigint
  constructor(nanos: bigint) {
    this.nanos = nanos
  }
}

export class TypeValue {
  readonly type: CelType
  constructor(type: CelType) {
    this.type = type
  }
}

export class Optional {
  static readonly none = new Optional(undefined)
  /** `undefined` in `optional.none()`. */
  readonly value: CelValue | undefined
  constructor(value: CelValue | undefined) {
    this.value = value
  }
}

export abstract class CelList {
  abstract readonly size: number
  /** @param index from 0 and below size */
  abstract at(index: number): CelValue
  *[Symbol.iterator](): Iterator<CelValue> {
    for (let index = 0; index < this.size; index++) yield this.at(index)
  }

  /** How a list of `x-kubernetes-list-type` set or map compares and joins. */
  readonly unordered: UnorderedBy | undefined = undefined
}

export type UnorderedBy = { readonly by: 'value' } | { readonly by: 'keys'; readonly keys: readonly string[] }

export abstract class CelMap {
  abstract readonly size: number
  abstract get(key: CelValue): CelValue | undefined
  abstract keys(): CelValue[]
}

/** An object whose fields were declared: to an expression that does not know its type, a map of them. A field that is null is absent. */
export abstract class CelObject extends CelMap {
  abstract readonly declared: ObjectType
}

/** A value of a library's own type. */
export abstract class LibraryValue {
  abstract readonly type: CelType
  abstract equals(other: LibraryValue): boolean
  /** What it counts as in costs. */
  get size(): number {
    return 1
  }
}

export class ArrayList extends CelList {
  readonly items: readonly CelValue[]
  constructor(items: readonly CelValue[]) {
    super()
    this.items = items
  }
  get size(): number {
    return this.items.length
  }
  at(index: number): CelValue {
    return this.items[index]!
  }
}

/** A map that an expression made. Keys that are equal across the kinds of numbers are one key. */
export class EntryMap extends CelMap {
  readonly #entries: ReadonlyMap<string, readonly [CelValue, CelValue]>
  constructor(entries: ReadonlyMap<string, readonly [CelValue, CelValue]>) {
    super()
    this.#entries = entries
  }
  get size(): number {
    return this.#entries.size
  }
  get(key: CelValue): CelValue | undefined {
    const text = keyText(key)
    return text === undefined ? undefined : this.#entries.get(text)?.[1]
  }
  keys(): CelValue[] {
    return Array.from(this.#entries.values(), ([key]) => key)
  }
  with(key: CelValue, value: CelValue): EntryMap {
    return new EntryMap(new Map(this.#entries).set(keyText(key)!, [key, value]))
  }
}

/** One text per key that equals another; `undefined` for what can be no key. */
export function keyText(key: CelValue): string | undefined {
  if (typeof key === 'string') return `s${key}`
  if (typeof key === 'boolean') return `b${key}`
  if (typeof key === 'number' || typeof key === 'bigint') return `n${key}`
  if (key instanceof Uint) return `n${key.value}`
  if (key instanceof Double) return `n${Number.isInteger(key.value) ? BigInt(key.value) : key.value}`
  return undefined
}

export const isInt = (value: CelValue): value is CelInt => typeof value === 'number' || typeof value === 'bigint'
