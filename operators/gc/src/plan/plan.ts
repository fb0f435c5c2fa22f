import type { KubeObject } from 'kubewright'
import { hasOpinion, type Opinion } from '../judgement/opinion.ts'
import { type BackupPlace, backupPlaceOf } from '../policy/backup-plan.ts'
import type { ReadyPolicy } from '../policy/policy.ts'
import { decide } from '../precedence/verdict.ts'
import type { Survey } from './survey.ts'

/** What becomes of an object, and why. */
export type Fate =
  /** It is deleted at `at` (wall clock, ms), or as soon as the policy's rate lets it when that is past; `backup`: where it is kept before. */
  | { readonly is: 'goes'; readonly at: number; readonly reason: string; readonly backup?: BackupPlace }
  /** `by`: the policy that keeps it. */
  | { readonly is: 'stays'; readonly reason: string; readonly by: string }
  /** It stays because something cannot be read or is not known. */
  | { readonly is: 'unreadable'; readonly reason: string; readonly by: string }
  /** Somebody is deleting it already. */
  | { readonly is: 'terminating' }

export interface PlannedObject {
  readonly kind: string
  readonly namespace: string | undefined
  readonly name: string
  readonly fate: Fate
}

export interface PolicyPlan {
  readonly policy: string
  /** Why it does nothing at all. */
  readonly problem: string | undefined
  /** What the policy itself says of its work: while one of these, nothing is deleted whatever is planned. */
  readonly mode: 'active' | 'dry-run' | 'paused'
  /** Deletions a second at most. */
  readonly perSecond: number | undefined
  readonly limits: ReadyPolicy['limits'] | undefined
  /** How long before its deletion an object is marked; milliseconds. */
  readonly notice: number | undefined
  /** Who may refer to its objects without being looked at. */
  readonly suspicion: string | undefined
  /** Those that its selectors take; first what goes, the soonest first. */
  readonly objects: readonly PlannedObject[]
}

/** What the planned policies would do, each as if it was at work, beside those that are installed. Deletes nothing. */
export function planOf(surveys: readonly Survey[]): readonly PolicyPlan[] {
  const byKind = Map.groupBy(surveys.filter(isReady), ({ outcome }) => kindOf(outcome))
  return surveys.filter(({ candidate }) => candidate.role === 'planned').map((survey) => policyPlan(survey, byKind))
}

type Ready = Survey & { readonly outcome: Survey['outcome'] & { readonly is: 'ready' } }
const isReady = (survey: Survey): survey is Ready => survey.outcome.is === 'ready'
/** Whatever version the policies name. */
const kindOf = ({ ready }: Ready['outcome']) => `${ready.target.kind.kind}.${ready.target.kind.group}`

function policyPlan(survey: Survey, byKind: ReadonlyMap<string, readonly Ready[]>): PolicyPlan {
  const base = { policy: survey.key }
  if (!isReady(survey))
    return {
      ...base,
      problem: survey.outcome.is === 'idle' ? survey.outcome.problem.message : undefined,
      mode: 'active',
      perSecond: undefined,
      limits: undefined,
      notice: undefined,
      suspicion: undefined,
      objects: [],
    }
  const { ready, objects } = survey.outcome
  const all = byKind.get(kindOf(survey.outcome)) ?? []
  const sightOf = all.map((other) => ({ other, uids: new Set(other.outcome.objects.map(({ metadata }) => metadata.uid)) }))
  const planned = objects.flatMap((object) => {
    const own = survey.outcome.is === 'ready' ? survey.outcome.opinionOf(object) : undefined
    if (own === undefined || (own.is === 'unselected' && !own.matched)) return []
    const others = sightOf.filter(({ uids }) => uids.has(object.metadata.uid)).map(({ other }) => other)
    const { name = '', namespace } = object.metadata
    return [{ kind: ready.target.kind.kind, namespace, name, fate: fateOf(survey, own, object, others) }]
  })
  return {
    ...base,
    problem: undefined,
    mode: ready.mode.paused ? 'paused' : ready.mode.dryRun ? 'dry-run' : 'active',
    perSecond: ready.mode.rate.perSecond,
    limits: ready.limits,
    notice: noticeOf(survey),
    suspicion: survey.outcome.suspicion,
    objects: planned.sort(byFate),
  }
}

function fateOf(survey: Ready, own: Opinion, object: KubeObject, others: readonly Ready[]): Fate {
  if (object.metadata.deletionTimestamp !== undefined) return { is: 'terminating' }
  if (own.is === 'blocked') return { is: 'unreadable', reason: own.reason, by: survey.key }
  if (!hasOpinion(own)) return { is: 'stays', reason: own.reason, by: survey.key }
  // A dry run has no say over others; what is planned counts as at work.
  const deciding = others.filter((other) => other.candidate.role === 'planned' || !other.outcome.ready.mode.dryRun)
  const opinions = new Map(deciding.map((other) => [other.key, other === survey ? own : other.outcome.opinionOf(object)]))
  const verdict = decide(deciding.map(({ key, outcome }) => [key, opinions.get(key)!, outcome.ready.mode.priority] as const))
  if (verdict.is === 'none') return { is: 'stays', reason: 'no policy says anything about it', by: survey.key }
  if (verdict.is === 'keep') {
    const by = opinions.get(verdict.by)
    return { is: by?.is === 'blocked' ? 'unreadable' : 'stays', reason: verdict.reason, by: verdict.by }
  }
  const winner = deciding.find(({ key }) => key === verdict.by)
  if (winner?.candidate.role === 'installed' && winner.outcome.ready.mode.paused)
    return { is: 'stays', reason: 'the policy that decides about it is paused', by: verdict.by }
  const said = opinions.get(verdict.by)
  const reason = said?.is === 'at' ? said.reason : ''
  const kept = winner?.outcome.ready.backup
  const backup = kept && backupPlaceOf(kept, object.metadata.namespace)
  if (backup?.to === 'nowhere') return { is: 'stays', reason: `not deleted, because ${backup.why}`, by: verdict.by }
  return {
    ...{ is: 'goes', at: verdict.at },
    reason: verdict.by === survey.key ? reason : `${reason} (decided by ${verdict.by})`,
    ...(backup !== undefined && { backup }),
  }
}

function noticeOf({ candidate: { policy } }: Ready): number | undefined {
  const { notice } = policy.spec
  return notice && notice.seconds * 1000
}

const ORDER = { goes: 0, unreadable: 1, terminating: 2, stays: 3 } as const

function byFate(a: PlannedObject, b: PlannedObject): number {
  if (a.fate.is !== b.fate.is) return ORDER[a.fate.is] - ORDER[b.fate.is]
  if (a.fate.is === 'goes' && b.fate.is === 'goes' && a.fate.at !== b.fate.at) return a.fate.at - b.fate.at
  return compare(a.namespace ?? '', b.namespace ?? '') || compare(a.name, b.name)
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)

export interface PlanCounts {
  readonly matched: number
  readonly due: number
  readonly later: number
  readonly unreadable: number
  readonly terminating: number
  readonly stays: number
}

export function countsOf({ objects }: Pick<PolicyPlan, 'objects'>, now: number): PlanCounts {
  const count = (holds: (fate: Fate) => boolean) => objects.filter(({ fate }) => holds(fate)).length
  return {
    matched: objects.length,
    due: count((fate) => fate.is === 'goes' && fate.at <= now),
    later: count((fate) => fate.is === 'goes' && fate.at > now),
    unreadable: count(({ is }) => is === 'unreadable'),
    terminating: count(({ is }) => is === 'terminating'),
    stays: count(({ is }) => is === 'stays'),
  }
}
