import { CelEvaluationError } from '../errors.ts'
import { ArrayList, CelList, CelMap, type CelValue, Double, Duration, Optional, Uint } from '../values/value.ts'
import { type Overload, overload } from './overload.ts'

/** Values that may be absent: `optional.of`, `.orValue` and the like. */
export function optionalLibrary(): Overload[] {
  return [
    overload('optional::of(V): optional(V)', (value: CelValue) => new Optional(value)),
    overload('optional::ofNonZeroValue(V): optional(V)', (value: CelValue) => (isZero(value) ? Optional.none : new Optional(value))),
    overload('optional::none(): optional(V)', () => Optional.none),
    overload('optional(V).value(): V', dereference),
    overload('optional(V).hasValue(): bool', (optional: Optional) => optional.value !== undefined),
    overload('optional(V).or(optional(V)): optional(V)', (a: Optional, b: Optional) => (a.value === undefined ? b : a)),
    overload('optional(V).orValue(V): V', (optional: Optional, other: CelValue) => optional.value ?? fallback(optional, other)),
    overload('list(V).first(): optional(V)', (list: CelList) => (list.size === 0 ? Optional.none : new Optional(list.at(0)))),
    overload('list(V).last(): optional(V)', (list: CelList) => (list.size === 0 ? Optional.none : new Optional(list.at(list.size - 1)))),
    overload('optional::unwrap(list(optional(V))): list(V)', unwrap),
    overload('list(optional(V)).unwrapOpt(): list(V)', unwrap),
  ]
}

// `??` takes null for absent too, and optional.of(null) is not.
function fallback(optional: Optional, other: CelValue): CelValue {
  return optional.value === undefined ? other : optional.value
}

function dereference(optional: Optional): CelValue {
  if (optional.value === undefined) throw new CelEvaluationError('optional.none() dereference')
  return optional.value
}

function unwrap(list: CelList): CelValue {
  const values: CelValue[] = []
  for (const element of list) if (element instanceof Optional && element.value !== undefined) values.push(element.value)
  return new ArrayList(values)
}

function isZero(value: CelValue): boolean {
  if (value === null || value === false || value === '' || value === 0) return true
  if (value instanceof Uint || value instanceof Double) return Number(value.value) === 0
  if (value instanceof CelList || value instanceof CelMap) return value.size === 0
  if (value instanceof Duration) return value.nanos === 0n
  if (value instanceof Uint8Array) return value.length === 0
  return value instanceof Optional && value.value === undefined
}
