import { deepEqual, evaluateJsonPath, type KubeObject, parseJsonPath } from '@kubewright/core'

/** What happened to an object. */
export type ObjectEvent<T extends KubeObject> =
  | { readonly type: 'add'; readonly object: T; readonly initial: boolean }
  | { readonly type: 'update'; readonly old: T; readonly object: T }
  /** Nothing happened: the time of the periodic look at everything has come. */
  | { readonly type: 'resync'; readonly object: T }
  | { readonly type: 'delete'; readonly object: T; readonly finalStateUnknown: boolean }

/** Whether the event is worth a reconcile. All predicates of a list must agree. Must be quick and must not throw. */
export type Predicate<T extends KubeObject = KubeObject> = (event: ObjectEvent<T>) => boolean

/** Only updates are judged: what comes, what goes and what is looked at again is always worth it. */
export const onUpdate =
  <T extends KubeObject = KubeObject>(changed: (old: T, object: T) => boolean): Predicate<T> =>
  (event) =>
    event.type !== 'update' || changed(event.old, event.object)

/** The spec changed, or deletion began. */
export const generationChanged: Predicate = onUpdate(
  ({ metadata: old }, { metadata }) => old.generation !== metadata.generation || old.deletionTimestamp !== metadata.deletionTimestamp,
)
/** The labels have changed; whatever comes or goes counts too. */
export const labelsChanged: Predicate = onUpdate((old, object) => !deepEqual(old.metadata.labels ?? {}, object.metadata.labels ?? {}))
/** The annotations have changed; whatever comes or goes counts too. */
export const annotationsChanged: Predicate = onUpdate(
  (old, object) => !deepEqual(old.metadata.annotations ?? {}, object.metadata.annotations ?? {}),
)
/** Anything at all was written, the status too. */
export const resourceVersionChanged: Predicate = onUpdate((old, object) => old.metadata.resourceVersion !== object.metadata.resourceVersion)

/** What a JSONPath finds (`.spec.replicas`), or what a function returns, is another than before. @throws Error for a path that is none */
export function fieldChanged<T extends KubeObject>(field: string | ((object: T) => unknown)): Predicate<T> {
  if (typeof field === 'function') return onUpdate<T>((old, object) => !deepEqual(field(old), field(object)))
  const path = parseJsonPath(field)
  return onUpdate<T>((old, object) => !deepEqual(evaluateJsonPath(path, old), evaluateJsonPath(path, object)))
}

/**
 * Something changed that is not the status: the default for the kind that a controller reconciles, so that its own status writes, and those of
 * others, never call it. The server counts changes of the spec in `metadata.generation`; where it does not count (ConfigMaps, Secrets, Roles)
 * the objects are compared. Finalizers count only when one has gone: that a controller put its own on is no news to it.
 */
export const changedBesidesStatus: Predicate = onUpdate((old, object) => metadataChanged(old, object) || contentChanged(old, object))

function metadataChanged({ metadata: old }: KubeObject, { metadata }: KubeObject): boolean {
  return (
    old.uid !== metadata.uid ||
    old.deletionTimestamp !== metadata.deletionTimestamp ||
    !deepEqual(old.labels ?? {}, metadata.labels ?? {}) ||
    !deepEqual(old.annotations ?? {}, metadata.annotations ?? {}) ||
    !deepEqual(old.ownerReferences ?? [], metadata.ownerReferences ?? []) ||
    (old.finalizers ?? []).some((finalizer) => !metadata.finalizers?.includes(finalizer))
  )
}

function contentChanged(old: KubeObject, object: KubeObject): boolean {
  if (object.metadata.generation !== undefined || old.metadata.generation !== undefined)
    return old.metadata.generation !== object.metadata.generation
  const content = ({ metadata: _, ...rest }: KubeObject) => ({ ...rest, status: undefined })
  return !deepEqual(content(old), content(object))
}

/** The predicate does not hold. */
export const not =
  <T extends KubeObject>(predicate: Predicate<T>): Predicate<T> =>
  (event) =>
    !predicate(event)
/** One of the predicates holds. */
export const anyOf =
  <T extends KubeObject>(...predicates: readonly Predicate<T>[]): Predicate<T> =>
  (event) =>
    predicates.some((predicate) => predicate(event))
/** All of the predicates hold. */
export const allOf =
  <T extends KubeObject>(...predicates: readonly Predicate<T>[]): Predicate<T> =>
  (event) =>
    predicates.every((predicate) => predicate(event))
