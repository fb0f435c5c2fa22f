import { type DynamicObject, type OwnerReference, parseApiVersion, withoutFinalizer } from '@kubewright/core'
import { isRefusal, type PropagationPolicy, remove } from '../registry/removal.ts'
import type { StoredResource } from '../registry/resource.ts'
import type { Entry } from '../storage/index.ts'
import { type Controller, type ControllerContext, Tables, targetOfObject } from './context.ts'
import { OwnerGraph, ownersOf } from './owner-graph.ts'
import { WorkLoop } from './work-loop.ts'

/** Holds an owner until its dependents are gone. */
const FOREGROUND = 'foregroundDeletion'
/** Holds an owner until its dependents no longer name it. */
const ORPHAN = 'orphan'

interface Found {
  readonly resource: StoredResource
  readonly entry: Entry
}

/**
 * Deletes what lost its last owner, and does the parts of foreground and orphan deletion that the API server leaves to it. The rules are those
 * of kube-controller-manager's garbage collector: an owner counts by uid, and one of a kind that is not served is never taken for gone.
 */
export class GarbageCollector implements Controller {
  private readonly context: ControllerContext
  private readonly tables: Tables
  private readonly graph = new OwnerGraph()
  private readonly loop: WorkLoop
  private readonly unsubscribe: () => void

  constructor(context: ControllerContext) {
    this.context = context
    this.tables = new Tables(context.catalog)
    this.loop = new WorkLoop({ clock: context.clock, log: context.log, name: 'garbage collector', work: (uid) => this.attend(uid) })
    this.unsubscribe = context.objects.store.subscribe((change) => {
      this.graph.follow(change)
      const { metadata } = change.current.object
      const uid = metadata.uid ?? ''
      if (change.type === 'delete') this.wakeDependents(uid, ownersOf(change.current.object))
      else if (metadata.deletionTimestamp !== undefined || ownersOf(change.current.object).length > 0) this.loop.add(uid)
    })
  }

  stop(): void {
    this.unsubscribe()
    this.loop.stop()
  }

  /** A deleted object may have been what its dependents lived for, and what its owner waited for. */
  private wakeDependents(uid: string, owners: readonly OwnerReference[]): void {
    for (const dependent of this.graph.dependentsOf(uid)) this.loop.add(dependent)
    for (const owner of owners) this.loop.add(owner.uid)
  }

  private attend(uid: string): void {
    const found = this.find(uid)
    if (found === undefined) return
    const { metadata } = found.entry.object
    if (metadata.deletionTimestamp !== undefined) {
      if (metadata.finalizers?.includes(ORPHAN)) this.orphan(found, uid)
      else if (metadata.finalizers?.includes(FOREGROUND)) this.deleteDependentsFirst(found, uid)
      return
    }
    if (ownersOf(found.entry.object).length > 0) this.judge(found, uid)
  }

  private orphan(owner: Found, uid: string): void {
    for (const dependent of this.graph.dependentsOf(uid)) this.dropOwners(dependent, new Set([uid]))
    this.releaseFinalizer(owner, ORPHAN)
  }

  private deleteDependentsFirst(owner: Found, uid: string): void {
    const dependents = this.graph.dependentsOf(uid)
    const isBlocking = (dependent: string) =>
      ownersOf(this.find(dependent)?.entry.object ?? { metadata: {} }).some(
        (reference) => reference.uid === uid && reference.blockOwnerDeletion === true,
      )
    if (dependents.some(isBlocking)) for (const dependent of dependents) this.loop.add(dependent)
    else this.releaseFinalizer(owner, FOREGROUND)
  }

  /** Whether an object still has an owner to live for. */
  private judge({ resource, entry }: Found, uid: string): void {
    const { object } = entry
    const states = ownersOf(object).map((reference) => ({ uid: reference.uid, state: this.stateOf(reference, object) }))
    const isGone = ({ state }: { readonly state: string }) => state !== 'living'
    if (states.some(({ state }) => state === 'living')) {
      const lost = states.filter(isGone).map((each) => each.uid)
      if (lost.length > 0) this.dropOwners(uid, new Set(lost))
      return
    }
    const dependents = this.graph.dependentsOf(uid)
    if (!states.some(({ state }) => state === 'waiting') || dependents.length === 0) {
      this.delete(resource, object, ownPolicy(object))
      return
    }
    // Its owner waits for it, and it would wait for who may, over others, wait for that owner: of a circle nothing would ever go.
    if (dependents.some((dependent) => this.waits(dependent))) this.rewrite({ resource, entry }, withoutBlocking)
    this.delete(resource, object, 'Foreground')
  }

  /** For its dependents to go. */
  private waits(uid: string): boolean {
    const { deletionTimestamp, finalizers } = this.find(uid)?.entry.object.metadata ?? {}
    return deletionTimestamp !== undefined && finalizers?.includes(FOREGROUND) === true
  }

  private stateOf(reference: OwnerReference, dependent: DynamicObject): 'living' | 'gone' | 'waiting' {
    const { group, version } = parseApiVersion(reference.apiVersion)
    const kind = this.context.catalog.ofKind(group, reference.kind, version) ?? this.context.catalog.ofKind(group, reference.kind)
    // The kind may come back, and with it the owner.
    if (kind === undefined) return 'living'
    // A cluster's object cannot be owned by a namespaced one; the reference is wrong and proves nothing.
    if (kind.namespaced && dependent.metadata.namespace === undefined) return 'living'
    const owner = this.find(reference.uid)
    if (owner === undefined) return 'gone'
    const { namespace } = owner.entry.object.metadata
    if (namespace !== undefined && namespace !== dependent.metadata.namespace) return 'gone'
    return this.waits(reference.uid) ? 'waiting' : 'living'
  }

  private delete(resource: StoredResource, object: DynamicObject, propagationPolicy: PropagationPolicy | undefined): void {
    const preconditions = object.metadata.uid === undefined ? {} : { preconditions: { uid: object.metadata.uid } }
    try {
      remove(this.context.objects, resource, targetOfObject(object), {
        ...preconditions,
        ...(propagationPolicy === undefined ? {} : { propagationPolicy }),
      })
    } catch (error) {
      if (!isRefusal(error, 404) && !isRefusal(error, 409)) throw error
    }
  }

  private dropOwners(uid: string, lost: ReadonlySet<string>): void {
    const found = this.find(uid)
    if (found === undefined) return
    this.rewrite(found, (object) => {
      const { ownerReferences = [], ...metadata } = object.metadata
      const kept = ownerReferences.filter((reference) => !lost.has(reference.uid))
      return { ...object, metadata: kept.length === 0 ? metadata : { ...metadata, ownerReferences: kept } }
    })
  }

  private releaseFinalizer(found: Found, finalizer: string): void {
    this.rewrite(found, (object) => withoutFinalizer(object, finalizer))
  }

  private rewrite({ resource, entry }: Found, change: (object: DynamicObject) => DynamicObject): void {
    this.context.objects.update(resource, targetOfObject(entry.object), change, { unconditional: true })
  }

  private find(uid: string): Found | undefined {
    const place = this.graph.place(uid)
    const resource = place && this.tables.find(place.table)
    const entry = place && this.context.objects.store.get(place.table, place.key)
    return resource === undefined || entry === undefined ? undefined : { resource, entry }
  }
}

function withoutBlocking({ metadata, ...rest }: DynamicObject): DynamicObject {
  const ownerReferences = (metadata.ownerReferences ?? []).map(({ blockOwnerDeletion: _blocks, ...reference }) => reference)
  return { ...rest, metadata: { ...metadata, ownerReferences } }
}

/** What the object's finalizers already say of how it wants to go; a collected object keeps nobody back otherwise. */
function ownPolicy({ metadata }: DynamicObject): PropagationPolicy {
  if (metadata.finalizers?.includes(ORPHAN)) return 'Orphan'
  return metadata.finalizers?.includes(FOREGROUND) ? 'Foreground' : 'Background'
}
