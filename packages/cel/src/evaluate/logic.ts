import { CelEvaluationError, noSuchOverload } from '../errors.ts'
import type { CelValue } from '../values/value.ts'
import type { Frame, Step } from './frame.ts'

/** The value, or why there is none, where another operand may make that not matter. Running out of budget always matters. */
function attempt(step: Step, frame: Frame): CelValue | CelEvaluationError {
  try {
    return step(frame)
  } catch (error) {
    if (error instanceof CelEvaluationError) return error
    throw error
  }
}

/** False as soon as one is false, whatever became of the other. */
export function compileAnd(left: Step, right: Step): Step {
  return (frame) => decide(attempt(left, frame), right, frame, false)
}

/** True as soon as one is true, whatever became of the other. */
export function compileOr(left: Step, right: Step): Step {
  return (frame) => decide(attempt(left, frame), right, frame, true)
}

function decide(first: CelValue | CelEvaluationError, right: Step, frame: Frame, decisive: boolean): boolean {
  if (first === decisive) return decisive
  const second = attempt(right, frame)
  if (second === decisive) return decisive
  for (const operand of [first, second]) {
    if (operand instanceof CelEvaluationError) throw operand
    if (typeof operand !== 'boolean') throw noSuchOverload()
  }
  return !decisive
}

export function compileConditional(condition: Step, whenTrue: Step, whenFalse: Step): Step {
  return (frame) => {
    const chosen = condition(frame)
    if (typeof chosen !== 'boolean') throw noSuchOverload()
    return chosen ? whenTrue(frame) : whenFalse(frame)
  }
}

/** Whether a quantifier may still change its mind: a failure does not end it. */
export function notStrictlyFalse(step: Step): Step {
  return (frame) => {
    const value = attempt(step, frame)
    frame.charge(1)
    return value !== false
  }
}
