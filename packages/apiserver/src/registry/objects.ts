import { type Clock, type DynamicObject, formatTime, type ObjectMeta } from '@kubewright/core'
import type { User } from '../authn/user.ts'
import { desiredFields, type ManagerId, statusFields, trackUpdate } from '../managed-fields/index.ts'
import { alreadyExists, conflict, forbidden, invalid, MODIFIED, notFound, storageError } from '../status/index.ts'
import { type Entry, StaleEntryError, type Store } from '../storage/index.ts'
import type { Admission } from './admission.ts'
import { generateName } from './generated-name.ts'
import { admitToNamespace } from './namespace-admission.ts'
import { checkLock } from './object-lock.ts'
import { type MetaRules, validateNewMeta, validateUpdatedMeta } from './object-meta.ts'
import { restoreStatus, sameDesired, sentMetadata, settle, updatedMetadata, withManagedFields, withVersion } from './object-parts.ts'
import { isFullyReleased } from './removal.ts'
import { apiVersionOfResource, prepared, type StoredResource, served, toStored } from './resource.ts'
import { NO_SERVER_ADMISSION, type ServerAdmission, type ServerWrite } from './server-admission.ts'
import { awaiting, immediately, type Steps } from './steps.ts'
import type { Draft, WriteContext } from './strategy.ts'
import { keyOf, namespaceFor, type Target } from './target.ts'

export interface WriteOptions {
  readonly dryRun?: boolean
  /** Who writes; without it managedFields stay as they are (writes of the server itself). */
  readonly manager?: Omit<ManagerId, 'apiVersion' | 'operation' | 'subresource'>
  readonly subresource?: 'status' | 'scale' | 'finalize' | 'binding' | 'approval'
  /** The caller has settled managedFields itself (server-side apply). */
  readonly tracked?: boolean
  /** Who has a say; without it nobody has (writes of the server itself). */
  readonly admission?: Admission
  /** Whose wish it is; undefined: the server's own. */
  readonly user?: User
  /** Takes what the client is to be told beside the answer. */
  readonly warn?: (text: string) => void
  /** Takes what is to stand in the audit log. */
  readonly annotate?: (key: string, value: string) => void
}

export interface UpdateOptions extends WriteOptions {
  /** A missing object is created, where the kind allows it. */
  readonly createMissing?: boolean
  /** PATCH and apply: `undefined` keeps the resourceVersion of what was read. */
  readonly unconditional?: boolean
}

export interface Written {
  readonly object: DynamicObject
  readonly created: boolean
}

export interface ObjectsOptions {
  readonly store: Store
  readonly clock: Clock
  readonly random: () => number
  readonly uuid: () => string
  /** What the server itself makes of writes. @default nothing */
  readonly admission?: ServerAdmission
}

/** With five random characters a clash is rare, and eight in a row say that the name space is full. */
const NAME_TRIES = 8

/** An update that others overtook while it waited is made anew, this often; kube-apiserver does as much for patches. */
const UPDATE_TRIES = 5

/**
 * What may be done with objects, under all rules of the API but without HTTP. In one tick, so that nothing comes between a check and its
 * write; only where webhooks have a say it waits, and looks afterwards whether it was overtaken.
 */
export class Objects {
  readonly store: Store
  private readonly clock: Clock
  private readonly random: () => number
  private readonly uuid: () => string
  private readonly admission: ServerAdmission

  constructor(options: ObjectsOptions) {
    this.store = options.store
    this.clock = options.clock
    this.random = options.random
    this.uuid = options.uuid
    this.admission = options.admission ?? NO_SERVER_ADMISSION
  }

  /** @throws Refusal 404 */
  entry(resource: StoredResource, target: Target): Entry {
    const entry = this.store.get(resource.storage.table, keyOf(target))
    if (entry === undefined) throw notFound(resource, target.name)
    return entry
  }

  find(resource: StoredResource, target: Target): DynamicObject | undefined {
    const entry = this.store.get(resource.storage.table, keyOf(target))
    return entry && served(resource, entry.object)
  }

  /** {@link find}, where the object has to be converted for it. */
  *finding(resource: StoredResource, target: Target): Steps<DynamicObject | undefined> {
    const entry = this.store.get(resource.storage.table, keyOf(target))
    if (entry !== undefined) yield* prepared(resource, [entry.object], 'served')
    return entry && served(resource, entry.object)
  }

  get context(): WriteContext {
    return { now: this.clock.now(), uid: this.uuid() }
  }

  /** {@link creation} at once. @throws Refusal */
  create(
    resource: StoredResource,
    object: DynamicObject,
    requestedNamespace: string | undefined,
    options: WriteOptions = {},
  ): DynamicObject {
    return immediately(this.creation(resource, object, requestedNamespace, options))
  }

  /** {@link updating} at once. @throws Refusal */
  update(
    resource: StoredResource,
    target: Target,
    transform: (current: DynamicObject) => DynamicObject,
    options: UpdateOptions = {},
  ): Written {
    return immediately(this.updating(resource, target, transform, options))
  }

  /** @throws Refusal */
  *creation(
    resource: StoredResource,
    object: DynamicObject,
    requestedNamespace: string | undefined,
    options: WriteOptions = {},
  ): Steps<DynamicObject> {
    const namespace = namespaceFor(resource, object.metadata.namespace, requestedNamespace)
    const context = { ...this.context, ...(options.user === undefined ? {} : { user: options.user }) }
    const { name: givenName = '' } = object.metadata
    if (namespace !== undefined) admitToNamespace(this.store, resource, namespace, givenName)
    if (resource.custom?.terminating)
      throw forbidden(resource, givenName, 'create not allowed while custom resource definition is terminating')
    let draft = this.proposed(resource, object, namespace, context)
    // Before the server and its webhooks add their own: what nobody asked for has no owner.
    const managedFields = options.tracked
      ? draft.metadata.managedFields
      : this.tracked(resource, resource.empty(), draft as DynamicObject, options, context)
    const write = this.serverWrite(resource, namespace, undefined, options)
    if (write !== undefined) this.admission.admit(write, draft)
    const review = options.admission?.review
    if (review !== undefined) {
      const shown = withManagedFields(draft as DynamicObject, managedFields)
      const mutated = yield* awaiting(() => review.mutate(shown, undefined, this.admittingAgain(write)))
      draft = this.proposed(resource, mutated, namespace, context)
    }
    const complete = this.newState(resource, draft, namespace, managedFields, context, options)
    if (write !== undefined) this.admission.validate(write, complete)
    if (review !== undefined) yield* awaiting(() => review.validate(complete, undefined))
    if (object.metadata.resourceVersion) throw storageError('resourceVersion should not be set on objects to be created')
    yield* prepared(resource, [complete], 'stored')
    const name = complete.metadata.name ?? ''
    const key = keyOf({ namespace, name })
    const pay = write && this.admission.charge(write, complete)
    if (this.store.get(resource.storage.table, key) !== undefined) throw alreadyExists(resource, name)
    if (options.dryRun) return complete
    const { object: made } = this.store.create(resource.storage.table, key, toStored(resource, complete))
    pay?.()
    yield* prepared(resource, [made], 'served')
    return served(resource, made)
  }

  /** Reads, transforms and writes. `transform` gets the object in this resource's version and returns it complete. @throws Refusal */
  *updating(
    resource: StoredResource,
    target: Target,
    transform: (current: DynamicObject) => DynamicObject,
    options: UpdateOptions = {},
  ): Steps<Written> {
    for (let tries = 1; ; tries++) {
      try {
        return yield* this.attempt(resource, target, transform, options)
      } catch (error) {
        if (!(error instanceof StaleEntryError)) throw error
        if (tries === UPDATE_TRIES) throw conflict(resource, target.name, MODIFIED)
      }
    }
  }

  private *attempt(
    resource: StoredResource,
    target: Target,
    transform: (current: DynamicObject) => DynamicObject,
    options: UpdateOptions,
  ): Steps<Written> {
    const { table } = resource.storage
    const entry = this.store.get(table, keyOf(target))
    if (entry === undefined) {
      if (!(options.createMissing && resource.strategy.createOnUpdate)) throw notFound(resource, target.name)
      const { resourceVersion: _none, ...metadata } = transform({ metadata: {} }).metadata
      const object = yield* this.creation(resource, { ...transform({ metadata: {} }), metadata }, target.namespace, options)
      return { object, created: true }
    }
    yield* prepared(resource, [entry.object], 'served')
    const current = served(resource, entry.object)
    let next = transform(current)
    checkLock(resource, target, current, next, options)
    const write = this.serverWrite(resource, target.namespace, current, options)
    const again = this.admittingAgain(write)
    next = again(next)
    let draft = this.nextState(resource, current, next, options)
    const managedFields = options.tracked ? next.metadata.managedFields : this.tracked(resource, current, draft, options, this.context)
    const review = options.admission?.review
    if (review !== undefined) {
      const shown = withManagedFields(this.withDefaults(resource, next), managedFields)
      next = yield* awaiting(() => review.mutate(shown, current, again))
      draft = this.nextState(resource, current, next, options)
    }
    const complete = settle(current, withManagedFields(draft, managedFields))
    options.admission?.check?.(complete, current)
    this.validateUpdate(resource, draft, current, options)
    if (write !== undefined) this.admission.validate(write, complete)
    if (review !== undefined) {
      const reviewed = withVersion(complete, current.metadata.resourceVersion)
      yield* awaiting(() => review.validate(reviewed, current))
    }
    yield* prepared(resource, [complete], 'stored')
    if (this.store.get(table, entry.key) !== entry) throw new StaleEntryError(`${table} ${entry.key} was changed`)
    if (current.metadata.deletionTimestamp !== undefined && isFullyReleased(resource, complete)) {
      // Not written: watchers see the last stored state go, as the real server's do.
      if (!options.dryRun) this.store.remove(table, entry)
      return { object: withVersion(complete, current.metadata.resourceVersion), created: false }
    }
    const pay = write && this.admission.charge(write, complete)
    if (options.dryRun) return { object: withVersion(complete, current.metadata.resourceVersion), created: false }
    const { object: written } = this.store.replace(table, entry, toStored(resource, complete))
    pay?.()
    yield* prepared(resource, [written], 'served')
    return { object: served(resource, written), created: false }
  }

  /** Undefined where the server itself has nothing to say. */
  private serverWrite(
    resource: StoredResource,
    namespace: string | undefined,
    old: DynamicObject | undefined,
    { subresource, warn = () => {}, annotate = () => {} }: WriteOptions,
  ): ServerWrite | undefined {
    return subresource === undefined && this.admission.concerns(resource) ? { resource, namespace, old, warn, annotate } : undefined
  }

  /** Admits what others have changed since. */
  private admittingAgain(write: ServerWrite | undefined): (object: DynamicObject) => DynamicObject {
    if (write === undefined || !this.admission.changes(write.resource)) return (object) => object
    return (object) => {
      const draft = structuredClone(object) as Draft
      this.admission.admit(write, draft)
      return draft as DynamicObject
    }
  }

  /** What a client wants to be there, with its defaults, before the server adds its own. */
  private proposed(resource: StoredResource, object: DynamicObject, namespace: string | undefined, context: WriteContext): Draft {
    const { strategy } = resource
    const draft = structuredClone(object) as Draft
    draft['apiVersion'] = apiVersionOfResource(resource)
    draft['kind'] = resource.kind
    draft.metadata = sentMetadata(object.metadata, namespace)
    if (strategy.statusSeparated) restoreStatus(draft, resource.empty())
    strategy.defaults?.(draft, context)
    return draft
  }

  private newState(
    resource: StoredResource,
    draft: Draft,
    namespace: string | undefined,
    managedFields: ObjectMeta['managedFields'],
    context: WriteContext,
    { admission, warn }: WriteOptions,
  ): DynamicObject {
    const { strategy } = resource
    draft.metadata.uid = context.uid
    draft.metadata.creationTimestamp = formatTime(context.now)
    if (!draft.metadata.name && draft.metadata.generateName)
      draft.metadata.name = this.freeName(resource, namespace, draft.metadata.generateName)
    strategy.prepareCreate?.(draft, context)
    if (strategy.generation === true) draft.metadata.generation = 1
    const object = draft as DynamicObject
    admission?.check?.(object, undefined)
    const causes = [...validateNewMeta(object, metaRules(resource)), ...(strategy.validate?.(object, undefined, warn) ?? [])]
    if (causes.length > 0) throw invalid(resource, object.metadata.name ?? '', causes)
    return withManagedFields(object, managedFields)
  }

  /** An object that somebody changed on its way in, with the defaults that it may lack again. */
  withDefaults(resource: StoredResource, object: DynamicObject): DynamicObject {
    const draft = structuredClone(object) as Draft
    resource.strategy.defaults?.(draft, this.context)
    return draft as DynamicObject
  }

  private nextState(resource: StoredResource, current: DynamicObject, next: DynamicObject, options: UpdateOptions): DynamicObject {
    const { strategy } = resource
    const context = this.context
    const view = strategy.statusViews?.[options.subresource ?? '']
    const isStatus = isStatusWrite(resource, options)
    const source = isStatus ? withStatusOf(resource, current, next) : next
    const draft = structuredClone(source) as Draft
    if (!resource.keepsVersion) draft['apiVersion'] = apiVersionOfResource(resource)
    draft['kind'] = resource.kind
    draft.metadata = updatedMetadata(draft.metadata, current.metadata)
    if (strategy.statusSeparated && !isStatus && options.subresource !== 'finalize' && options.subresource !== 'binding')
      restoreStatus(draft, current)
    strategy.defaults?.(draft, context)
    if (view !== undefined) view(draft, current, context)
    else if (isStatus) strategy.prepareStatus?.(draft, current, context)
    else if (options.subresource !== 'finalize') strategy.prepareUpdate?.(draft, current, context)
    const object = draft as DynamicObject
    if (strategy.generation && !isStatus && options.subresource !== 'binding' && !sameDesired(resource, current, object))
      draft.metadata.generation = (current.metadata.generation ?? 0) + 1
    return object
  }

  private validateUpdate(resource: StoredResource, object: DynamicObject, current: DynamicObject, options: UpdateOptions): void {
    const { strategy } = resource
    const metaCauses = validateUpdatedMeta(object, current, metaRules(resource))
    const causes = [
      // The real server looks at metadata twice, once for all kinds and once for each, and says so in its causes.
      ...metaCauses,
      ...metaCauses,
      ...(strategy.validate?.(object, current, options.warn) ?? []),
      ...(isStatusWrite(resource, options) || options.subresource === 'binding' ? [] : (strategy.validateUpdate?.(object, current) ?? [])),
    ]
    if (causes.length > 0) throw invalid(resource, current.metadata.name ?? '', causes)
  }

  private tracked(
    resource: StoredResource,
    before: DynamicObject,
    after: DynamicObject,
    options: WriteOptions,
    context: WriteContext,
  ): ObjectMeta['managedFields'] {
    if (options.manager === undefined) return after.metadata.managedFields
    const { statusSeparated, metadataByStatus } = resource.strategy
    const ignored = isStatusWrite(resource, options) ? desiredFields(after, metadataByStatus) : statusSeparated ? statusFields : undefined
    return trackUpdate(before, after, {
      schema: resource.schema(),
      manager: {
        ...options.manager,
        operation: 'Update',
        apiVersion: apiVersionOfResource(resource),
        ...(options.subresource === undefined ? {} : { subresource: options.subresource }),
      },
      now: context.now,
      ...(ignored === undefined ? {} : { ignored }),
    })
  }

  private freeName(resource: StoredResource, namespace: string | undefined, base: string): string {
    let name = generateName(base, this.random)
    for (let tries = 1; tries < NAME_TRIES && this.find(resource, { namespace, name }) !== undefined; tries++)
      name = generateName(base, this.random)
    return name
  }
}

/** Makes what is not there yet. @returns whether it did */
export function provide(objects: Objects, resource: StoredResource, object: DynamicObject): boolean {
  const { name = '', namespace } = object.metadata
  if (objects.find(resource, { name, namespace }) !== undefined) return false
  objects.create(resource, object, namespace)
  return true
}

const isStatusWrite = ({ strategy }: StoredResource, { subresource }: WriteOptions): boolean =>
  subresource === 'status' || (subresource !== undefined && strategy.statusViews?.[subresource] !== undefined)

/** What a write to `/status` changes. */
function withStatusOf({ strategy }: StoredResource, current: DynamicObject, next: DynamicObject): DynamicObject {
  const changed = { ...current, status: next['status'] }
  if (strategy.metadataByStatus === undefined) return changed
  if (strategy.metadataByStatus === 'all') return { ...changed, metadata: next.metadata }
  const { labels: _sent, ...metadata } = next.metadata
  const { labels } = current.metadata
  return { ...changed, metadata: labels === undefined ? metadata : { ...metadata, labels } }
}

const metaRules = ({ namespaced, strategy, custom, group }: StoredResource): MetaRules => ({
  namespaced,
  name: strategy.name,
  qualifiedFinalizers: custom === undefined && group !== 'apiextensions.k8s.io' && strategy.anyFinalizer !== true,
})
