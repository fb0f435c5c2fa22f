import { parseIndexes } from './job-indexes.ts'

/** When an indexed Job is done before all of its work is. */
export interface SuccessPolicy {
  readonly rules?: readonly SuccessRule[]
}

interface SuccessRule {
  /** As `0-2,5`: of these. @default all */
  readonly succeededIndexes?: string
  /** So many. @default every one that {@link succeededIndexes} names */
  readonly succeededCount?: number
}

/** The index of the first rule that is met. */
export function matchedRule(policy: SuccessPolicy | undefined, succeeded: readonly number[]): number | undefined {
  // A rule that wants none is not met by a Job that has done nothing.
  if (succeeded.length === 0) return undefined
  const found = policy?.rules?.findIndex((rule) => isMet(rule, succeeded)) ?? -1
  return found < 0 ? undefined : found
}

function isMet({ succeededIndexes, succeededCount }: SuccessRule, succeeded: readonly number[]): boolean {
  if (succeededIndexes === undefined) return succeededCount !== undefined && succeeded.length >= succeededCount
  const required = parseIndexes(succeededIndexes)
  const met = required.filter((index) => succeeded.includes(index)).length
  return required.length > 0 && met >= (succeededCount ?? required.length)
}
