import { type Condition, type KubeObject, parseTime } from '@kubewright/core'
import { isTrouble } from '../model/condition-tone.ts'
import type { ConditionFacts } from '../model/object-page.ts'
import type { Health } from '../model/snapshot.ts'

/** What kinds call the condition that sums them up, in the order in which it is looked for. */
const SUMMARIES = ['Ready', 'Available', 'Synced', 'Healthy', 'Complete', 'Succeeded', 'Active', 'Established']
/** Reasons that say "not yet" and not "no". */
const UNDER_WAY = /progress|pending|creat|wait|roll|start|initial|provision|reconcil|unknown|syncing|scheduled|unsealing/i
/** Set to "true" on any object, it keeps the operator's hands off it. */
const PAUSED = 'kubewright.dev/paused'

export interface Verdict {
  readonly health: Health
  readonly reason: string
}

/** How an object is, by what it says of itself. */
export function healthOf(object: KubeObject): Verdict {
  const { deletionTimestamp, annotations, generation } = object.metadata
  if (deletionTimestamp !== undefined) return { health: 'deleting', reason: 'Deleting' }
  if (annotations?.[PAUSED] === 'true') return { health: 'paused', reason: 'Paused' }
  const conditions = conditionsOf(object)
  const trouble = conditions.find(({ type, status }) => isTrouble(type) && status === 'True')
  if (trouble !== undefined) return { health: 'failing', reason: trouble.reason || trouble.type }
  const summary = summaryOf(conditions)
  if (summary === undefined) return { health: 'none', reason: phaseOf(object) }
  const { status, reason, observedGeneration } = summary
  if (observedGeneration !== undefined && generation !== undefined && observedGeneration < generation)
    return { health: 'progressing', reason: 'NotObservedYet' }
  if (status === 'True') return { health: 'ok', reason: reason || summary.type }
  const isUnderWay = status === 'Unknown' || UNDER_WAY.test(reason) || isTrue(conditions, 'Progressing')
  return { health: isUnderWay ? 'progressing' : 'failing', reason: reason || `Not${summary.type}` }
}

/** The conditions of an object that has them where all have them. */
export function conditionsOf(object: KubeObject): readonly Condition[] {
  const { conditions } = ((object as { readonly status?: unknown }).status ?? {}) as { readonly conditions?: unknown }
  if (!Array.isArray(conditions)) return []
  // Old kinds leave out what others always say.
  return conditions
    .filter(isCondition)
    .map((condition) => ({ ...condition, reason: condition.reason ?? '', message: condition.message ?? '' }))
}

export function summaryOf(conditions: readonly Condition[]): Condition | undefined {
  for (const wanted of SUMMARIES) {
    const found = conditions.find(({ type }) => type === wanted)
    if (found !== undefined) return found
  }
  return undefined
}

export function conditionFacts({ type, status, reason, message, lastTransitionTime }: Condition): ConditionFacts {
  return { type, status, reason, message, since: lastTransitionTime === undefined ? undefined : parseTime(lastTransitionTime) }
}

function phaseOf(object: KubeObject): string {
  const { phase } = ((object as { readonly status?: unknown }).status ?? {}) as { readonly phase?: unknown }
  return typeof phase === 'string' ? phase : ''
}

function isCondition(value: unknown): value is Condition {
  const { type, status } = (value ?? {}) as { readonly type?: unknown; readonly status?: unknown }
  return typeof type === 'string' && typeof status === 'string'
}

function isTrue(conditions: readonly Condition[], type: string): boolean {
  return conditions.some((condition) => condition.type === type && condition.status === 'True')
}
