import { type Condition, type DynamicObject, findCondition, formatTime, isConditionTrue, parseTime } from '@kubewright/core'
import { type Actuator, type Effect, earliest, NOTHING, type Plan, TABLES, type Workload, type WorkloadSpec } from './actuator.ts'
import { isIndexed, missingIndexes, printIndexes, succeededIndexes } from './job-indexes.ts'
import { asPod, isActive, isLeaving, isOver, isReady, type Pod } from './pod.ts'
import { podFrom } from './pod-template.ts'
import { positive } from './replicas.ts'
import { matchedRule, type SuccessPolicy } from './success-policy.ts'

export interface Job extends Workload {
  readonly spec: WorkloadSpec & {
    readonly completions?: number
    readonly parallelism?: number
    readonly backoffLimit?: number
    readonly activeDeadlineSeconds?: number
    readonly ttlSecondsAfterFinished?: number
    readonly completionMode?: string
    readonly suspend?: boolean
    readonly managedBy?: string
    readonly successPolicy?: SuccessPolicy
  }
  readonly status?: JobStatus & Readonly<Record<string, unknown>>
}

export interface JobStatus {
  readonly active?: number
  readonly succeeded?: number
  readonly failed?: number
  readonly startTime?: string
  readonly completionTime?: string
  readonly completedIndexes?: string
  readonly conditions?: readonly Condition[]
}

/** After a pod has failed the next one waits, twice as long each time. */
const FIRST_BACKOFF = 10_000
const LONGEST_BACKOFF = 600_000

/** How a Job came to its end. */
interface Verdict {
  readonly is: 'Complete' | 'Failed'
  readonly reason: string
  readonly message: string
}

/** Runs pods until enough of them have ended well. */
export const jobs: Actuator = {
  name: 'job',
  table: TABLES.jobs,
  controls: [TABLES.pods],
  plan(object, view) {
    const job = object as Job
    if (isLeaving(job) || isManagedElsewhere(job)) return NOTHING
    const pods = view.controlled(TABLES.pods, job).map(asPod)
    return finishedAt(job) === undefined ? work(job, pods, view.now) : rest(job, view.now)
  },
}

/** Somebody else's controller does this Job's work, and writes its status. */
const isManagedElsewhere = ({ spec: { managedBy } }: Job): boolean =>
  managedBy !== undefined && managedBy !== 'kubernetes.io/job-controller'

/** When it ended: wall-clock milliseconds. Undefined: it has not. */
export function finishedAt({ status }: Job): number | undefined {
  const end = ['Complete', 'Failed'].map((type) => findCondition(status?.conditions, type)).find((each) => each?.status === 'True')
  return end === undefined ? undefined : (parseTime(end.lastTransitionTime ?? '') ?? 0)
}

function rest(job: Job, now: number): Plan {
  const ttl = job.spec.ttlSecondsAfterFinished
  if (ttl === undefined) return NOTHING
  const dueAt = finishedAt(job)! + ttl * 1000
  return dueAt > now ? { effects: [], dueAt } : { effects: [{ do: 'delete', table: TABLES.jobs, object: job }] }
}

function work(job: Job, pods: readonly Pod[], now: number): Plan {
  const active = pods.filter(isActive)
  // Pods may be deleted when they are over, and count all the same.
  const succeeded = Math.max(count(pods, 'Succeeded'), job.status?.succeeded ?? 0)
  const failed = Math.max(count(pods, 'Failed'), job.status?.failed ?? 0)
  const startTime = job.spec.suspend ? undefined : (job.status?.startTime ?? formatTime(now))
  const verdict = verdictOf(job, pods, { succeeded, failed, startTime }, now)
  const leaves = verdict !== undefined || job.spec.suspend === true
  const goal = leaves ? 0 : room(job, succeeded)
  const backoffUntil = failed === 0 ? undefined : backoffOf(pods, failed)
  const mayStart = backoffUntil === undefined || backoffUntil <= now
  const effects: Effect[] = [
    ...active.slice(goal).map((pod): Effect => ({ do: 'delete', table: TABLES.pods, object: pod })),
    ...(mayStart ? newPods(job, pods, Math.max(0, goal - active.length)) : []),
  ]
  const running = leaves ? [] : active.slice(0, goal)
  // What is stopped because all is lost has failed too.
  const status = statusOf(
    job,
    { pods, running, succeeded, failed: verdict?.is === 'Failed' ? failed + active.length : failed, startTime, verdict },
    now,
  )
  effects.push({ do: 'status', table: TABLES.jobs, object: { ...job, status } as DynamicObject })
  return { effects, dueAt: verdict === undefined ? earliest(mayStart ? undefined : backoffUntil, deadlineOf(job, startTime)) : undefined }
}

const count = (pods: readonly Pod[], phase: string): number => pods.filter(({ status }) => status?.phase === phase).length

/** How many pods may be at work now. */
function room({ spec: { parallelism = 1, completions } }: Job, succeeded: number): number {
  // Without a number of completions one that succeeds says that the work is done.
  if (completions === undefined) return succeeded > 0 ? 0 : parallelism
  return Math.min(parallelism, Math.max(0, completions - succeeded))
}

function deadlineOf({ spec: { activeDeadlineSeconds, suspend } }: Job, startTime: string | undefined): number | undefined {
  const start = parseTime(startTime ?? '')
  return activeDeadlineSeconds === undefined || start === undefined || suspend ? undefined : start + activeDeadlineSeconds * 1000
}

interface Tally {
  readonly succeeded: number
  readonly failed: number
  readonly startTime: string | undefined
}

function verdictOf(job: Job, pods: readonly Pod[], { succeeded, failed, startTime }: Tally, now: number): Verdict | undefined {
  const { completions, backoffLimit = 6 } = job.spec
  if (failed > backoffLimit) return { is: 'Failed', reason: 'BackoffLimitExceeded', message: 'Job has reached the specified backoff limit' }
  const rule = isIndexed(job) ? matchedRule(job.spec.successPolicy, succeededIndexes(job, pods)) : undefined
  if (rule !== undefined && !job.spec.suspend) return { is: 'Complete', reason: 'SuccessPolicy', message: `Matched rules at index ${rule}` }
  const deadline = deadlineOf(job, startTime)
  if (deadline !== undefined && deadline <= now)
    return { is: 'Failed', reason: 'DeadlineExceeded', message: 'Job was active longer than specified deadline' }
  const isDone = completions === undefined ? succeeded > 0 && !pods.some(isActive) : succeeded >= completions
  if (!isDone || job.spec.suspend) return undefined
  return { is: 'Complete', reason: 'CompletionsReached', message: 'Reached expected number of succeeded pods' }
}

/** Until when no new pod is started. */
function backoffOf(pods: readonly Pod[], failed: number): number | undefined {
  const ends = pods
    .filter(({ status }) => status?.phase === 'Failed')
    .map(({ status }) => parseTime(status?.containerStatuses?.[0]?.state?.terminated?.finishedAt ?? '') ?? 0)
  return ends.length === 0 ? undefined : Math.max(...ends) + Math.min(FIRST_BACKOFF * 2 ** (failed - 1), LONGEST_BACKOFF)
}

const INDEX = 'batch.kubernetes.io/job-completion-index'

function newPods(job: Job, pods: readonly Pod[], missing: number): readonly Effect[] {
  const { template } = job.spec
  const create = (object: DynamicObject): Effect => ({ do: 'create', table: TABLES.pods, object })
  if (!isIndexed(job)) return Array.from({ length: missing }, () => create(podFrom(job, template)))
  return missingIndexes(job, pods, missing).map((index) =>
    create(
      podFrom(job, template, {
        generateName: `${job.metadata.name}-${index}-`,
        annotations: { [INDEX]: String(index) },
        labels: { [INDEX]: String(index) },
        spec: { hostname: `${job.metadata.name}-${index}` },
      }),
    ),
  )
}

interface Outcome extends Tally {
  readonly pods: readonly Pod[]
  readonly running: readonly Pod[]
  readonly verdict: Verdict | undefined
}

function statusOf(job: Job, { pods, running, succeeded, failed, startTime, verdict }: Outcome, now: number): JobStatus {
  const time = formatTime(now)
  const completed = isIndexed(job) ? printIndexes(succeededIndexes(job, pods)) : undefined
  return {
    ...positive('active', running.length),
    ready: running.filter(isReady).length,
    ...positive('succeeded', succeeded),
    ...positive('failed', failed),
    terminating: verdict === undefined ? pods.filter((pod) => isLeaving(pod) && !isOver(pod)).length : 0,
    uncountedTerminatedPods: {},
    ...(startTime === undefined ? {} : { startTime }),
    ...(completed ? { completedIndexes: completed } : {}),
    ...(verdict?.is === 'Complete' ? { completionTime: time } : {}),
    ...conditionsOf(job, verdict, time),
  } as JobStatus
}

function conditionsOf({ spec, status }: Job, verdict: Verdict | undefined, time: string): { readonly conditions?: readonly Condition[] } {
  const conditions: Condition[] = [...(status?.conditions ?? [])]
  const say = (type: string, value: 'True' | 'False', reason: string, message: string) => {
    const others = conditions.filter((each) => each.type !== type)
    conditions.splice(0, conditions.length, ...others, {
      type,
      status: value,
      reason,
      message,
      lastProbeTime: time,
      lastTransitionTime: time,
    } as Condition)
  }
  const isSuspended = isConditionTrue(conditions, 'Suspended')
  if (spec.suspend && !isSuspended) say('Suspended', 'True', 'JobSuspended', 'Job suspended')
  if (!spec.suspend && isSuspended) say('Suspended', 'False', 'JobResumed', 'Job resumed')
  if (verdict !== undefined) {
    // First what it comes to, then, when no pod runs any more, that it has come to it.
    say(verdict.is === 'Complete' ? 'SuccessCriteriaMet' : 'FailureTarget', 'True', verdict.reason, verdict.message)
    say(verdict.is, 'True', verdict.reason, verdict.message)
  }
  return conditions.length === 0 ? {} : { conditions }
}
