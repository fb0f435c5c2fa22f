import type { Resolution } from '../check/checker.ts'
import { callCost } from '../cost/call-cost.ts'
import { CelEvaluationError } from '../errors.ts'
import { indexAny } from '../library/operators.ts'
import type { Overload } from '../library/overload.ts'
import { OPERATOR } from '../syntax/ast.ts'
import { type CelType, isDyn, parametersOf } from '../types/type.ts'
import { fits } from '../values/kind.ts'
import type { CelValue } from '../values/value.ts'
import type { Frame, Step } from './frame.ts'

/** A call of which all arguments are evaluated. Where their types were known, the overload is chosen here and not at each call. */
export function compileCall(
  { name, overloads }: Resolution,
  args: readonly Step[],
  types: readonly CelType[],
  constants: readonly (CelValue | undefined)[],
): Step {
  const [only] = overloads
  if (
    overloads.length === 1 &&
    only !== undefined &&
    types.every((type, index) => only.parameters[index]!.kind === 'parameter' || isKnown(type))
  ) {
    return direct(only, args, only.prepare?.(constants) ?? only.evaluate)
  }
  if (name === OPERATOR.index) return anyIndex(args[0]!, args[1]!)
  const costs = overloads.map(callCost)
  const problem = problemOf(name, overloads.length > 1)
  return (frame) => {
    const values = args.map((arg) => arg(frame))
    const chosen = overloads.findIndex(({ parameters }) => values.every((value, index) => fits(value, parameters[index]!)))
    if (chosen < 0) throw new CelEvaluationError(problem)
    return charged(frame, overloads[chosen]!.evaluate(...values), costs[chosen]!, values)
  }
}

function anyIndex(value: Step, index: Step): Step {
  return (frame) => {
    const result = indexAny(value(frame), index(frame))
    frame.charge(1)
    return result
  }
}

function direct(overload: Overload, steps: readonly Step[], evaluate: Overload['evaluate']): Step {
  const cost = callCost(overload)
  const args = steps.map((step, index) =>
    overload.parameters[index]!.kind === 'parameter' ? step : refuseNull(step, problemOf(overload.name, overload.name === 'size')),
  )
  const [first, second] = args
  if (args.length === 1) {
    return (frame) => {
      const value = first!(frame)
      return charged(frame, evaluate(value), cost, [value])
    }
  }
  if (args.length === 2) {
    return (frame) => {
      const a = first!(frame)
      const b = second!(frame)
      return charged(frame, evaluate(a, b), cost, [a, b])
    }
  }
  return (frame) => {
    const values = args.map((arg) => arg(frame))
    return charged(frame, evaluate(...values), cost, values)
  }
}

/** kube-apiserver names a function of several overloads, but not an operator. */
function problemOf(name: string, isOverloaded: boolean): string {
  return isOverloaded && /^[a-z]/i.test(name) ? `no such overload: ${name}` : 'no such overload'
}

/** Null may stand where a schema says nullable, which the types do not. */
function refuseNull(step: Step, problem: string): Step {
  return (frame) => {
    const value = step(frame)
    if (value === null) throw new CelEvaluationError(problem)
    return value
  }
}

function charged(frame: Frame, result: CelValue, cost: ReturnType<typeof callCost>, args: readonly CelValue[]): CelValue {
  frame.charge(cost(args, result))
  return result
}

/** Whether a value of this type is surely of this type: nothing in it was left to run time. */
function isKnown(type: CelType): boolean {
  return !isDyn(type) && type.kind !== 'parameter' && parametersOf(type).every(isKnown)
}
