import {
  CelEvaluationError,
  CelObject,
  type CelProgram,
  type CelValue,
  EVALUATION_LIMIT,
  isCelBudgetError,
  isCelEvaluationError,
  MATCH_CONDITIONS_LIMIT,
  OBJECT_LIMIT,
  type ObjectType,
} from '@kubewright/cel'
import { type CompiledPolicy, type CompiledValidation, type Expression, variablesType } from './compiled-policy.ts'

/** What the expressions of a policy speak of. */
export interface PolicyBindings {
  readonly object: object | null
  readonly oldObject: object | null
  /** The AdmissionRequest without its objects. */
  readonly request: object
  readonly namespaceObject: object | null
  readonly params: object | null
}

/** What one policy says of one write under one set of parameters. */
export interface PolicyVerdict {
  readonly denials: readonly Denial[]
  /** For the audit log. */
  readonly annotations: readonly { readonly key: string; readonly value: string }[]
  /** Denials that come whatever the binding's actions are. */
  readonly failures: readonly Denial[]
}

export interface Denial {
  readonly message: string
  /** A reason of Status. */
  readonly reason: string
  /** Of the validation among those of the policy. */
  readonly index: number
}

const EXHAUSTED = 'validation failed due to running out of cost budget, no further validation rules will be run'

/** kube-apiserver's; a longer one is not told. */
const LONGEST_MESSAGE = 5 * 1024

const NOTHING: PolicyVerdict = { denials: [], annotations: [], failures: [] }

/** Judges as kube-apiserver does, with its texts and under its budgets. What cannot be evaluated denies, unless `ignoresFailures`. */
export function evaluatePolicy(policy: CompiledPolicy, bindings: PolicyBindings, ignoresFailures: boolean): PolicyVerdict {
  const failed = (message: string, index = 0): readonly Denial[] => (ignoresFailures ? [] : [{ message, reason: 'Invalid', index }])
  try {
    const matching = conditionsHold(policy.conditions, bindings)
    if (matching.is === 'failed') return { ...NOTHING, denials: failed(matching.message) }
    if (matching.value !== true) return NOTHING
    const evaluation = new Evaluation(bindings, OBJECT_LIMIT, policy.variables)
    const denials = policy.validations.flatMap((validation, index): readonly Denial[] => {
      const outcome = evaluation.evaluate(validation)
      if (outcome.is === 'failed') return failed(outcome.message, index)
      return outcome.value === true ? [] : [{ message: evaluation.messageOf(validation), reason: validation.reason, index }]
    })
    const audit = new Evaluation(bindings, OBJECT_LIMIT, policy.variables)
    const annotations: { readonly key: string; readonly value: string }[] = []
    const failures: Denial[] = []
    for (const annotation of policy.annotations) {
      const outcome = audit.evaluate(annotation)
      if (outcome.is === 'failed') failures.push(...failed(outcome.message))
      else if (typeof outcome.value === 'string' && outcome.value.trim() !== '')
        annotations.push({ key: annotation.key, value: outcome.value.trim() })
    }
    return { denials, annotations, failures }
  } catch (error) {
    if (!(error instanceof ExhaustedError)) throw error
    return { ...NOTHING, denials: failed(EXHAUSTED) }
  }
}

type Outcome = { readonly is: 'value'; readonly value: CelValue } | { readonly is: 'failed'; readonly message: string }

/** One that does not hold settles it, whatever becomes of the others. @throws ExhaustedError */
function conditionsHold(conditions: readonly Expression[], bindings: PolicyBindings): Outcome {
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
class Evaluation {
  private readonly bindings: Readonly<Record<string, unknown>>
  private readonly variables: LazyVariables
  private left: number

  constructor(bindings: PolicyBindings, limit: number, variables: CompiledPolicy['variables']) {
    this.left = limit
    this.variables = new LazyVariables(variables, bindings)
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

  /** @throws ExhaustedError */
  messageOf({ text, message = '', messageExpression }: CompiledValidation): string {
    const outcome = messageExpression && this.evaluate(messageExpression)
    const made = outcome?.is === 'value' ? String(outcome.value).trim() : ''
    const isFit = made !== '' && made.length <= LONGEST_MESSAGE && !made.includes('\n')
    return (isFit ? made : message.trim()) || `failed expression: ${text.trim()}`
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

  constructor(variables: CompiledPolicy['variables'], bindings: PolicyBindings) {
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

/** The budget of all expressions together is spent. */
class ExhaustedError extends Error {
  override readonly name = 'ExhaustedError'
}
