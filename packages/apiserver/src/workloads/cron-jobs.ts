import { type DynamicObject, formatTime, isConditionTrue, parseTime } from '@kubewright/core'
import { type Actuator, type Effect, NOTHING, type Plan, TABLES } from './actuator.ts'
import { parseSchedule, type Schedule } from './cron-schedule.ts'
import { finishedAt, type Job } from './jobs.ts'
import { isLeaving } from './pod.ts'
import { controllerReference } from './pod-template.ts'

interface CronJob extends DynamicObject {
  readonly spec: {
    readonly schedule: string
    readonly timeZone?: string
    readonly concurrencyPolicy?: 'Allow' | 'Forbid' | 'Replace'
    readonly suspend?: boolean
    readonly startingDeadlineSeconds?: number
    readonly successfulJobsHistoryLimit?: number
    readonly failedJobsHistoryLimit?: number
    readonly jobTemplate: { readonly metadata?: object; readonly spec: object }
  }
  readonly status?: { readonly lastScheduleTime?: string; readonly lastSuccessfulTime?: string }
}

/** Makes a Job whenever its time has come. */
export const cronJobs: Actuator = {
  name: 'cronjob',
  table: TABLES.cronJobs,
  controls: [TABLES.jobs],
  plan(object, { now, controlled }) {
    if (isLeaving(object)) return NOTHING
    const cron = object as CronJob
    return planOf(cron, controlled(TABLES.jobs, cron) as readonly Job[], now)
  },
}

function planOf(cron: CronJob, jobs: readonly Job[], now: number): Plan {
  const { schedule: text, timeZone, suspend, concurrencyPolicy } = cron.spec
  const schedule = suspend ? undefined : parseSchedule(text, timeZone)
  const due = schedule && missed(cron, schedule, now)
  const active = jobs.filter((job) => finishedAt(job) === undefined)
  const isHeldBack = concurrencyPolicy === 'Forbid' && active.length > 0
  const starts = due !== undefined && !isHeldBack
  const replaced = starts && concurrencyPolicy === 'Replace' ? active : []
  const made = starts ? jobAt(cron, due) : undefined
  const remaining = active.filter((job) => !replaced.includes(job))
  return {
    effects: [
      ...[...replaced, ...finishedBeyondLimits(cron, jobs)].map((object): Effect => ({ do: 'delete', table: TABLES.jobs, object })),
      ...(made === undefined ? [] : [{ do: 'create', table: TABLES.jobs, object: made } as const]),
      {
        do: 'status',
        table: TABLES.cronJobs,
        object: { ...cron, status: statusOf(cron, jobs, remaining, starts ? due : undefined) } as DynamicObject,
      },
    ],
    // A time that is held back comes again with the end of the Job that holds it.
    dueAt: schedule?.next(now),
  }
}

/** The last time that has passed since the last one that was kept, if it is not too late for it. */
function missed({ metadata, spec, status }: CronJob, schedule: Schedule, now: number): number | undefined {
  const since = parseTime(status?.lastScheduleTime ?? '') ?? parseTime(metadata.creationTimestamp ?? '') ?? now
  const deadline = spec.startingDeadlineSeconds === undefined ? undefined : now - spec.startingDeadlineSeconds * 1000
  let due: number | undefined
  for (let at = schedule.next(Math.max(since, deadline ?? since)); at !== undefined && at <= now; at = schedule.next(at)) due = at
  return due
}

/** Its name says for when it is, in minutes, so that no time is kept twice. */
function jobAt(cron: CronJob, due: number): DynamicObject {
  const { namespace, name } = cron.metadata
  const { metadata, spec } = cron.spec.jobTemplate as {
    readonly metadata?: { readonly annotations?: object; readonly labels?: object }
    readonly spec: object
  }
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: `${name}-${Math.floor(due / 60_000)}`,
      ...(namespace === undefined ? {} : { namespace }),
      ...(metadata?.labels === undefined ? {} : { labels: metadata.labels as Record<string, string> }),
      annotations: { ...metadata?.annotations, 'batch.kubernetes.io/cronjob-scheduled-timestamp': formatTime(due) },
      ownerReferences: [controllerReference(cron)],
    },
    spec,
  }
}

function finishedBeyondLimits({ spec }: CronJob, jobs: readonly Job[]): readonly Job[] {
  const ended = jobs.filter((job) => finishedAt(job) !== undefined).sort((a, b) => finishedAt(a)! - finishedAt(b)!)
  const good = ended.filter(({ status }) => isConditionTrue(status?.conditions, 'Complete'))
  const bad = ended.filter((job) => !good.includes(job))
  const beyond = (list: readonly Job[], limit: number) => list.slice(0, Math.max(0, list.length - limit))
  return [...beyond(good, spec.successfulJobsHistoryLimit ?? 3), ...beyond(bad, spec.failedJobsHistoryLimit ?? 1)]
}

function statusOf({ status = {} }: CronJob, jobs: readonly Job[], active: readonly Job[], due: number | undefined): object {
  const successes = jobs.flatMap(({ status: { completionTime } = {} }) => (completionTime === undefined ? [] : [completionTime]))
  const lastSuccessfulTime = [...successes, ...(status.lastSuccessfulTime === undefined ? [] : [status.lastSuccessfulTime])].sort().at(-1)
  const lastScheduleTime = due === undefined ? status.lastScheduleTime : formatTime(due)
  const references = active.map(({ metadata: { name, namespace, uid, resourceVersion } }) => ({
    apiVersion: 'batch/v1',
    kind: 'Job',
    name,
    namespace,
    resourceVersion,
    uid,
  }))
  return {
    ...(references.length === 0 ? {} : { active: references }),
    ...(lastScheduleTime === undefined ? {} : { lastScheduleTime }),
    ...(lastSuccessfulTime === undefined ? {} : { lastSuccessfulTime }),
  }
}
