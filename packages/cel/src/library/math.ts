import { CelEvaluationError } from '../errors.ts'
import { toInt, toUint } from '../values/integers.ts'
import { compareNumbers, type Numeric } from '../values/order.ts'
import { type CelInt, type CelList, type CelValue, Double, Uint } from '../values/value.ts'
import { type Overload, overload } from './overload.ts'

/** cel-go's math extension, which Kubernetes does not turn on. */
export function mathLibrary(): Overload[] {
  return [...extrema(), ...rounding(), ...signs(), ...bits()]
}

const KINDS = ['double', 'int', 'uint']

function extrema(): Overload[] {
  const better = { min: (order: number) => order > 0, max: (order: number) => order < 0 }
  return (['min', 'max'] as const).flatMap((which) => {
    const pick = (a: Numeric, b: Numeric): CelValue => (better[which](compareNumbers(a, b)) ? b : a)
    return [
      ...KINDS.map((kind) => overload(`math::@${which}(${kind}): ${kind}`, (a: CelValue) => a)),
      ...KINDS.flatMap((a) => KINDS.map((b) => overload(`math::@${which}(${a}, ${b}): ${a === b ? a : 'dyn'}`, pick))),
      ...KINDS.map((kind) => overload(`math::@${which}(list(${kind})): ${kind}`, (list: CelList) => extremumOf(list, which, pick))),
    ]
  })
}

function extremumOf(list: CelList, which: string, pick: (a: Numeric, b: Numeric) => CelValue): CelValue {
  if (list.size === 0) throw new CelEvaluationError(`math.@${which}(list) argument must not be empty`)
  return [...list].reduce((a, b) => pick(a as Numeric, b as Numeric))
}

function rounding(): Overload[] {
  const of = (name: string, compute: (value: number) => number): Overload =>
    overload(`math::${name}(double): double`, (a: Double) => new Double(compute(a.value)))
  return [
    of('ceil', Math.ceil),
    of('floor', Math.floor),
    // Halves go away from zero, where JavaScript's go up.
    of('round', (value) => Math.sign(value) * Math.round(Math.abs(value))),
    of('trunc', Math.trunc),
    overload('math::isInf(double): bool', ({ value }: Double) => Math.abs(value) === Number.POSITIVE_INFINITY),
    overload('math::isNaN(double): bool', ({ value }: Double) => Number.isNaN(value)),
    overload('math::isFinite(double): bool', ({ value }: Double) => Number.isFinite(value)),
    overload('math::sqrt(double): double', ({ value }: Double) => new Double(Math.sqrt(value))),
    overload('math::sqrt(int): double', (value: CelInt) => new Double(Math.sqrt(Number(value)))),
    overload('math::sqrt(uint): double', ({ value }: Uint) => new Double(Math.sqrt(Number(value)))),
  ]
}

function signs(): Overload[] {
  return [
    overload('math::abs(double): double', ({ value }: Double) => new Double(Math.abs(value))),
    overload('math::abs(int): int', (value: CelInt) => (value < 0 ? toInt(-BigInt(value)) : value)),
    overload('math::abs(uint): uint', (value: Uint) => value),
    overload('math::sign(double): double', ({ value }: Double) => new Double(Math.sign(value))),
    overload('math::sign(int): int', (value: CelInt) => (value > 0 ? 1 : value < 0 ? -1 : 0)),
    overload('math::sign(uint): uint', ({ value }: Uint) => new Uint(value > 0n ? 1n : 0n)),
  ]
}

function bits(): Overload[] {
  const both = (name: string, compute: (a: bigint, b: bigint) => bigint): Overload[] => [
    overload(`math::${name}(int, int): int`, (a: CelInt, b: CelInt) => toInt(compute(BigInt(a), BigInt(b)))),
    overload(`math::${name}(uint, uint): uint`, (a: Uint, b: Uint) => toUint(compute(a.value, b.value))),
  ]
  const shift = (name: string, compute: (value: bigint, by: bigint) => bigint): Overload[] => [
    overload(`math::${name}(int, int): int`, (a: CelInt, by: CelInt) =>
      toInt(BigInt.asIntN(64, compute(BigInt.asUintN(64, BigInt(a)), shiftBy(name, by)))),
    ),
    overload(`math::${name}(uint, int): uint`, (a: Uint, by: CelInt) => toUint(BigInt.asUintN(64, compute(a.value, shiftBy(name, by))))),
  ]
  return [
    ...both('bitAnd', (a, b) => a & b),
    ...both('bitOr', (a, b) => a | b),
    ...both('bitXor', (a, b) => a ^ b),
    overload('math::bitNot(int): int', (a: CelInt) => toInt(~BigInt(a))),
    overload('math::bitNot(uint): uint', ({ value }: Uint) => toUint(BigInt.asUintN(64, ~value))),
    ...shift('bitShiftLeft', (value, by) => value << by),
    ...shift('bitShiftRight', (value, by) => value >> by),
  ]
}

function shiftBy(name: string, by: CelInt): bigint {
  if (by < 0) throw new CelEvaluationError(`math.${name}() negative offset: ${by}`)
  // All 64 bits are out by then; more would only make a large bigint.
  return by > 64 ? 64n : BigInt(by)
}
