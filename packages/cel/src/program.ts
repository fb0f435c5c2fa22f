import { type Checked, check, type Variables } from './check/checker.ts'
import { estimateCost } from './cost/estimate.ts'
import { EVALUATION_LIMIT } from './cost/limits.ts'
import type { Range } from './cost/size.ts'
import { CelError, CelEvaluationError } from './errors.ts'
import { Compiler } from './evaluate/compile.ts'
import { Frame, type Step } from './evaluate/frame.ts'
import { positionAt } from './issue-display.ts'
import { Environments, type Libraries } from './library/environment.ts'
import type { Expr } from './syntax/ast.ts'
import { parseExpression } from './syntax/parser.ts'
import { type CelType, printType, sameType } from './types/type.ts'
import { toCel } from './values/json.ts'
import type { CelValue } from './values/value.ts'

export type { Libraries } from './library/environment.ts'

export interface CompileOptions {
  /** The types of what the expression may name. */
  readonly variables?: Variables
  /** What the expression must give; `undefined` for anything. */
  readonly result?: CelType
  /**
   * `kubernetes`: what kube-apiserver turns on and nothing else. `extended`: beside it `cel.bind`, `math`, `base64` and `.reverse()`.
   * `mutation`: what it turns on for expressions of MutatingAdmissionPolicies, which make `Object{…}` and `JSONPatch{…}`.
   * @default 'kubernetes': what compiles here must compile there
   */
  readonly libraries?: Libraries
}

export interface EvaluateOptions {
  /** The most that the evaluation may cost. @default 1,000,000, as kube-apiserver's for one expression */
  readonly budget?: number
}

export interface Evaluation {
  readonly value: CelValue
  /** In Kubernetes' units. */
  readonly cost: number
}

/** An expression, ready to be evaluated as often as one likes. */
export interface CelProgram {
  readonly source: string
  readonly type: CelType
  /** The variables that the expression names. */
  readonly uses: ReadonlySet<string>
  /** What one evaluation costs at least and at most, with the sizes that the types of the variables declare. */
  estimateCost(): Range
  /**
   * @param bindings JSON or values for the variables; a variable without one fails where it is read
   * @throws CelEvaluationError when there is no value; its message is kube-apiserver's
   * @throws CelBudgetError
   */
  evaluate(bindings: Readonly<Record<string, unknown>>, options?: EvaluateOptions): Evaluation
}

const ENVIRONMENTS = /* @__PURE__ */ new Environments()

/** The tree of an expression, macros expanded. @throws CelError where it is malformed. */
export function parseCel(text: string, options: Pick<CompileOptions, 'libraries'> = {}): Expr {
  return parseExpression(text, ENVIRONMENTS.of(options.libraries ?? 'kubernetes').macros)
}

/** @throws CelError where the expression is malformed, or does not fit the variables' types. */
export function compileCel(text: string, options: CompileOptions = {}): CelProgram {
  const variables = options.variables ?? {}
  const environment = ENVIRONMENTS.of(options.libraries ?? 'kubernetes')
  const checked = check(text, parseExpression(text, environment.macros), environment, variables)
  const type = checked.types.get(checked.root)!
  if (options.result !== undefined && !sameType(type, options.result)) {
    throw failure(text, `the expression must give ${printType(options.result)}, and gives ${printType(type)}`)
  }
  return new Program(text, type, checked, variables)
}

function failure(text: string, message: string, stage: CelError['stage'] = 'compilation'): CelError {
  return new CelError(text, [{ position: positionAt([], 0), message }], stage)
}

class Program implements CelProgram {
  readonly source: string
  readonly type: CelType
  readonly uses: ReadonlySet<string>
  readonly #checked: Checked
  readonly #variables: Variables
  readonly #names: readonly string[]
  readonly #slots: number
  readonly #step: Step

  constructor(source: string, type: CelType, checked: Checked, variables: Variables) {
    this.source = source
    this.type = type
    this.#checked = checked
    this.#variables = variables
    this.#names = Object.keys(variables)
    this.uses = new Set(
      Array.from(checked.references.values(), (each) => (each.is === 'variable' ? each.name : '')).filter((name) =>
        Object.hasOwn(variables, name),
      ),
    )
    const compiler = new Compiler(checked)
    try {
      this.#step = compiler.compile(checked.root, compiler.scope(variables))
    } catch (error) {
      if (error instanceof CelEvaluationError) throw failure(source, error.message, 'instantiation')
      throw error
    }
    this.#slots = compiler.slots
  }

  estimateCost(): Range {
    return estimateCost(this.#checked, this.#variables)
  }

  evaluate(bindings: Readonly<Record<string, unknown>>, { budget = EVALUATION_LIMIT }: EvaluateOptions = {}): Evaluation {
    const slots = new Array<CelValue | undefined>(this.#slots)
    for (const [index, name] of this.#names.entries()) {
      if (this.uses.has(name) && Object.hasOwn(bindings, name)) slots[index] = toCel(bindings[name], this.#variables[name]!)
    }
    const frame = new Frame(slots, budget)
    const value = this.#step(frame)
    return { value, cost: frame.cost }
  }
}
