import { type DynamicObject, formatTime, parseTime } from '@kubewright/core'
import { conflict, Refusal } from '../status/index.ts'
import { type Entry, StaleEntryError } from '../storage/index.ts'
import type { Admission } from './admission.ts'
import { admitDeletion } from './namespace-admission.ts'
import type { Objects } from './objects.ts'
import { prepared, type StoredResource, served } from './resource.ts'
import { awaiting, immediately, type Steps } from './steps.ts'
import type { Draft } from './strategy.ts'
import type { Target } from './target.ts'

export type PropagationPolicy = 'Foreground' | 'Background' | 'Orphan'

export interface RemovalOptions {
  readonly gracePeriodSeconds?: number
  readonly propagationPolicy?: PropagationPolicy
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string }
  readonly dryRun?: boolean
  readonly admission?: Admission
}

export interface Removal {
  readonly object: DynamicObject
  /** False: it waits for finalizers or for its grace period. */
  readonly gone: boolean
}

/** Whether nothing holds a deleted object any more. */
export function isFullyReleased({ strategy }: StoredResource, object: DynamicObject): boolean {
  if (strategy.deletion.is === 'marked') return strategy.deletion.ready(object)
  return (object.metadata.finalizers ?? []).length === 0 && (object.metadata.deletionGracePeriodSeconds ?? 0) === 0
}

/** {@link removing} at once. @throws Refusal */
export function remove(objects: Objects, resource: StoredResource, target: Target, options: RemovalOptions = {}): Removal {
  return immediately(removing(objects, resource, target, options))
}

/** @throws Refusal 404, 409 when a precondition fails, 403 for what must not go */
export function* removing(objects: Objects, resource: StoredResource, target: Target, options: RemovalOptions = {}): Steps<Removal> {
  admitDeletion(resource, target.name)
  for (let tries = 1; ; tries++) {
    const entry = objects.entry(resource, target)
    checkPreconditions(resource, entry.object, options)
    const review = options.admission?.review
    yield* prepared(resource, [entry.object], 'served')
    if (review !== undefined) yield* awaiting(() => review.remove(served(resource, entry.object)))
    try {
      const { object, gone } = leave(objects, resource, entry, options)
      yield* prepared(resource, [object], 'served')
      return { object: served(resource, object), gone }
    } catch (error) {
      // Somebody wrote it while its removal waited for others: they look at the new state.
      if (!(error instanceof StaleEntryError) || tries === REMOVAL_TRIES) throw error
    }
  }
}

const REMOVAL_TRIES = 5

/** Marks the object, or removes it. The object in the answer is in its stored form. */
function leave(objects: Objects, resource: StoredResource, entry: Entry, options: RemovalOptions): Removal {
  const now = objects.context.now
  const draft = structuredClone(entry.object) as Draft
  draft.metadata.finalizers = withPropagation(resource, entry.object, options)
  if (draft.metadata.finalizers.length === 0) delete draft.metadata.finalizers
  const { deletion } = resource.strategy
  const isMarked = entry.object.metadata.deletionTimestamp !== undefined
  if (deletion.is === 'marked') {
    if (!isMarked) deletion.mark(draft, objects.context)
  } else {
    const grace = deletion.is === 'graceful' ? deletion.gracePeriod(entry.object, options.gracePeriodSeconds) : 0
    mark(draft, entry.object, grace, now)
  }
  return finish(objects, resource, entry, draft as DynamicObject, options)
}

/** Sets the deletion time, or brings it forward; it never moves back. */
function mark(draft: Draft, current: DynamicObject, grace: number, now: number): void {
  const { deletionTimestamp, deletionGracePeriodSeconds = 0, generation } = current.metadata
  if (deletionTimestamp !== undefined) {
    if (grace >= deletionGracePeriodSeconds) return
    const asked = parseTime(deletionTimestamp)! - deletionGracePeriodSeconds * 1000
    draft.metadata.deletionTimestamp = formatTime(Math.max(now, asked + grace * 1000))
    if (grace === 0) draft.metadata.deletionTimestamp = formatTime(now)
    draft.metadata.deletionGracePeriodSeconds = grace
    return
  }
  draft.metadata.deletionTimestamp = formatTime(now + grace * 1000)
  draft.metadata.deletionGracePeriodSeconds = grace
  if (generation !== undefined && generation > 0) draft.metadata.generation = generation + 1
}

function finish(objects: Objects, resource: StoredResource, entry: Entry, marked: DynamicObject, options: RemovalOptions): Removal {
  const { table } = resource.storage
  if (isFullyReleased(resource, marked)) {
    // Only what may have to stop first is marked on its way out.
    const last = resource.strategy.deletion.is === 'graceful' ? marked : entry.object
    if (options.dryRun) return { object: last, gone: true }
    return { object: objects.store.remove(table, entry, last).object, gone: true }
  }
  if (options.dryRun) return { object: marked, gone: false }
  return { object: objects.store.replace(table, entry, marked).object, gone: false }
}

/** Foreground and orphan deletion are finalizers that the garbage collector takes away when it has done its part. */
function withPropagation({ strategy }: StoredResource, object: DynamicObject, { propagationPolicy }: RemovalOptions): string[] {
  const present = object.metadata.finalizers ?? []
  const wanted =
    propagationPolicy ??
    (present.includes('orphan')
      ? 'Orphan'
      : present.includes('foregroundDeletion')
        ? 'Foreground'
        : strategy.orphansByDefault
          ? 'Orphan'
          : 'Background')
  const finalizer = wanted === 'Orphan' ? 'orphan' : wanted === 'Foreground' ? 'foregroundDeletion' : undefined
  const others = present.filter((each) => each === finalizer || (each !== 'orphan' && each !== 'foregroundDeletion'))
  return finalizer === undefined || others.includes(finalizer) ? others : [...others, finalizer]
}

/** @throws Refusal 409 */
export function checkPreconditions(
  resource: StoredResource,
  object: DynamicObject,
  { preconditions }: Pick<RemovalOptions, 'preconditions'>,
): void {
  const { uid, resourceVersion } = object.metadata
  const name = object.metadata.name ?? ''
  // The real server names the kind here, where it names the resource everywhere else.
  const what = { group: resource.group, plural: resource.kind }
  if (preconditions?.uid !== undefined && preconditions.uid !== uid) {
    throw conflict(
      what,
      name,
      `the UID in the precondition (${preconditions.uid}) does not match the UID in record (${uid}). The object might have been deleted and then recreated`,
    )
  }
  if (preconditions?.resourceVersion !== undefined && preconditions.resourceVersion !== resourceVersion) {
    throw conflict(
      what,
      name,
      `the ResourceVersion in the precondition (${preconditions.resourceVersion}) does not match the ResourceVersion in record (${resourceVersion}). The object might have been modified`,
    )
  }
}

export const isRefusal = (error: unknown, code: number): boolean => error instanceof Refusal && error.code === code
