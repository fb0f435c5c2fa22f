import { parseQuantity, type Quantity, quantityToNumber } from '@kubewright/core'
import { CelEvaluationError } from '../errors.ts'
import { QUANTITY } from '../types/signature.ts'
import { toInt } from '../values/integers.ts'
import { type CelInt, type CelValue, Double, LibraryValue } from '../values/value.ts'
import { type Overload, overload } from './overload.ts'

const NANO = 1_000_000_000n

class QuantityValue extends LibraryValue {
  readonly type = QUANTITY
  readonly quantity: Quantity
  constructor(quantity: Quantity) {
    super()
    this.quantity = quantity
  }
  equals(other: LibraryValue): boolean {
    return other instanceof QuantityValue && other.quantity.nanos === this.quantity.nanos
  }
}

/** Amounts of resources: `quantity('200Mi')`. */
export function quantityLibrary(): Overload[] {
  return [
    overload('quantity(string): quantity', read),
    overload('isQuantity(string): bool', (text: string) => attempt(text) instanceof QuantityValue),
    overload('sign(quantity): int', ({ quantity }: QuantityValue) => sign(quantity.nanos)),
    overload('quantity.isGreaterThan(quantity): bool', (a: QuantityValue, b: QuantityValue) => a.quantity.nanos > b.quantity.nanos),
    overload('quantity.isLessThan(quantity): bool', (a: QuantityValue, b: QuantityValue) => a.quantity.nanos < b.quantity.nanos),
    overload('quantity.compareTo(quantity): int', (a: QuantityValue, b: QuantityValue) => sign(a.quantity.nanos - b.quantity.nanos)),
    overload('quantity.asApproximateFloat(): double', (a: QuantityValue) => new Double(quantityToNumber(a.quantity))),
    overload('quantity.asInteger(): int', asInteger),
    overload('quantity.isInteger(): bool', (a: QuantityValue) => isInteger(a.quantity.nanos)),
    overload('quantity.add(quantity): quantity', (a: QuantityValue, b: QuantityValue) => plus(a, b.quantity.nanos)),
    overload('quantity.add(int): quantity', (a: QuantityValue, b: CelInt) => plus(a, BigInt(b) * NANO)),
    overload('quantity.sub(quantity): quantity', (a: QuantityValue, b: QuantityValue) => plus(a, -b.quantity.nanos)),
    overload('quantity.sub(int): quantity', (a: QuantityValue, b: CelInt) => plus(a, -BigInt(b) * NANO)),
  ]
}

// The reasons are the server's, which names no field of ours.
const REASONS: readonly (readonly [RegExp, string])[] = [
  [/regular expression/, "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"],
  [/numeric part/, 'unable to parse numeric part of quantity'],
  [/./, "unable to parse quantity's suffix"],
]

function attempt(text: string): QuantityValue | string {
  try {
    // Go reads a lone point as zero.
    return new QuantityValue(parseQuantity(text.replace(/^([+-]?)\.(?=\D|$)/, '$10.')))
  } catch (error) {
    if (!(error instanceof Error)) throw error
    return REASONS.find(([pattern]) => pattern.test(error.message))![1]
  }
}

function read(text: string): CelValue {
  const quantity = attempt(text)
  if (typeof quantity === 'string') throw new CelEvaluationError(quantity)
  return quantity
}

function sign(value: bigint): number {
  return value > 0n ? 1 : value < 0n ? -1 : 0
}

function isInteger(nanos: bigint): boolean {
  return nanos % NANO === 0n && BigInt.asIntN(64, nanos / NANO) === nanos / NANO
}

function asInteger({ quantity }: QuantityValue): CelValue {
  if (!isInteger(quantity.nanos)) throw new CelEvaluationError('cannot convert value to integer')
  return toInt(quantity.nanos / NANO)
}

function plus({ quantity }: QuantityValue, nanos: bigint): QuantityValue {
  return new QuantityValue({ ...quantity, nanos: quantity.nanos + nanos })
}
