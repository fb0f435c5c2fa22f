import { formatTime } from 'kubewright'
import { countsOf, type PlannedObject, type PolicyPlan } from './plan.ts'

/** A plan, with the moment and the place it is about. */
export interface PlanReport {
  /** The cluster or the folder. */
  readonly scene: string
  /** Wall clock, ms. */
  readonly now: number
  /** What the reader has to know of the whole, such as that all deletions are stopped. */
  readonly notes: readonly string[]
  readonly policies: readonly PolicyPlan[]
}

/** For programs. Times are RFC 3339. */
export function planJson({ scene, now, notes, policies }: PlanReport): string {
  const documents = policies.map((plan) => {
    const { objects, limits: _, notice: __, suspicion: ___, ...policy } = plan
    return {
      ...policy,
      ...countsOf({ objects }, now),
      caveats: caveatsOf(plan, now),
      objects: objects.map(({ fate, ...object }) => ({
        ...object,
        fate: fate.is,
        ...('at' in fate && { at: timeText(fate.at) }),
        ...('reason' in fate && { reason: fate.reason }),
        ...('by' in fate && { by: fate.by }),
        ...('backup' in fate && { backup: fate.backup }),
      })),
    }
  })
  return `${JSON.stringify({ scene, at: timeText(now), notes, policies: documents }, undefined, 2)}\n`
}

/** For people. `all`: those that stay as well. */
export function planText({ scene, now, notes, policies }: PlanReport, { all = false } = {}): string {
  const head = [`${scene}, ${timeText(now)}`, ...notes.map((note) => `note: ${note}`)]
  return `${[...head, ...policies.flatMap((policy) => ['', ...policyLines(policy, now, all)])].join('\n')}\n`
}

function policyLines(policy: PolicyPlan, now: number, all: boolean): readonly string[] {
  if (policy.problem !== undefined) return [`${policy.policy}: does nothing: ${policy.problem}`]
  const keeps = keepsSome(policy)
  const rows = policy.objects.filter(({ fate }) => all || fate.is === 'goes' || fate.is === 'unreadable')
  const cells = rows.map((object) => [whenText(object, now), nameOf(object), ...(keeps ? [backupText(object)] : []), whyText(object)])
  const lines = rows.length === 0 ? [] : table([['WHEN', 'OBJECT', ...(keeps ? ['BACKUP'] : []), 'WHY'], ...cells])
  return [summaryOf(policy, now), ...caveatsOf(policy, now).map((caveat) => `  ${caveat}`), ...lines.map((line) => `  ${line}`)]
}

/** `12 matched: 3 go at once, 5 later, 4 stay`, and what a dry run or a pause makes of it. */
export function summaryOf(policy: PolicyPlan, now: number): string {
  const { matched, due, later, unreadable, terminating, stays } = countsOf(policy, now)
  const parts = [
    `${due} due now`,
    `${later} later`,
    ...(unreadable > 0 ? [`${unreadable} kept because something cannot be read`] : []),
    ...(terminating > 0 ? [`${terminating} being deleted already`] : []),
    `${stays} stay`,
  ]
  const { perSecond = 1, mode } = policy
  const seconds = Math.ceil(due / perSecond)
  const pace = due > perSecond ? `; ${due} at ${perSecond}/s take ${seconds} s` : ''
  const word = { active: '', 'dry-run': ' (a dry run: it would delete nothing)', paused: ' (paused: it would delete nothing)' }[mode]
  return `${policy.policy}: ${matched} matched: ${parts.join(', ')}${pace}${word}`
}

/** What keeps the policy from deleting all that is due at once, and what it may delete by mistake. */
export function caveatsOf(policy: Pick<PolicyPlan, 'objects' | 'limits' | 'notice' | 'suspicion'>, now: number): readonly string[] {
  const { due } = countsOf(policy, now)
  const { perRun, initial, percent, anomalyFactor, run = 0 } = policy.limits ?? {}
  const caveats: string[] = policy.suspicion === undefined ? [] : [policy.suspicion]
  if (policy.notice !== undefined) caveats.push(`each is marked when it falls due, and deleted ${spanText(policy.notice)} later`)
  if (initial !== undefined && due > initial)
    caveats.push(`${due} are due at once, more than maxInitialDeletions (${initial}): it deletes nothing until somebody approves`)
  if (perRun !== undefined && due > perRun) caveats.push(`at most ${perRun} go in a run of ${spanText(run)} (maxDeletionsPerRun)`)
  if (percent !== undefined) caveats.push(`it stops when more than ${percent} % of all objects of the kind would go in a run (maxPercent)`)
  if (anomalyFactor !== undefined)
    caveats.push(`it stops when a run needs more than ${anomalyFactor} times what the runs before deleted (anomalyFactor)`)
  return caveats
}

export function whenText({ fate }: PlannedObject, now: number): string {
  switch (fate.is) {
    case 'goes':
      return fate.at <= now ? `now (since ${spanText(now - fate.at)})` : `${timeText(fate.at)} (in ${spanText(fate.at - now)})`
    case 'stays':
      return 'never'
    case 'unreadable':
      return 'not while unknown'
    case 'terminating':
      return 'under way'
  }
}

/** Whether there is anything to say about backups. */
export const keepsSome = ({ objects }: Pick<PolicyPlan, 'objects'>) =>
  objects.some(({ fate }) => fate.is === 'goes' && fate.backup !== undefined)

/** Where it is kept before it is deleted. */
export function backupText({ fate }: PlannedObject): string {
  if (fate.is !== 'goes') return ''
  if (fate.backup === undefined) return 'none'
  return `${fate.backup.to} in ${fate.backup.to === 'S3' ? fate.backup.bucket : fate.backup.namespace}`
}

export function whyText({ fate }: PlannedObject): string {
  if (fate.is === 'terminating') return 'somebody has asked for its deletion'
  return 'by' in fate ? `${fate.reason} [${fate.by}]` : fate.reason
}

export const nameOf = ({ kind, namespace, name }: Pick<PlannedObject, 'kind' | 'namespace' | 'name'>) =>
  `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`

/** The end of time has no date. */
export const timeText = (at: number) => formatTime(Math.min(Math.max(Math.round(at), -8.64e15), 8.64e15))

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
] as const

/** The two largest units: `3d 4h`. */
export function spanText(milliseconds: number): string {
  let rest = Math.max(0, milliseconds)
  const parts: string[] = []
  for (const [unit, length] of UNITS) {
    const count = Math.floor(rest / length)
    rest -= count * length
    if (count > 0) parts.push(`${count}${unit}`)
  }
  return parts.slice(0, 2).join(' ') || '0s'
}

export function table(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  )
}
