import type { ObjectName } from '@kubewright/client'
import { type Clock, compareResourceVersions, isResourceVersion, type KubeObject, objectKey, type ResourceType } from '@kubewright/core'
import type { WriteAttempt, WriteGuard } from '../writes/write-guard.ts'
import type { Informer } from './informer.ts'
import { isAbout, partsOf, type ResolvedScope } from './scope.ts'
import { selects } from './selects.ts'

/** A write of this program that was answered. */
export interface Written {
  readonly type: ResourceType
  /** As the server answered, as far as it is asked about. Of a deletion it may have no version, when the server told only what is gone. */
  readonly object: KubeObject
  readonly deleted: boolean
  /** Of a deletion without a version: the write before it, which must have been seen for "not there" to mean "not there any more". */
  readonly previous: Written | undefined
  /** Monotonic ms. */
  readonly at: number
}

/** Which writes are meant: all, those to one object, or those to what an object owns. */
export type WrittenTo = ObjectName | { readonly owner: string } | undefined

export type ScopedInformer = Pick<Informer<KubeObject>, 'get' | 'reached'> & {
  readonly type: Pick<ResourceType, 'group' | 'plural' | 'namespaced'>
  readonly scope: ResolvedScope
  /** Whether the object is this replica's to hold. */
  keeps(object: KubeObject): boolean
  /** Whether its watch shows the object as it is, and not only when something has been written to it that is still to come. */
  shows(object: KubeObject): boolean
}

/** Nobody waits for a write that is older: with bookmarks every minute and dead watches found after 70 s, a cache that is so late has lost its server. */
const FORGOTTEN_AFTER = 5 * 60_000
/** Of one resource. A program that is further ahead of its caches than that reads the oldest of its writes too late, and no memory is filled with them. */
const MOST_WRITES = 10_000

/**
 * What this program wrote that its caches may not show yet, by resource and object. A write is forgotten when every informer of its resource
 * has seen it.
 */
export class WrittenVersions implements WriteGuard {
  readonly #clock: Clock
  readonly #informersOf: (type: ResourceType) => readonly ScopedInformer[]
  readonly #resources = new Map<string, Map<string, Written>>()

  constructor(clock: Clock, informersOf: (type: ResourceType) => readonly ScopedInformer[]) {
    this.#clock = clock
    this.#informersOf = informersOf
  }

  /** How many writes are remembered. */
  get size(): number {
    let size = 0
    for (const writes of this.#resources.values()) size += writes.size
    return size
  }

  after({ type, verb, dryRun }: WriteAttempt, object: KubeObject): void {
    const { name, uid, resourceVersion = '' } = object.metadata
    const deleted = verb === 'delete'
    if (dryRun || !name || (!isResourceVersion(resourceVersion) && !(deleted && uid !== undefined))) return
    const resource = resourceOf(type)
    const writes = this.#resources.get(resource) ?? new Map<string, Written>()
    this.#resources.set(resource, writes)
    const key = objectKey(object)
    const before = writes.get(key)
    // Answers may overtake each other.
    if (before !== undefined && isNewer(before.object, object)) return
    writes.delete(key)
    const previous = resourceVersion === '' ? before : undefined
    writes.set(key, { type, object: this.#asked(type, object), deleted, previous, at: this.#clock.monotonic() })
    this.#tidy(resource, writes)
  }

  /** The writes that the informer should show, and does not yet. */
  unseenBy(informer: ScopedInformer, to?: WrittenTo): readonly Written[] {
    const writes = this.#resources.get(resourceOf(informer.type))
    if (writes === undefined) return []
    if (to !== undefined && 'name' in to) {
      const written = writes.get(to.namespace ? `${to.namespace}/${to.name}` : to.name)
      return written !== undefined && !this.#isOver(written) && !hasSeen(informer, written) ? [written] : []
    }
    const unseen: Written[] = []
    for (const [key, written] of writes) {
      if (this.#isOver(written)) writes.delete(key)
      else if ((to === undefined || concerns(informer, written, to.owner)) && !hasSeen(informer, written)) unseen.push(written)
    }
    return unseen
  }

  /** Its content tells whether a watch shows it only where fields are selected; ten thousand large objects are too much to keep for nothing. */
  #asked(type: ResourceType, object: KubeObject): KubeObject {
    const informers = this.#informersOf(type)
    if (informers.some(({ scope }) => scope.parts.some(({ fieldSelector }) => fieldSelector !== undefined))) return object
    const { managedFields: _, annotations: __, ...metadata } = object.metadata
    return { metadata }
  }

  /** The oldest are looked at, two for each new one: so what was seen goes, at the cost of two looks per write. */
  #tidy(resource: string, writes: Map<string, Written>): void {
    let looks = 2
    for (const [key, written] of writes) {
      if (looks-- === 0) break
      if (this.#isOver(written) || writes.size > MOST_WRITES) writes.delete(key)
    }
    if (writes.size === 0) this.#resources.delete(resource)
  }

  #isOver(written: Written): boolean {
    if (this.#clock.monotonic() - written.at > FORGOTTEN_AFTER) return true
    const informers = this.#informersOf(written.type)
    return informers.length > 0 && informers.every((informer) => hasSeen(informer, written))
  }
}

/** Whether the informer is as new as the write, or the write is none of its concern. */
export function hasSeen(informer: ScopedInformer, { object, deleted, previous }: Written): boolean {
  const { name = '', namespace, uid, resourceVersion } = object.metadata
  const part = partsOf(informer.scope, informer.type.namespaced).find((one) => isAbout(one, namespace ?? ''))
  if (part === undefined) return true
  const held = informer.get(name, namespace)
  if (resourceVersion === undefined) return held?.metadata.uid !== uid && (previous === undefined || hasSeen(informer, previous))
  // What a label has to make visible first is not shown by a watch that has come so far.
  if ((deleted || informer.shows(object)) && informer.reached(resourceVersion, namespace)) return true
  // What is held and no longer selected goes with an event that will come; what was never selected has none.
  return held === undefined ? !selects(part, object) || !informer.keeps(object) : !isNewer(object, held)
}

/** An answer to a deletion may not say whose the object was: the cache's copy does. */
function concerns(informer: ScopedInformer, { object }: Written, owner: string): boolean {
  const { name = '', namespace, ownerReferences } = object.metadata
  // Keys do not: then it is waited for, whosever it was.
  if (ownerReferences === undefined && informer.scope.keep === 'keys') return true
  const owners = ownerReferences ?? informer.get(name, namespace)?.metadata.ownerReferences ?? []
  return owners.some(({ uid }) => uid === owner)
}

function isNewer({ metadata: a }: KubeObject, { metadata: b }: KubeObject): boolean {
  const [one = '', other = ''] = [a.resourceVersion, b.resourceVersion]
  return isResourceVersion(one) && isResourceVersion(other) && compareResourceVersions(one, other) > 0
}

/** Versions of one resource have one order, whichever version of its API they were got by. */
const resourceOf = ({ group, plural }: Pick<ResourceType, 'group' | 'plural'>): string => `${plural}.${group}`
