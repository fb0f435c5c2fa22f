import type { PolicyStatus } from '../kinds/policies.ts'

/** How a series is told apart, under the labels of zen-gc, so that its dashboards and alerts work. */
export interface PolicyLabels {
  readonly policy_namespace: string
  readonly policy_name: string
  readonly resource_api_version: string
  readonly resource_kind: string
}

export type GcErrorType = 'deletion_failed' | 'status_update_failed' | 'invalid_policy'

/** What the operator counts. */
export interface Meter {
  policies(phases: ReadonlyMap<NonNullable<PolicyStatus['phase']>, number>): void
  /** `matched`: objects that came to be matched since the last call. */
  standing(labels: PolicyLabels, standing: { readonly matched: number; readonly pending: number; readonly wouldDelete: number }): void
  /** One DELETE was answered. */
  requested(labels: PolicyLabels, seconds: number): void
  deleted(labels: PolicyLabels, count: number): void
  /** An object was kept before its deletion, in so many bytes; or could not be, and so was not deleted. */
  backedUp(labels: PolicyLabels, outcome: { readonly is: 'kept'; readonly bytes: number } | { readonly is: 'failed' }): void
  error(labels: Pick<PolicyLabels, 'policy_namespace' | 'policy_name'>, type: GcErrorType): void
  evaluated(labels: Pick<PolicyLabels, 'policy_namespace' | 'policy_name'>, seconds: number): void
  watching(informers: number, rateLimiters: number): void
  leading(is: boolean): void
  /** How far our clock is ahead of the API server's, in seconds. */
  skew(seconds: number): void
  /** Series of a policy that is no more. */
  forget(labels: PolicyLabels): void
}
