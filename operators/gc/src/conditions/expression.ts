import { expressions, formatTime, type KubeObject } from 'kubewright'
import type { Context } from '../facts/facts.ts'
import { ALWAYS, NEVER } from '../time/spans.ts'
import { type Holding, holding, undecided } from './holding.ts'

/**
 * What one evaluation may cost, in Kubernetes' units: a tenth of what the API server allows for one expression, for it is paid again for each change
 * of each object.
 */
const BUDGET = 100_000

/** An expression that asks for the time is asked again so often (ms). */
const RECHECK = 60_000

export interface Expression {
  holds(object: KubeObject, context: Context): Holding
}

/**
 * A condition in CEL about `object`, and `now` if it wants to. What fails (a field that is not there, a type that does not fit, a budget that is spent)
 * is unknown, and keeps the object.
 * @throws Error naming what is wrong with the expression.
 */
export function compileExpression(source: string): Expression {
  const program = expressions.compileCel(source, { variables: { object: expressions.DYN, now: expressions.TIMESTAMP } })
  if (!['bool', 'dyn'].includes(expressions.printType(program.type)))
    throw new Error(`the expression must give bool, and gives ${expressions.printType(program.type)}`)
  const timed = program.uses.has('now')
  return {
    holds(object, { now }) {
      try {
        const { value } = program.evaluate(timed ? { object, now: formatTime(now) } : { object }, { budget: BUDGET })
        if (typeof value !== 'boolean') return undecided('the expression gives no boolean')
        return timed ? { is: 'known', spans: value ? ALWAYS : NEVER, recheckAt: now + RECHECK } : holding(value)
      } catch (error) {
        if (expressions.isCelBudgetError(error)) return undecided('the expression costs more than its budget')
        // Values of the object may stand in the message of another error.
        if (expressions.isCelEvaluationError(error)) return undecided(`the expression fails: ${withoutValues(error.message)}`)
        throw error
      }
    },
  }
}

const withoutValues = (message: string) =>
  /^(no such key: [\w./-]+|no such overload|index out of bounds)/.exec(message)?.[0] ?? 'it cannot be evaluated'
