import { type Clock, type DynamicObject, deepEqual, formatTime, isResourceVersion, type ObjectMeta } from '@kubewright/core'
import { desiredFields, type ManagerId, sameButTimes, statusFields, trackUpdate } from '../managed-fields/index.ts'
import { alreadyExists, conflict, forbidden, invalid, invalidValue, MODIFIED, notFound, storageError } from '../status/index.ts'
import type { Entry, Store } from '../storage/index.ts'
import { generateName } from './generated-name.ts'
import { admitToNamespace } from './namespace-admission.ts'
import { type MetaRules, validateNewMeta, validateUpdatedMeta } from './object-meta.ts'
import { isFullyReleased } from './removal.ts'
import { apiVersionOfResource, type StoredResource, served, toStored } from './resource.ts'
import type { Draft, WriteContext } from './strategy.ts'
import { keyOf, namespaceFor, type Target } from './target.ts'

export interface WriteOptions {
  readonly dryRun?: boolean
  /** Who writes; without it managedFields stay as they are (writes of the server itself). */
  readonly manager?: Omit<ManagerId, 'apiVersion' | 'operation' | 'subresource'>
  readonly subresource?: 'status' | 'scale' | 'finalize'
  /** The caller has settled managedFields itself (server-side apply). */
  readonly tracked?: boolean
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
}

/** With five random characters a clash is rare, and eight in a row say that the name space is full. */
const NAME_TRIES = 8

/** What may be done with objects, under all rules of the API but without HTTP. Synchronous: nothing comes between a check and its write. */
export class Objects {
  readonly store: Store
  private readonly clock: Clock
  private readonly random: () => number
  private readonly uuid: () => string

  constructor(options: ObjectsOptions) {
    this.store = options.store
    this.clock = options.clock
    this.random = options.random
    this.uuid = options.uuid
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

  get context(): WriteContext {
    return { now: this.clock.now(), uid: this.uuid() }
  }

  /** @throws Refusal */
  create(
    resource: StoredResource,
    object: DynamicObject,
    requestedNamespace: string | undefined,
    options: WriteOptions = {},
  ): DynamicObject {
    const namespace = namespaceFor(resource, object.metadata.namespace, requestedNamespace)
    const { strategy } = resource
    const context = this.context
    const draft = structuredClone(object) as Draft
    draft['apiVersion'] = apiVersionOfResource(resource)
    draft['kind'] = resource.kind
    draft.metadata = newMetadata(object.metadata, namespace, context)
    if (!draft.metadata.name && draft.metadata.generateName)
      draft.metadata.name = this.freeName(resource, namespace, draft.metadata.generateName)
    const name = draft.metadata.name ?? ''
    if (namespace !== undefined) admitToNamespace(this.store, resource, namespace, name)
    if (resource.custom?.terminating) throw forbidden(resource, name, 'create not allowed while custom resource definition is terminating')
    if (strategy.statusSeparated) restoreStatus(draft, resource.empty())
    strategy.defaults?.(draft, context)
    // Before the server adds its own: what nobody asked for has no owner.
    const managedFields = options.tracked
      ? draft.metadata.managedFields
      : this.tracked(resource, resource.empty(), draft as DynamicObject, options, context)
    strategy.prepareCreate?.(draft, context)
    if (strategy.generation) draft.metadata.generation = 1
    const causes = [...validateNewMeta(draft as DynamicObject, metaRules(resource)), ...(strategy.validate?.(draft as DynamicObject) ?? [])]
    if (causes.length > 0) throw invalid(resource, name, causes)
    if (object.metadata.resourceVersion) throw storageError('resourceVersion should not be set on objects to be created')
    const key = keyOf({ namespace, name })
    if (this.store.get(resource.storage.table, key) !== undefined) throw alreadyExists(resource, name)
    const complete = withManagedFields(draft as DynamicObject, managedFields)
    if (options.dryRun) return complete
    return served(resource, this.store.create(resource.storage.table, key, toStored(resource, complete)).object)
  }

  /** Reads, transforms and writes in one step. `transform` gets the object in this resource's version and returns it complete. @throws Refusal */
  update(
    resource: StoredResource,
    target: Target,
    transform: (current: DynamicObject) => DynamicObject,
    options: UpdateOptions = {},
  ): Written {
    const entry = this.store.get(resource.storage.table, keyOf(target))
    if (entry === undefined) {
      if (!(options.createMissing && resource.strategy.createOnUpdate)) throw notFound(resource, target.name)
      const { resourceVersion: _none, ...metadata } = transform({ metadata: {} }).metadata
      return { object: this.create(resource, { ...transform({ metadata: {} }), metadata }, target.namespace, options), created: true }
    }
    const current = served(resource, entry.object)
    const next = transform(current)
    checkLock(resource, target, current, next, options)
    const draft = this.nextState(resource, current, next, options)
    const managedFields = options.tracked ? next.metadata.managedFields : this.tracked(resource, current, draft, options, this.context)
    const complete = settle(current, withManagedFields(draft, managedFields))
    if (current.metadata.deletionTimestamp !== undefined && isFullyReleased(resource, complete)) {
      // Not written: watchers see the last stored state go, as the real server's do.
      if (!options.dryRun) this.store.remove(resource.storage.table, entry)
      return { object: withVersion(complete, current.metadata.resourceVersion), created: false }
    }
    if (options.dryRun) return { object: withVersion(complete, current.metadata.resourceVersion), created: false }
    return {
      object: served(resource, this.store.replace(resource.storage.table, entry, toStored(resource, complete)).object),
      created: false,
    }
  }

  private nextState(resource: StoredResource, current: DynamicObject, next: DynamicObject, options: UpdateOptions): DynamicObject {
    const { strategy } = resource
    const context = this.context
    const isStatus = options.subresource === 'status'
    const source = isStatus ? { ...current, status: next['status'] } : next
    const draft = structuredClone(source) as Draft
    draft['apiVersion'] = apiVersionOfResource(resource)
    draft['kind'] = resource.kind
    draft.metadata = updatedMetadata(draft.metadata, current.metadata)
    if (strategy.statusSeparated && !isStatus && options.subresource !== 'finalize') restoreStatus(draft, current)
    strategy.defaults?.(draft, context)
    if (isStatus) strategy.prepareStatus?.(draft, current, context)
    else if (options.subresource !== 'finalize') strategy.prepareUpdate?.(draft, current, context)
    const object = draft as DynamicObject
    if (strategy.generation && !isStatus && !sameDesired(resource, current, object))
      draft.metadata.generation = (current.metadata.generation ?? 0) + 1
    const metaCauses = validateUpdatedMeta(object, current, metaRules(resource))
    const causes = [
      // The real server looks at metadata twice, once for all kinds and once for each, and says so in its causes.
      ...metaCauses,
      ...metaCauses,
      ...(strategy.validate?.(object, current) ?? []),
      ...(isStatus ? [] : (strategy.validateUpdate?.(object, current) ?? [])),
    ]
    if (causes.length > 0) throw invalid(resource, current.metadata.name ?? '', causes)
    return object
  }

  private tracked(
    resource: StoredResource,
    before: DynamicObject,
    after: DynamicObject,
    options: WriteOptions,
    context: WriteContext,
  ): ObjectMeta['managedFields'] {
    if (options.manager === undefined) return after.metadata.managedFields
    const ignored = options.subresource === 'status' ? desiredFields(after) : resource.strategy.statusSeparated ? statusFields : undefined
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

const metaRules = ({ namespaced, strategy, custom, group }: StoredResource): MetaRules => ({
  namespaced,
  name: strategy.name,
  qualifiedFinalizers: custom === undefined && group !== 'apiextensions.k8s.io',
})

function newMetadata(given: ObjectMeta, namespace: string | undefined, { now, uid }: WriteContext): Draft['metadata'] {
  const {
    resourceVersion: _version,
    deletionTimestamp: _deleted,
    deletionGracePeriodSeconds: _grace,
    generation: _generation,
    namespace: _namespace,
    ...rest
  } = given
  return { ...rest, ...(namespace === undefined ? {} : { namespace }), uid, creationTimestamp: formatTime(now) }
}

/** What only the server sets is the server's, whatever was sent; what names the object may be left out. */
function updatedMetadata(sent: ObjectMeta, current: ObjectMeta): Draft['metadata'] {
  const {
    generation: _generation,
    resourceVersion: _version,
    deletionTimestamp: _deleted,
    deletionGracePeriodSeconds: _grace,
    ...rest
  } = sent
  const { name, namespace, uid, creationTimestamp, generation, deletionTimestamp, deletionGracePeriodSeconds, managedFields } = current
  const kept = { name, namespace, uid, creationTimestamp }
  const fixed = { generation, deletionTimestamp, deletionGracePeriodSeconds }
  return { ...defined(kept), ...rest, ...defined(fixed), ...(rest.managedFields === undefined ? defined({ managedFields }) : {}) }
}

function defined(fields: ObjectMeta | Readonly<Record<string, unknown>>): ObjectMeta {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}

function withManagedFields(object: DynamicObject, managedFields: ObjectMeta['managedFields']): DynamicObject {
  const { managedFields: _sent, ...metadata } = object.metadata
  return { ...object, metadata: managedFields === undefined ? metadata : { ...metadata, managedFields } }
}

function restoreStatus(draft: Draft, from: DynamicObject): void {
  if (from['status'] === undefined) delete draft['status']
  else draft['status'] = structuredClone(from['status'])
}

function sameDesired({ strategy }: StoredResource, a: DynamicObject, b: DynamicObject): boolean {
  const desired = (object: DynamicObject) => {
    const { metadata: _metadata, apiVersion: _apiVersion, status, ...rest } = object
    return strategy.statusSeparated ? rest : { ...rest, status }
  }
  return deepEqual(desired(a), desired(b)) && deepEqual(strategy.generationOf?.(a), strategy.generationOf?.(b))
}

/** A write that changes nothing but the times in managedFields is none: operators that write in a loop become quiet only so. */
const settle = (before: DynamicObject, after: DynamicObject): DynamicObject => (sameButTimes(before, after) ? before : after)

function withVersion(object: DynamicObject, resourceVersion: string | undefined): DynamicObject {
  return resourceVersion === undefined ? object : { ...object, metadata: { ...object.metadata, resourceVersion } }
}

function checkLock(resource: StoredResource, target: Target, current: DynamicObject, next: DynamicObject, options: UpdateOptions): void {
  const { resourceVersion } = next.metadata
  if (!resourceVersion) {
    const isPart = options.subresource === 'finalize' || options.subresource === 'scale'
    if (options.unconditional || resource.strategy.unconditionalUpdate || isPart) return
    const what = { group: resource.group, kind: resource.plural }
    throw invalid(what, target.name, [invalidValue('metadata.resourceVersion', 0, 'must be specified for an update')])
  }
  if (!isResourceVersion(resourceVersion))
    throw storageError(`strconv.ParseUint: parsing ${JSON.stringify(resourceVersion)}: invalid syntax`)
  if (resourceVersion !== current.metadata.resourceVersion) throw conflict(resource, target.name, MODIFIED)
}

/** Where etcd has what a client is told about by its key; the oldest kinds have moved since they were named. */
function registryPath({ group, plural, custom }: StoredResource): string {
  if (custom !== undefined || group === 'apiextensions.k8s.io' || group === 'apiregistration.k8s.io') return `${group}/${plural}`
  return MOVED[plural] ?? plural
}

const MOVED: Readonly<Record<string, string>> = {
  endpoints: 'services/endpoints',
  ingresses: 'ingress',
  nodes: 'minions',
  replicationcontrollers: 'controllers',
  services: 'services/specs',
}

/** The text of an update that names another incarnation of the object. */
export function uidConflict(resource: StoredResource, target: Target, given: string, actual: string): Error {
  const key = `/registry/${registryPath(resource)}/${keyOf(target)}`
  return conflict(
    resource,
    target.name,
    `StorageError: invalid object, Code: 4, Key: ${key}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: ${given}, UID in object meta: ${actual}`,
  )
}
