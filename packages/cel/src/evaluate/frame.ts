import { CelBudgetError, type CelEvaluationError } from '../errors.ts'
import type { CelValue } from '../values/value.ts'

/** One evaluation under way. */
export class Frame {
  /** Variables, then what folds loop over and gather. A fold whose step failed gathers the failure, until something absorbs it. */
  readonly slots: (CelValue | CelEvaluationError | undefined)[]
  readonly #budget: number
  #cost = 0

  constructor(slots: (CelValue | undefined)[], budget: number) {
    this.slots = slots
    this.#budget = budget
  }

  get cost(): number {
    return this.#cost
  }

  /** @throws CelBudgetError */
  charge(cost: number): void {
    this.#cost += cost
    if (this.#cost > this.#budget) throw new CelBudgetError(this.#cost)
  }
}

/** A compiled expression. */
export type Step = (frame: Frame) => CelValue
