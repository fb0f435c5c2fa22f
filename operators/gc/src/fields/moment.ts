import type { KubeObject } from 'kubewright'
import { stampAt } from '../expiry/stamp.ts'
import type { Context } from '../facts/facts.ts'
import type { TargetKind } from '../policy/target.ts'
import { parseFieldPath } from './field-path.ts'

/** What is known of a moment in an object's life; wall clock, ms. */
export type Moment =
  | { readonly is: 'at'; readonly at: number }
  /** It has not come. */
  | { readonly is: 'missing'; readonly reason: string }
  | { readonly is: 'unreadable'; readonly reason: string }

export interface MomentPath {
  readonly text: string
  readonly metadataOnly: boolean
  /** Asks for other things than the object. */
  readonly needs: 'use' | 'heldSince' | undefined
  of(object: KubeObject, context: Context): Moment
}

/** Moments that have a name here because each kind keeps them elsewhere, or nowhere. */
const NAMED = ['@createdAt', '@startedAt', '@finishedAt', '@releasedAt', '@lastActivity', '@unusedSince', '@heldSince'] as const

/** When somebody last used the object, as a program of the user's tells. */
export const LAST_ACTIVITY = 'kubewright.dev/last-activity'

/** A field path to an RFC 3339 time, or one of the names that begin with @. @throws Error naming what is wrong. */
export function parseMomentPath(text: string, kind: TargetKind): MomentPath {
  if (!text.startsWith('@') || text.startsWith('@.') || text.startsWith('@[')) {
    const path = parseFieldPath(text)
    return { text, metadataOnly: path.metadataOnly, needs: undefined, of: (object) => momentOf(text, path.all(object)) }
  }
  const named = (metadataOnly: boolean, of: MomentPath['of'], needs?: MomentPath['needs']): MomentPath => ({
    text,
    metadataOnly,
    needs,
    of,
  })
  const first = (...paths: readonly string[]) => {
    const parsed = paths.map(parseFieldPath)
    return named(
      parsed.every(({ metadataOnly }) => metadataOnly),
      (object) => {
        const found = parsed.map((path) => latest(text, path.all(object))).find(({ is }) => is !== 'missing')
        return found ?? { is: 'missing', reason: `${text}: has not come yet` }
      },
    )
  }
  switch (text as (typeof NAMED)[number]) {
    case '@createdAt':
      return first('metadata.creationTimestamp')
    case '@startedAt':
      return first('status.startTime', 'status.startedAt')
    case '@finishedAt':
      return named(false, (object) => latest(text, finishedAt(kind, object)))
    case '@releasedAt':
      return first('status.lastPhaseTransitionTime')
    case '@lastActivity':
      return first(`metadata.annotations['${LAST_ACTIVITY}']`, 'metadata.creationTimestamp')
    case '@unusedSince':
      return named(
        true,
        (object, { facts }) => {
          const use = facts.use(kind, object)
          if (use.is === 'unknown') return { is: 'unreadable', reason: use.reason }
          return use.value.is === 'unused' ? { is: 'at', at: use.value.since } : { is: 'missing', reason: 'it is in use' }
        },
        'use',
      )
    case '@heldSince':
      return named(true, (object, { facts, now }) => ({ is: 'at', at: facts.heldSince(object) ?? now }), 'heldSince')
    default:
      throw new Error(`"${text}" is no moment: it is one of ${NAMED.join(', ')}, or a path to a time`)
  }
}

interface Finishing {
  readonly phase?: unknown
  readonly startTime?: unknown
  readonly conditions?: readonly { readonly type?: unknown; readonly status?: unknown; readonly lastTransitionTime?: unknown }[]
  readonly containerStatuses?: readonly { readonly state?: { readonly terminated?: { readonly finishedAt?: unknown } } }[]
  readonly [field: string]: unknown
}

/** Where kinds write when they were done; of several times the latest counts. */
function finishedAt({ group, kind }: TargetKind, object: KubeObject): readonly unknown[] {
  const status = (object as { readonly status?: Finishing }).status ?? {}
  const conditions = Array.isArray(status.conditions) ? status.conditions : []
  if (group === 'batch' && kind === 'Job') {
    return conditions
      .filter(({ type, status: is }) => (type === 'Complete' || type === 'Failed') && is === 'True')
      .map(({ lastTransitionTime }) => lastTransitionTime)
  }
  if (group === '' && kind === 'Pod') {
    // One container that has ended is not the end of its Pod.
    if (status.phase !== 'Succeeded' && status.phase !== 'Failed') return []
    const ended = (status.containerStatuses ?? []).flatMap(({ state }) => state?.terminated?.finishedAt ?? [])
    if (ended.length > 0) return ended
    // An evicted Pod, or one that never started, has no containers that ended: what is left are the conditions that it lost.
    const lost = conditions.filter(({ status: is }) => is === 'False').flatMap(({ lastTransitionTime }) => lastTransitionTime ?? [])
    return lost.length > 0 ? lost : [status.startTime]
  }
  return [status['finishedAt'], status['completionTime'], status['completedAt'], status['finishTime']]
}

function momentOf(text: string, found: readonly unknown[]): Moment {
  const [value] = found
  if (value === undefined || value === null || value === '') return { is: 'missing', reason: `nothing stands at ${text}` }
  const at = stampAt(value)
  return at === undefined ? { is: 'unreadable', reason: `${text}: is no RFC 3339 time such as 2026-01-31T12:00:00Z` } : { is: 'at', at }
}

function latest(text: string, found: readonly unknown[]): Moment {
  const moments = found.filter((value) => value !== undefined && value !== null && value !== '').map((value) => momentOf(text, [value]))
  const unreadable = moments.find(({ is }) => is === 'unreadable')
  if (unreadable !== undefined) return unreadable
  const times = moments.flatMap((moment) => (moment.is === 'at' ? [moment.at] : []))
  return times.length === 0 ? { is: 'missing', reason: `${text}: has not come yet` } : { is: 'at', at: Math.max(...times) }
}
