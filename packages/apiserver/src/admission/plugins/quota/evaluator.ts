import type { DynamicObject, LabelOperator } from '@kubewright/core'
import type { Amounts } from '../pod-resources.ts'

/** What one kind of objects uses up of quotas. */
export interface Evaluator {
  /** Which of these names of a quota it counts for. */
  matching(names: readonly string[]): readonly string[]
  usage(object: DynamicObject): Amounts
  /** Whether an update may change what an object uses up. */
  readonly countsUpdates: (object: DynamicObject, old: DynamicObject) => boolean
  /** Whether an object is of the part that a quota is for. @default none is */
  readonly isInScope?: (object: DynamicObject, scope: ScopeRequirement) => boolean
  /** What an object must say so that it can be counted. */
  readonly constraint?: (object: DynamicObject, names: readonly string[]) => string | undefined
}

export interface ScopeRequirement {
  readonly scopeName: string
  readonly operator: LabelOperator
  readonly values?: readonly string[]
}
