import type { DynamicObject } from '@kubewright/core'
import type { AccessBindings } from './access-bindings.ts'

/** What expressions of match conditions can speak of. */
export interface ConditionVariables extends AccessBindings {
  readonly object: DynamicObject | null
  readonly oldObject: DynamicObject | null
  /** The AdmissionRequest without its objects. */
  readonly request: object
}

/** Evaluates CEL, when there is somebody who can: the server's without one refuses what needs it. */
export interface CelEngine {
  /** The expression, ready to be evaluated. */
  compile(expression: string): CompiledCondition | { readonly is: 'invalid'; readonly problem: string }
}

export interface CompiledCondition {
  readonly is: 'compiled'
  /** @throws Error when it cannot be evaluated, or does not come to true or false */
  evaluate(variables: ConditionVariables): boolean
}
