import { formatTime } from './time.ts'

/** meta/v1 Condition: one aspect of an object's state, keyed by `type`. */
export interface Condition {
  readonly type: string
  readonly status: 'True' | 'False' | 'Unknown'
  /** The `metadata.generation` that the condition is about. */
  readonly observedGeneration?: number
  /** When `status` last changed; RFC 3339, whole seconds. */
  readonly lastTransitionTime: string
  /** Why, for programs: CamelCase. */
  readonly reason: string
  /** Why, for people. */
  readonly message: string
}

/** What a controller says; when it changed is found out by {@link setCondition}. */
export type ConditionUpdate = Omit<Condition, 'lastTransitionTime' | 'message'> & {
  readonly message?: string
  readonly lastTransitionTime?: string
}

/** The condition of this type; `undefined` when there is none. */
export function findCondition<C extends { readonly type: string }>(conditions: readonly C[] | undefined, type: string): C | undefined {
  return conditions?.find((condition) => condition.type === type)
}

/** Whether the condition is there and `True`. */
export function isConditionTrue(
  conditions: readonly { readonly type: string; readonly status: string }[] | undefined,
  type: string,
): boolean {
  return findCondition(conditions, type)?.status === 'True'
}

/**
 * The conditions with `update` set: in its place, or last when the type is new. `lastTransitionTime` moves to `nowMs` (wall clock, ms) only
 * when the status changes, or to the update's own when it has one then. The very same array comes back when nothing changed, so that a
 * controller in a steady state has nothing to write.
 */
export function setCondition(conditions: readonly Condition[] | undefined, update: ConditionUpdate, nowMs: number): readonly Condition[] {
  const all = conditions ?? []
  const at = all.findIndex((condition) => condition.type === update.type)
  const before = all[at]
  const next: Condition = {
    type: update.type,
    status: update.status,
    ...(update.observedGeneration === undefined ? {} : { observedGeneration: update.observedGeneration }),
    lastTransitionTime: before?.status === update.status ? before.lastTransitionTime : (update.lastTransitionTime ?? formatTime(nowMs)),
    reason: update.reason,
    message: update.message ?? '',
  }
  if (before === undefined) return [...all, next]
  return same(before, next) ? all : all.with(at, next)
}

/** The conditions without the one of that type; the same array when there is none. */
export function removeCondition<C extends { readonly type: string }>(conditions: readonly C[] | undefined, type: string): readonly C[] {
  const all = conditions ?? []
  return findCondition(all, type) === undefined ? all : all.filter((condition) => condition.type !== type)
}

function same(a: Condition, b: Condition): boolean {
  return (
    a.status === b.status &&
    a.observedGeneration === b.observedGeneration &&
    a.lastTransitionTime === b.lastTransitionTime &&
    a.reason === b.reason &&
    a.message === b.message
  )
}
