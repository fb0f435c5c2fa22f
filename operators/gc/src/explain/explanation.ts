import { type GroupVersionKind, type KubeObject, matchesLabels, parseLabelSelector } from 'kubewright'
import { hasOpinion, type Opinion } from '../judgement/opinion.ts'
import { timeText } from '../plan/report.ts'
import type { Survey } from '../plan/survey.ts'
import { decide } from '../precedence/verdict.ts'

/** One policy and one object: what the policy says, or why it has nothing to say. */
export interface Say {
  readonly policy: string
  /** `other-target`: it is about other objects. `broken`: it does nothing at all. */
  readonly is: Opinion['is'] | 'other-target' | 'broken'
  readonly reason: string
  /** RFC 3339. */
  readonly at?: string
  readonly mode: 'active' | 'dry-run' | 'paused'
}

export interface Explanation {
  readonly object: string
  /** One sentence: what becomes of it. */
  readonly verdict: string
  readonly says: readonly Say[]
}

interface Voice {
  readonly opinion: Opinion
  readonly priority: number | undefined
}

/** Why an object goes, when, and why it does not. */
export function explain(kind: GroupVersionKind, object: KubeObject, surveys: readonly Survey[], now: number): Explanation {
  const { name = '', namespace, deletionTimestamp } = object.metadata
  // What is confined to another namespace is about nothing here, and there may be many of them.
  const relevant = surveys.filter(
    ({ candidate: { policy } }) =>
      isAbout(policy.spec.targetResource, kind) && (policy.metadata.namespace === undefined || policy.metadata.namespace === namespace),
  )
  const opinions = new Map<string, Voice>()
  const says = relevant.map((survey): Say => {
    const { key, outcome } = survey
    if (outcome.is === 'idle') return { policy: key, is: 'broken', reason: outcome.problem.message, mode: 'active' }
    const mode = outcome.ready.mode.paused ? 'paused' : outcome.ready.mode.dryRun ? 'dry-run' : 'active'
    const outside = outsideOf(outcome, object)
    if (outside !== undefined) return { policy: key, is: 'other-target', reason: outside, mode }
    const opinion = outcome.opinionOf(object)
    if (mode !== 'dry-run') opinions.set(key, { opinion, priority: outcome.ready.mode.priority })
    return { policy: key, is: opinion.is, reason: opinion.reason, mode, ...(opinion.is === 'at' && { at: timeText(opinion.at) }) }
  })
  const verdict =
    deletionTimestamp === undefined
      ? verdictOf(opinions, says, now)
      : `is being deleted since ${deletionTimestamp}${(object.metadata.finalizers ?? []).length > 0 ? `, and waits for ${object.metadata.finalizers!.join(', ')}` : ''}`
  return { object: `${kind.kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`, verdict, says }
}

function isAbout({ apiVersion, kind }: { readonly apiVersion: string; readonly kind: string }, wanted: GroupVersionKind): boolean {
  const group = apiVersion.includes('/') ? apiVersion.split('/')[0] : ''
  return kind === wanted.kind && group === wanted.group
}

function outsideOf({ ready, objects }: Survey['outcome'] & { readonly is: 'ready' }, { metadata }: KubeObject): string | undefined {
  if (objects.some((each) => each.metadata.uid === metadata.uid)) return undefined
  const { namespace, labelSelector, fieldSelector } = ready.target
  if (namespace !== undefined && namespace !== metadata.namespace) return `it is about namespace ${namespace}`
  if (!matchesLabels(parseLabelSelector(labelSelector), metadata.labels)) return `its label selector (${labelSelector}) does not take it`
  return `its field selector (${fieldSelector}) does not take it`
}

function verdictOf(voices: ReadonlyMap<string, Voice>, says: readonly Say[], now: number): string {
  const verdict = decide([...voices].map(([key, { opinion, priority }]) => [key, opinion, priority] as const))
  const modeOf = (policy: string) => says.find((say) => say.policy === policy)?.mode
  switch (verdict.is) {
    case 'none':
      return says.some(({ is, mode }) => mode === 'dry-run' && is === 'at')
        ? 'stays: only dry runs would delete it'
        : [...voices.values()].some(({ opinion }) => hasOpinion(opinion))
          ? 'stays'
          : 'stays: no policy says anything about it'
    case 'keep':
      return `stays: ${verdict.reason} [${verdict.by}]`
    case 'delete': {
      const when = verdict.at <= now ? `is due since ${timeText(verdict.at)}` : `goes at ${timeText(verdict.at)}`
      return modeOf(verdict.by) === 'paused' ? `stays: ${verdict.by} decides about it, and is paused` : `${when} [${verdict.by}]`
    }
  }
}

export function explanationText({ object, verdict, says }: Explanation): string {
  const lines = says.map(lineOf)
  return `${[`${object}: ${verdict}`, ...lines].join('\n')}\n`
}

function lineOf({ policy, is, reason, at, mode }: Say): string {
  const word = mode === 'active' ? '' : ` (${mode})`
  switch (is) {
    case 'at':
      return `  ${policy}${word}: deletes it from ${at} on: ${reason}`
    case 'never':
      return `  ${policy}${word}: keeps it: ${reason}`
    case 'blocked':
      return `  ${policy}${word}: keeps it, for something cannot be read: ${reason}`
    case 'unset':
    case 'unselected':
    case 'other-target':
      return `  ${policy}${word}: has no say: ${reason}`
    case 'broken':
      return `  ${policy}: does nothing: ${reason}`
  }
}
