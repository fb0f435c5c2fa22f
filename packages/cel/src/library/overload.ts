import { parseSignature, type Signature } from '../types/signature.ts'
import { type CelType, parametersOf } from '../types/type.ts'
import type { CelValue } from '../values/value.ts'

/** One signature of a function, and what it does. */
export interface Overload extends Signature {
  /** Whether it has open types, which each call closes anew. */
  readonly generic: boolean
  /** Called with values that fit the parameters, the target first. @throws CelEvaluationError */
  readonly evaluate: Evaluate
  /** A faster way of evaluating, for calls of which some arguments (not `undefined` here) are the same each time. @throws CelEvaluationError */
  readonly prepare?: Prepare
}

export type Evaluate = (...values: CelValue[]) => CelValue
type Prepare = (constants: readonly (CelValue | undefined)[]) => Evaluate | undefined

/** Functions by name, each with its overloads in the order in which the checker tries them. */
export type FunctionSet = ReadonlyMap<string, readonly Overload[]>

/**
 * Declares an overload: see types/signature.ts. The implementation states the classes of its parameters itself: that they are those of the signature is
 * what the checker and the evaluator see to, and what no type can say.
 */
export function overload(signature: string, evaluate: (...values: never[]) => CelValue, prepare?: Prepare): Overload {
  const parsed = parseSignature(signature)
  return {
    ...parsed,
    generic: parsed.parameters.some(isGeneric),
    evaluate: evaluate as Evaluate,
    ...(prepare === undefined ? {} : { prepare }),
  }
}

function isGeneric(type: CelType): boolean {
  return type.kind === 'parameter' || parametersOf(type).some(isGeneric)
}

export function functionSet(...libraries: readonly (readonly Overload[])[]): FunctionSet {
  const functions = new Map<string, Overload[]>()
  for (const each of libraries.flat()) {
    const overloads = functions.get(each.name)
    if (overloads === undefined) functions.set(each.name, [each])
    else overloads.push(each)
  }
  return functions
}
