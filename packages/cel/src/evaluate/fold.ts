import { CelEvaluationError, noSuchOverload } from '../errors.ts'
import { CelList, CelMap, type CelValue } from '../values/value.ts'
import type { Frame, Step } from './frame.ts'

export interface Fold {
  readonly range: Step
  readonly initial: Step
  readonly condition: Step
  readonly step: Step
  readonly result: Step
  readonly accumulator: number
  readonly variable: number
  readonly second: number | undefined
  /** The condition is the constant true: nothing can absorb a failure, which so ends the fold. */
  readonly forever: boolean
  /** The condition is the constant false: the fold is a local variable. */
  readonly never: boolean
}

export function compileFold(fold: Fold): Step {
  return fold.never ? compileBinding(fold) : compileLoop(fold)
}

function compileBinding({ initial, accumulator, result }: Fold): Step {
  return (frame) => {
    frame.slots[accumulator] = initial(frame)
    return result(frame)
  }
}

function compileLoop(fold: Fold): Step {
  return (frame) => {
    const range = fold.range(frame)
    frame.slots[fold.accumulator] = fold.initial(frame)
    if (range instanceof CelList) loopList(fold, range, frame)
    else if (range instanceof CelMap) loopMap(fold, range, frame)
    else throw noSuchOverload()
    return fold.result(frame)
  }
}

function loopList(fold: Fold, list: CelList, frame: Frame): void {
  for (let index = 0; index < list.size; index++) {
    if (fold.second === undefined) frame.slots[fold.variable] = list.at(index)
    else {
      frame.slots[fold.variable] = index
      frame.slots[fold.second] = list.at(index)
    }
    if (!turn(fold, frame)) return
  }
}

function loopMap(fold: Fold, map: CelMap, frame: Frame): void {
  for (const key of map.keys()) {
    frame.slots[fold.variable] = key
    if (fold.second !== undefined) frame.slots[fold.second] = map.get(key)!
    if (!turn(fold, frame)) return
  }
}

/** Returns whether there is a next turn. */
function turn(fold: Fold, frame: Frame): boolean {
  if (!fold.forever && fold.condition(frame) !== true) return false
  frame.slots[fold.accumulator] = gathered(fold, frame)
  return true
}

function gathered(fold: Fold, frame: Frame): CelValue | CelEvaluationError {
  try {
    return fold.step(frame)
  } catch (error) {
    if (error instanceof CelEvaluationError && !fold.forever) return error
    throw error
  }
}
