import type { DynamicObject, OwnerReference } from '@kubewright/core'
import type { Change } from '../storage/index.ts'

/** Where an object is kept. */
export interface Place {
  readonly table: string
  readonly key: string
}

/** Who is owned by whom, by uid; kept in step with the log. */
export class OwnerGraph {
  private readonly places = new Map<string, Place>()
  private readonly dependents = new Map<string, Set<string>>()

  follow({ type, resource, current, previous }: Change): void {
    const uid = current.object.metadata.uid ?? ''
    for (const { uid: owner } of previous === undefined ? [] : ownersOf(previous.object)) this.unlink(owner, uid)
    if (type === 'delete') {
      this.places.delete(uid)
      return
    }
    this.places.set(uid, { table: resource, key: current.key })
    for (const { uid: owner } of ownersOf(current.object)) this.link(owner, uid)
  }

  place(uid: string): Place | undefined {
    return this.places.get(uid)
  }

  dependentsOf(uid: string): readonly string[] {
    return [...(this.dependents.get(uid) ?? [])]
  }

  private link(owner: string, dependent: string): void {
    const group = this.dependents.get(owner)
    if (group === undefined) this.dependents.set(owner, new Set([dependent]))
    else group.add(dependent)
  }

  private unlink(owner: string, dependent: string): void {
    const group = this.dependents.get(owner)
    group?.delete(dependent)
    if (group?.size === 0) this.dependents.delete(owner)
  }
}

export const ownersOf = ({ metadata }: DynamicObject): readonly OwnerReference[] => metadata.ownerReferences ?? []
