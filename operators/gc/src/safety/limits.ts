import type { PolicySpec } from '../kinds/policies.ts'

/** How much a policy may delete, with everything filled in. */
export interface Limits {
  readonly perRun: number | undefined
  readonly percent: number | undefined
  readonly anomalyFactor: number | undefined
  readonly initial: number | undefined
  /** Milliseconds. */
  readonly run: number
}

export type LimitName = 'maxDeletionsPerRun' | 'maxPercent' | 'anomalyFactor'

/** What a run may delete, and which of the limits says so. */
export interface Budget {
  readonly deletions: number
  readonly by: LimitName | undefined
}

export const NO_LIMIT: Budget = { deletions: Number.POSITIVE_INFINITY, by: undefined }

/** A handful more than usual is no anomaly. */
const NEVER_ANOMALOUS = 20
/** Fewer runs say nothing about what is usual. */
const RUNS_THAT_TELL = 2

export function limitsOf(spec: PolicySpec['limits']): Limits {
  return {
    perRun: spec?.maxDeletionsPerRun,
    percent: spec?.maxPercent,
    anomalyFactor: spec?.anomalyFactor,
    initial: spec?.maxInitialDeletions,
    run: (spec?.runSeconds ?? 3_600) * 1000,
  }
}

/**
 * The smallest of the limits; of equal ones that which stops the policy. `scope`: all objects where the policy works, whether or not it selects them:
 * of what a wrong selector takes, all would be 100 %. `before`: what earlier runs deleted.
 */
export function budgetOf({ perRun, percent, anomalyFactor }: Limits, scope: number | undefined, before: readonly number[]): Budget {
  const mean = before.reduce((sum, deleted) => sum + deleted, 0) / before.length
  const candidates: readonly Budget[] = [
    ...(percent === undefined ? [] : [{ deletions: Math.floor(((scope ?? 0) * percent) / 100), by: 'maxPercent' as const }]),
    ...(anomalyFactor === undefined || before.length < RUNS_THAT_TELL
      ? []
      : [{ deletions: Math.max(NEVER_ANOMALOUS, Math.floor(mean * anomalyFactor)), by: 'anomalyFactor' as const }]),
    ...(perRun === undefined ? [] : [{ deletions: perRun, by: 'maxDeletionsPerRun' as const }]),
  ]
  return candidates.reduce((least, candidate) => (candidate.deletions < least.deletions ? candidate : least), NO_LIMIT)
}
