import { deepEqual, type KubeObject } from '@kubewright/core'

/** What happened to an object that a controller reconciles. */
export type ObjectEvent<T extends KubeObject> =
  | { readonly type: 'add'; readonly object: T; readonly initial: boolean }
  | { readonly type: 'update'; readonly old: T; readonly object: T }
  | { readonly type: 'delete'; readonly object: T; readonly finalStateUnknown: boolean }

/** Whether the event is worth a reconcile. All of a controller's predicates must agree. Must be quick and must not throw. */
export type Predicate<T extends KubeObject = KubeObject> = (event: ObjectEvent<T>) => boolean

/** Only updates are judged: what comes and what goes is always worth it. */
const onUpdate =
  (changed: (old: KubeObject, object: KubeObject) => boolean): Predicate =>
  (event) =>
    event.type !== 'update' || changed(event.old, event.object)

/** The spec changed, or deletion began. Leaves out writes to status, which is what most controllers want that write status themselves. */
export const generationChanged: Predicate = onUpdate(
  ({ metadata: old }, { metadata }) => old.generation !== metadata.generation || old.deletionTimestamp !== metadata.deletionTimestamp,
)
export const labelsChanged: Predicate = onUpdate((old, object) => !deepEqual(old.metadata.labels ?? {}, object.metadata.labels ?? {}))
export const annotationsChanged: Predicate = onUpdate(
  (old, object) => !deepEqual(old.metadata.annotations ?? {}, object.metadata.annotations ?? {}),
)

export const anyOf =
  <T extends KubeObject>(...predicates: readonly Predicate<T>[]): Predicate<T> =>
  (event) =>
    predicates.some((predicate) => predicate(event))
export const allOf =
  <T extends KubeObject>(...predicates: readonly Predicate<T>[]): Predicate<T> =>
  (event) =>
    predicates.every((predicate) => predicate(event))
