import {
  CelEvaluationError,
  CelObject,
  type CelProgram,
  type CelValue,
  EVALUATION_LIMIT,
  isCelBudgetError,
  isCelEvaluationError,
  MATCH_CONDITIONS_LIMIT,
  type ObjectType,
} from '@kubewright/cel'
import type { AccessBindings } from '../access-bindings.ts'
import { type CompiledVariable, type Expression, variablesType } from './policy-compiler.ts'

/** What the expressions of a policy speak of. */
export interface PolicyBindings extends ObjectBindings, AccessBindings {}

export interface ObjectBindings {
  readonly object: object | null
  readonly oldObject: object | null
  /** The AdmissionRequest without its objects. */
  readonly request: object
  readonly namespaceObject: object | null
  readonly params: object | null
}

export type Outcome = { readonly is: 'value'; readonly value: CelValue } | { readonly is: 'failed'; readonly message: string }

/** The budget of all expressions together is spent. The text is kube-apiserver's. */
export class ExhaustedError extends Error {
  override readonly name = 'ExhaustedError'
  constructor() {
    super('validation failed due to running out of cost budget, no further validation rules will be run')
  }
}

/** One that does not hold settles it, whatever becomes of the others. @throws ExhaustedError */
export function conditionsHold(conditions: readonly Expression[], bindings: PolicyBindings): Outcome {
  // Conditions decide before there are variables, and see no Namespace.
  const evaluation = new Evaluation({ ...bindings, namespaceObject: null }, MATCH_CONDITIONS_LIMIT, [])
  const problems: string[] = []
  for (const condition of conditions) {
    const outcome = evaluation.evaluate(condition)
    if (outcome.is === 'value' && outcome.value !== true) return outcome
    if (outcome.is === 'failed') problems.push(outcome.message)
  }
  if (problems.length === 0) return { is: 'value', value: true }
  return { is: 'failed', message: problems.length === 1 ? problems[0]! : `[${problems.join(', ')}]` }
}

/** Expressions that share their variables and a budget. */
export class Evaluation {
  private readonly bindings: Readonly<Record<string, unknown>>
  private readonly variables: LazyVariables
  private left: number

  constructor(bindings: ObjectBindings, limit: number, variables: readonly CompiledVariable[]) {
    this.left = limit
    this.variables = new LazyVariables(variables, { ...bindings })
    this.bindings = { ...bindings, variables: this.variables }
  }

  /** @throws ExhaustedError */
  evaluate({ text, program }: Expression): Outcome {
    try {
      const { value, cost } = program.evaluate(this.bindings, { budget: EVALUATION_LIMIT })
      this.spend(cost)
      return { is: 'value', value }
    } catch (error) {
      if (!isCelBudgetError(error) && !isCelEvaluationError(error)) throw error
      this.spend(isCelBudgetError(error) ? error.cost : 0)
      return { is: 'failed', message: `expression '${text}' resulted in error: ${error.message}` }
    }
  }

  private spend(cost: number): void {
    this.left -= cost + this.variables.takeCost()
    if (this.left < 0) throw new ExhaustedError()
  }
}

/** `variables.NAME`: each evaluated when it is first asked for, once. */
class LazyVariables extends CelObject {
  readonly declared: ObjectType
  private readonly programs: ReadonlyMap<string, CelProgram>
  private readonly values = new Map<string, CelValue>()
  private readonly bindings: Readonly<Record<string, unknown>>
  private cost = 0

  constructor(variables: readonly CompiledVariable[], bindings: ObjectBindings) {
    super()
    this.declared = variablesType(variables)
    this.programs = new Map(variables.map(({ name, program }) => [name, program]))
    this.bindings = { ...bindings, variables: this }
  }

  get size(): number {
    return this.programs.size
  }

  keys(): CelValue[] {
    return [...this.programs.keys()]
  }

  get(name: CelValue): CelValue | undefined {
    const program = typeof name === 'string' ? this.programs.get(name) : undefined
    if (program === undefined) return undefined
    const known = this.values.get(name as string)
    if (known !== undefined) return known
    const value = this.compute(name as string, program)
    this.values.set(name as string, value)
    return value
  }

  /** What was spent since it was last asked. */
  takeCost(): number {
    const { cost } = this
    this.cost = 0
    return cost
  }

  private compute(name: string, program: CelProgram): CelValue {
    try {
      const { value, cost } = program.evaluate(this.bindings, { budget: EVALUATION_LIMIT })
      this.cost += cost
      return value
    } catch (error) {
      if (isCelBudgetError(error)) this.cost += error.cost
      if (!isCelBudgetError(error) && !isCelEvaluationError(error)) throw error
      throw new CelEvaluationError(`composited variable ${JSON.stringify(name)} fails to evaluate: ${error.message}`)
    }
  }
}
