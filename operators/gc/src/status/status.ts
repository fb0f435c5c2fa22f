import { type Condition, type ConditionUpdate, findCondition, formatTime, setCondition } from 'kubewright'
import type { PolicyStatus } from '../kinds/policies.ts'
import type { PolicyProblem } from '../policy/policy.ts'
import type { Reason } from '../reasons.ts'
import type { Halt } from '../safety/brake.ts'
import type { Census, Finding } from '../tracker/census.ts'

/** Everything that a policy's status is made from. */
export interface Standing {
  readonly generation: number | undefined
  readonly phase: NonNullable<PolicyStatus['phase']>
  readonly problem: PolicyProblem | undefined
  readonly dryRun: boolean
  readonly census: Census
  readonly deletedTotal: number
  /** Wall clock, ms. */
  readonly lastDeletion: number | undefined
  /** Namespaces in which deletion is forbidden, with the server's words. */
  readonly forbidden: ReadonlyMap<string, string>
  readonly stuck: number
  readonly run: PolicyStatus['run']
  readonly halt: Halt | undefined
  /** Why the policy waits, though something is due. */
  readonly waits: string | undefined
  /** Why nothing in the cluster is deleted. */
  readonly stopped: string | undefined
  /** Why the time is not to be trusted at the moment. */
  readonly doubt: string | undefined
  readonly samples: NonNullable<PolicyStatus['samples']>
}

/** The status to write. Equal standings give equal statuses, so that a steady state has nothing to write. */
export function statusOf(standing: Standing, before: PolicyStatus | undefined, now: number): PolicyStatus {
  const { census, generation, dryRun } = standing
  const lastDeletion = standing.lastDeletion === undefined ? before?.lastDeletion : formatTime(standing.lastDeletion)
  return {
    phase: standing.phase,
    ...(generation !== undefined && { observedGeneration: generation }),
    matched: census.matched,
    pending: census.pending,
    due: census.due,
    terminating: census.terminating,
    stuck: standing.stuck,
    wouldDelete: dryRun ? census.due : 0,
    deletedTotal: standing.deletedTotal,
    // A year that RFC 3339 cannot write is later than anybody waits.
    ...(census.nextExpiry !== undefined && census.nextExpiry < YEAR_9999 && { nextExpiry: formatTime(census.nextExpiry) }),
    ...(lastDeletion !== undefined && { lastDeletion }),
    ...(standing.run !== undefined && { run: standing.run }),
    ...(standing.halt !== undefined && { halt: standing.halt }),
    ...(standing.samples.length > 0 && { samples: standing.samples }),
    conditions: conditionsOf(standing, before?.conditions, now),
  }
}

const YEAR_9999 = Date.UTC(9999, 0, 1)

function conditionsOf(standing: Standing, before: readonly Condition[] | undefined, now: number): readonly Condition[] {
  const { census } = standing
  const aspects: readonly (ConditionUpdate | undefined)[] = [
    readiness(standing),
    lasting('Paused', standing.phase === 'Paused', 'Paused', 'nothing is deleted until it goes on', before),
    blocked(standing, before),
    lasting('Limited', standing.waits !== undefined, 'Waits', standing.waits ?? '', before),
    lasting('Stopped', standing.stopped !== undefined, 'EmergencyStop', standing.stopped ?? '', before),
    lasting('TimeInDoubt', standing.doubt !== undefined, 'ClockJumped', standing.doubt ?? '', before),
    lasting(
      'Stuck',
      standing.stuck > 0,
      'StillTerminating',
      `${standing.stuck} ${standing.stuck === 1 ? 'object has' : 'objects have'} been terminating for more than ten minutes: look at their finalizers`,
      before,
    ),
    lasting('TargetNotFound', standing.problem?.reason === 'UnknownKind', 'UnknownKind', standing.problem?.message ?? '', before),
    unauthorised(standing, before),
    finding('InvalidTTL', 'UnreadableTime', 'kept, because what decides about them cannot be read or known', census.unreadable, before),
    finding('Overlap', 'SeveralPolicies', 'selected by several policies; what keeps longest wins', census.overlapping, before),
    finding('ConflictingWrites', 'ChangesTooOften', 'changed before they could be deleted as they were seen', census.conflicting, before),
    finding('Refused', 'ServerRefuses', 'refused by the server', census.refused, before),
    degraded(standing, before),
  ]
  return aspects
    .filter((aspect) => aspect !== undefined)
    .reduce<readonly Condition[]>((conditions, aspect) => {
      return setCondition(
        conditions,
        { ...aspect, ...(standing.generation !== undefined && { observedGeneration: standing.generation }) },
        now,
      )
    }, before ?? [])
}

function readiness({ phase, problem, dryRun }: Standing): ConditionUpdate {
  if (problem !== undefined) return { type: 'Ready', status: 'False', reason: problem.reason, message: problem.message }
  switch (phase) {
    case 'Paused':
      return { type: 'Ready', status: 'True', reason: 'Paused', message: 'paused: nothing is deleted' }
    case 'Blocked':
      return { type: 'Ready', status: 'False', reason: 'Blocked', message: 'it waits for somebody to approve: see the condition Blocked' }
    case 'Active':
      return dryRun
        ? {
            type: 'Ready',
            status: 'True',
            reason: 'DryRun',
            message: 'dry run: nothing is deleted; status.wouldDelete counts what would be',
          }
        : { type: 'Ready', status: 'True', reason: 'Active', message: 'objects are deleted as they fall due' }
    default:
      return { type: 'Ready', status: 'Unknown', reason: 'Starting', message: 'the objects are being read for the first time' }
  }
}

/** Only a person lets it go on. */
function blocked({ halt }: Standing, before: readonly Condition[] | undefined): ConditionUpdate | undefined {
  const message =
    halt &&
    `${halt.message}. Nothing more is deleted until the policy is changed, or approved with the annotation gc.kubewright.dev/approve: "${halt.since}"`
  return lasting('Blocked', halt !== undefined, halt?.reason ?? 'None', message ?? '', before)
}

/** A condition that is worth a line while it is true, and once more when it is over. */
function finding(
  type: string,
  reason: Reason,
  what: string,
  { count, example }: Finding,
  before: readonly Condition[] | undefined,
): ConditionUpdate | undefined {
  if (count > 0)
    return {
      type,
      status: 'True',
      reason,
      message: `${count} ${count === 1 ? 'object is' : 'objects are'} ${what}; for example ${example}`,
    }
  return findCondition(before, type) === undefined ? undefined : { type, status: 'False', reason: 'None', message: '' }
}

/** Something that is true for a while, and was worth a line. */
function lasting(
  type: string,
  is: boolean,
  reason: Reason,
  message: string,
  before: readonly Condition[] | undefined,
): ConditionUpdate | undefined {
  if (is) return { type, status: 'True', reason, message }
  return findCondition(before, type) === undefined ? undefined : { type, status: 'False', reason: 'None', message: '' }
}

/** It, or whoever wrote it, lacks a right: to read its target, or to delete somewhere. */
function unauthorised({ problem, forbidden, census }: Standing, before: readonly Condition[] | undefined): ConditionUpdate | undefined {
  const type = 'Unauthorised'
  if (problem?.reason === 'Forbidden') return { type, status: 'True', reason: 'ReadForbidden', message: problem.message }
  if (problem?.reason === 'AuthorUnknown') return { type, status: 'True', reason: 'AuthorUnknown', message: problem.message }
  const [first] = [...forbidden].sort(([a], [b]) => (a < b ? -1 : 1))
  if (first === undefined)
    return finding(
      type,
      'AuthorForbidden',
      'kept, because their deletion is nothing that the policy may ask for',
      census.unauthorised,
      before,
    )
  const where = forbidden.size === 1 && first[0] === '' ? '' : ` in ${forbidden.size} ${forbidden.size === 1 ? 'namespace' : 'namespaces'}`
  const message = `deletion is forbidden${where}, and tried again every 5 minutes: ${first[1]}`
  return { type, status: 'True', reason: 'DeletionForbidden', message }
}

/** It works, and not for all of its objects. The other conditions say why. */
function degraded({ problem, census, forbidden }: Standing, before: readonly Condition[] | undefined): ConditionUpdate | undefined {
  const shortcomings: readonly (readonly [Reason, number])[] = [
    ['DeletionForbidden', forbidden.size],
    ['AuthorForbidden', census.unauthorised.count],
    ['UnreadableTime', census.unreadable.count],
    ['ChangesTooOften', census.conflicting.count],
    ['ServerRefuses', census.refused.count],
  ]
  const worst = shortcomings.find(([, count]) => count > 0)
  return lasting(
    'Degraded',
    problem === undefined && worst !== undefined,
    worst?.[0] ?? 'None',
    'some of its objects cannot be deleted, or not be decided about',
    before,
  )
}
