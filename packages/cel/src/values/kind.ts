import {
  BOOL,
  BYTES,
  type CelType,
  DOUBLE,
  DURATION,
  DYN,
  INT,
  listOf,
  mapOf,
  NULL,
  optionalOf,
  STRING,
  sameType,
  TIMESTAMP,
  typeOf,
  UINT,
  unwrapOptional,
} from '../types/type.ts'
import { CelList, CelMap, CelObject, type CelValue, Double, Duration, LibraryValue, Optional, Timestamp, TypeValue, Uint } from './value.ts'

const LIST = listOf(DYN)
const MAP = mapOf(DYN, DYN)
const OPTIONAL = optionalOf(DYN)

/** The type of a value at run time. What a list or map holds is not part of it. */
export function typeOfValue(value: CelValue): CelType {
  switch (typeof value) {
    case 'number':
    case 'bigint':
      return INT
    case 'string':
      return STRING
    case 'boolean':
      return BOOL
  }
  if (value === null) return NULL
  if (value instanceof Double) return DOUBLE
  if (value instanceof CelList) return LIST
  if (value instanceof CelMap) return MAP
  if (value instanceof LibraryValue) return value.type
  if (value instanceof Uint) return UINT
  if (value instanceof Timestamp) return TIMESTAMP
  if (value instanceof Duration) return DURATION
  if (value instanceof Optional) return OPTIONAL
  if (value instanceof TypeValue) return typeOf()
  return BYTES
}

/** Whether a value may be given to a parameter of this type: what is asked where the checker knew an argument as dyn. */
export function fits(value: CelValue, type: CelType): boolean {
  switch (type.kind) {
    case 'dyn':
    case 'parameter':
    case 'error':
      return true
    case 'list':
      return value instanceof CelList && (isOpen(type.element) || value.size === 0 || fits(value.at(0), type.element))
    case 'map':
      return value instanceof CelMap
    case 'opaque': {
      const inner = unwrapOptional(type)
      if (inner !== undefined) return value instanceof Optional && (value.value === undefined || fits(value.value, inner))
      return value instanceof LibraryValue && sameType(value.type, type)
    }
    case 'object':
      return value instanceof CelObject ? sameType(value.declared, type) : value instanceof LibraryValue && sameType(value.type, type)
    case 'type':
      return value instanceof TypeValue
    default:
      return typeOfValue(value).kind === type.kind
  }
}

function isOpen(type: CelType): boolean {
  return type.kind === 'dyn' || type.kind === 'parameter'
}
