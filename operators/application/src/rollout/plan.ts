import type { ApplicationStatus } from '../kind/application.ts'
import type { DeploymentState } from './deployment-state.ts'

type Stable = NonNullable<ApplicationStatus['stableRevision']>
type Rollback = NonNullable<ApplicationStatus['rollback']>

/** All that is known when it is decided what the pods are to be made from. */
export interface RolloutFacts {
  /** What the spec asks for. */
  readonly wanted: string
  readonly generation: number
  readonly rollbackOnFailure: boolean
  /** What the Deployment has, and how far it is with it. */
  readonly deployed: string | undefined
  readonly state: DeploymentState
  /** How many of its pods are available. */
  readonly available: number
  /** Of the status, as it was left. */
  readonly stable: Stable | undefined
  readonly rollback: Rollback | undefined
  /** Whether what a revision was is still known. */
  readonly isKnown: (revision: string) => boolean
  /** RFC 3339. */
  readonly now: string
}

export interface RolloutPlan {
  /** What the pods are to be made from. */
  readonly run: string
  readonly stable: Stable | undefined
  readonly rollback: Rollback | undefined
  /** Whether the rollback is decided on now. It is to be remembered before anything is done. */
  readonly rollsBack: boolean
}

/**
 * Which revision is to run. Without `rollbackOnFailure` the one that the spec asks for. With it, a revision that has failed gives way to the last that
 * became available, and is not tried again as long as the spec asks for it: scaling, or anything else that leaves the pods as they are, is no reason.
 */
export function planRollout(facts: RolloutFacts): RolloutPlan {
  const { wanted, rollbackOnFailure, deployed, state, now } = facts
  if (!rollbackOnFailure) return { run: wanted, stable: undefined, rollback: undefined, rollsBack: false }
  const stable = stableAfter(facts)
  const target = stable !== undefined && stable.revision !== wanted && facts.isKnown(stable.revision) ? stable.revision : undefined
  if (target === undefined) return { run: wanted, stable, rollback: undefined, rollsBack: false }
  if (facts.rollback?.failedRevision === wanted)
    return { run: target, stable, rollback: { ...facts.rollback, restoredRevision: target }, rollsBack: false }
  if (deployed !== wanted || state.is !== 'failed') return { run: wanted, stable, rollback: undefined, rollsBack: false }
  const rollback = { failedRevision: wanted, restoredRevision: target, time: now, message: state.message }
  return { run: target, stable, rollback, rollsBack: true }
}

/** The last revision whose pods all became available. That no pods became so, as none were wanted, proves nothing. */
function stableAfter({ wanted, generation, deployed, state, available, stable }: RolloutFacts): Stable | undefined {
  if (state.is !== 'complete' || deployed !== wanted || available === 0) return stable
  return stable?.revision === deployed ? stable : { revision: deployed, generation }
}
