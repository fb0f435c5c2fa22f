/** The most that one rule of a CRD may be estimated to cost, times as often as its part of the schema may occur. */
export const RULE_LIMIT = 10_000_000
/** The same of all rules of one version's schema. */
export const SCHEMA_LIMIT = 100_000_000
/** The most that one evaluation may cost. */
export const EVALUATION_LIMIT = 1_000_000
/** The most that all rules may cost on one object. */
export const OBJECT_LIMIT = 10_000_000
/** The most that the matchConditions of one webhook, or of one policy, may cost on one request. */
export const MATCH_CONDITIONS_LIMIT = 2_500_000

/**
 * kube-apiserver's words for an estimate beyond its limit.
 * @param what `estimated rule cost`, for instance
 */
export function costProblem(what: string, cost: number, limit: number): string {
  const factor = cost / limit
  const printed = factor > 100 ? 'more than 100x' : factor < 1.5 ? `${factor.toFixed(6)}x` : `${factor.toFixed(1)}x`
  const advice = 'try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared'
  return `${what} exceeds budget by factor of ${printed} (${advice})`
}
