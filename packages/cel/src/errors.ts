import { displayIssue } from './issue-display.ts'

/** A place in an expression's text. */
export interface Position {
  /** From the start, in code points. */
  readonly offset: number
  /** From 1. */
  readonly line: number
  /** From 1, in code points. */
  readonly column: number
}

/** One thing that is wrong with an expression. */
export interface Issue {
  readonly position: Position
  readonly message: string
}

/** The expression is malformed, or does not fit the types it was compiled for. kube-apiserver prints {@link CelError.report}. */
export class CelError extends Error {
  override readonly name = 'CelError'
  /** Where the first issue is. */
  readonly position: Position
  /** What was found, in the order of the text; of very many the first. */
  readonly issues: readonly Issue[]
  /** Whether it failed only when a constant in it was evaluated. */
  readonly stage: 'compilation' | 'instantiation'

  /** `truncated`: how many more there are. */
  constructor(source: string, issues: readonly [Issue, ...Issue[]], stage: 'compilation' | 'instantiation' = 'compilation', truncated = 0) {
    const sorted = issues.toSorted((a, b) => a.position.offset - b.position.offset)
    const shown = sorted.map((issue) => displayIssue(source, issue))
    if (truncated > 0) shown.push(`${truncated} more errors were truncated`)
    super(stage === 'compilation' ? shown.join('\n') : sorted[0]!.message)
    this.stage = stage
    this.issues = sorted
    this.position = sorted[0]!.position
  }

  /** The whole sentence of kube-apiserver. */
  get report(): string {
    return `${this.stage === 'compilation' ? 'compilation' : 'program instantiation'} failed: ${this.message}`
  }
}

/** Evaluating failed: a missing key, an overflow, a call that no overload takes. `&&` and `||` may still come to an answer past it. */
export class CelEvaluationError extends Error {
  override readonly name: string = 'CelEvaluationError'
}

/** Evaluating was given up because it cost more than its budget. Nothing absorbs this. */
export class CelBudgetError extends Error {
  override readonly name = 'CelBudgetError'
  /** What was spent when it was given up, in Kubernetes' cost units. */
  readonly cost: number

  constructor(cost: number) {
    super('operation cancelled: actual cost limit exceeded')
    this.cost = cost
  }
}

// Guards look at the name and not at the class: two copies of this package in one program must not make them lie.
export const isCelError = (error: unknown): error is CelError => error instanceof Error && error.name === 'CelError'
export const isCelEvaluationError = (error: unknown): error is CelEvaluationError =>
  error instanceof Error && error.name === 'CelEvaluationError'
export const isCelBudgetError = (error: unknown): error is CelBudgetError => error instanceof Error && error.name === 'CelBudgetError'

export const noSuchOverload = (): CelEvaluationError => new CelEvaluationError('no such overload')
export const noSuchKey = (key: string): CelEvaluationError => new CelEvaluationError(`no such key: ${key}`)
