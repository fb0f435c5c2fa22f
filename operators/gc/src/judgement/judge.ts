import type { KubeObject } from 'kubewright'
import type { CompiledConditions } from '../conditions/conditions.ts'
import type { Holding } from '../conditions/holding.ts'
import { fallsDue, type Lifetime } from '../expiry/lifetime.ts'
import type { Context } from '../facts/facts.ts'
import type { FieldSelection } from '../policy/field-selection.ts'
import type { NamespaceSelection } from '../policy/namespace-selection.ts'
import { respiteOf } from '../protection/respite.ts'
import { firstOpen, type Opening, opening } from '../time/opening.ts'
import { ALWAYS, type Spans, spanFrom } from '../time/spans.ts'
import { atDueTime, type Steps } from './due-time.ts'
import type { Opinion } from './opinion.ts'
import type { OwnedRule } from './owned.ts'
import type { OwnerGone } from './owner-gone.ts'

/** A policy as the judgement needs it: compiled, with nothing left that could be wrong with it. */
export interface Code {
  readonly fields: FieldSelection
  readonly namespaces: NamespaceSelection
  readonly conditions: CompiledConditions
  readonly ownerGone: OwnerGone | undefined
  readonly lifetime: Lifetime
  readonly openings: readonly Opening[]
  /** So many of each group, the newest, are kept. */
  readonly keepNewest: number | undefined
  /** Whether it matters since when, or beside whom, an object fulfils the conditions: then they count only while they do. */
  readonly remembers: boolean
  /** The policy keeps what it selects. */
  readonly retains: boolean
  readonly owned: OwnedRule
  /** What comes between falling due and going. */
  readonly steps: Steps
  /** Whether the rights of whoever wrote the policy count. */
  readonly asksForAuthor: boolean
  /** Why the object is never deleted by anybody. */
  protectionOf(object: KubeObject): string | undefined
}

/**
 * What a policy says about an object, at a moment, in the world as it is known: the one place where that is decided, for the controller, for plans,
 * for explanations and for admission. No I/O, no clock, no memory.
 */
export function judge(code: Code, object: KubeObject, context: Context): Opinion {
  const selected = selection(code, object, context)
  if (selected !== undefined) return selected
  const holds = conditionsOf(code, object, context)
  if (holds.is === 'unknown') return { is: 'blocked', reason: holds.reason }
  const turn = code.remembers ? nextTurn(holds.spans, context.now) : undefined
  const recheckAt = earlier(holds.recheckAt, turn?.at)
  if (holds.spans.length === 0 || turn?.holds === false)
    return { is: 'unselected', matched: true, reason: 'its conditions do not hold', until: recheckAt }

  const spared = sparedBy(code, object, context)
  if (spared !== undefined) return { ...spared, until: recheckAt }
  const respite = respiteOf(object, context.now)
  if (respite !== undefined) return { ...respite, until: earlier(respite.until, recheckAt) }
  const kept = keptByRank(code, object, context)
  if (kept !== undefined) return { ...kept, until: earlier(kept.until, recheckAt) }
  const expiry = fallsDue(code.lifetime, object, context)
  if (expiry.is !== 'at') return { ...expiry, until: recheckAt }
  const opinion = opened(code, holds.spans === ALWAYS ? [] : [opening(holds.spans)], expiry, context, recheckAt)
  return opinion.is === 'at' ? atDueTime(code, object, { ...opinion, due: expiry.at }, context) : opinion
}

/** What keeps the object whatever its time says. */
function sparedBy(code: Code, object: KubeObject, context: Context): Opinion | undefined {
  const reason = code.protectionOf(object) ?? (code.retains ? 'the policy retains it' : code.owned.spares(object, context))
  if (reason !== undefined) return { is: 'never', reason }
  const { namespace } = object.metadata
  if (namespace === undefined) return undefined
  const guard = context.facts.guard(namespace)
  if (guard.is === 'unknown') return { is: 'blocked', reason: guard.reason }
  return guard.value === undefined ? undefined : { is: 'never', reason: guard.value }
}

/** Whether the object is one of those for which the policy's conditions hold now: what `keep` counts, and `@heldSince` remembers. */
export function counts(code: Code, object: KubeObject, context: Context): boolean {
  if (object.metadata.deletionTimestamp !== undefined || selection(code, object, context) !== undefined) return false
  const holds = conditionsOf(code, object, context)
  return holds.is === 'known' && holds.spans.some(({ from, until }) => from <= context.now && context.now < until)
}

function selection({ fields, namespaces }: Code, object: KubeObject, context: Context): Opinion | undefined {
  if (!fields.matches(object)) return { is: 'unselected', matched: false, reason: 'the field selector does not take it' }
  const where = namespaces.takes(object, context)
  if (where.is === 'unknown') return { is: 'blocked', reason: where.reason }
  return where.value ? undefined : { is: 'unselected', matched: false, reason: 'its namespace is not selected' }
}

function conditionsOf({ conditions, ownerGone }: Code, object: KubeObject, context: Context): Holding {
  const holds = conditions.holds(object, context)
  if (ownerGone === undefined || holds.is === 'unknown' || holds.spans.length === 0) return holds
  const gone = ownerGone.of(object, context)
  return gone.is === 'known' && gone.spans === ALWAYS ? holds : gone
}

function keptByRank({ keepNewest }: Code, object: KubeObject, { facts }: Context): Opinion | undefined {
  if (keepNewest === undefined) return undefined
  const rank = facts.rank(object)
  if (rank.is === 'unknown') return { is: 'blocked', reason: rank.reason }
  return rank.value.place < keepNewest ? { is: 'never', reason: 'it is among the newest of its group, which are kept' } : undefined
}

/** Conditions that come and go with time, windows, ticks and freezes: the first moment after it has fallen due at which all let it go. */
function opened(
  { openings }: Code,
  conditions: readonly Opening[],
  expiry: Opinion & { readonly is: 'at' },
  { now }: Context,
  recheckAt: number | undefined,
): Opinion {
  const span = firstOpen([...conditions, ...openings], expiry.at, now)
  if (span === undefined)
    return {
      is: 'unselected',
      matched: true,
      reason: 'when it falls due its conditions, or the windows, do not let it go any more',
      until: recheckAt,
    }
  return { is: 'at', at: span.from, reason: expiry.reason, until: earlier(finite(span.until), recheckAt) }
}

/** Whether they hold now, and when that changes. */
function nextTurn(spans: Spans, now: number): { readonly holds: boolean; readonly at: number | undefined } {
  const span = spanFrom(spans, now)
  if (span === undefined) return { holds: false, at: undefined }
  return span.from > now ? { holds: false, at: span.from } : { holds: true, at: finite(span.until) }
}

const finite = (at: number) => (at === Number.POSITIVE_INFINITY ? undefined : at)

function earlier(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined ? b : b === undefined ? a : Math.min(a, b)
}
