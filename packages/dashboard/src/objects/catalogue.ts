// The watched objects as rows, and where to find each of them. The objects themselves are the caches': nothing is kept of them here but a row.
import { type KubeObject, parseTime } from '@kubewright/core'
import type { ObjectRow } from '../model/snapshot.ts'
import type { SourceInformer, SourceWatch } from '../source.ts'
import { healthOf } from './health.ts'
import { objectId } from './identity.ts'

/** A list of more is no list for people: whoever has more looks by name. */
const MOST_LISTED = 50_000

interface Listed {
  readonly row: ObjectRow
  /** Several informers may show an object: the first that shows all of it speaks for it. */
  readonly holder: SourceInformer
  readonly isWhole: boolean
}

export class Catalogue {
  readonly #listed = new Map<string, Listed>()
  /** By uid, the ids of those that name it as their owner. */
  readonly #children = new Map<string, Set<string>>()
  readonly #most: number
  #unlisted = 0

  constructor(most = MOST_LISTED) {
    this.#most = most
  }

  get size(): number {
    return this.#listed.size
  }

  /** Objects that came when the list was full. */
  get unlisted(): number {
    return this.#unlisted
  }

  /** The row as it is now; `undefined` when another informer speaks for the object, or the list is full. `changed`: wall-clock ms, if it was seen to change. */
  put(
    kind: string,
    object: KubeObject,
    { informer: holder, metadataOnly }: SourceWatch,
    changed: number | undefined,
  ): ObjectRow | undefined {
    const id = objectId(kind, object.metadata)
    const known = this.#listed.get(id)
    if (known !== undefined && known.holder !== holder && (known.isWhole || metadataOnly)) return undefined
    if (known === undefined && this.#listed.size >= this.#most) {
      this.#unlisted++
      return undefined
    }
    const created = known?.row.created ?? createdAt(object)
    const row = rowOf(id, kind, object, { created, changed: changed ?? known?.row.changed ?? created })
    this.#listed.set(id, { row, holder, isWhole: !metadataOnly })
    for (const { uid } of object.metadata.ownerReferences ?? []) this.#adopt(uid, id)
    return row
  }

  /** The row that is gone; `undefined` when another informer speaks for the object. */
  remove(kind: string, object: KubeObject, holder: SourceInformer): ObjectRow | undefined {
    const id = objectId(kind, object.metadata)
    const known = this.#listed.get(id)
    if (known?.holder !== holder) return undefined
    this.#listed.delete(id)
    for (const { uid } of object.metadata.ownerReferences ?? []) this.#abandon(uid, id)
    return known.row
  }

  /** The rows that this informer speaks for, which has ended. */
  removeAll(holder: SourceInformer): readonly string[] {
    const ids = [...this.#listed].flatMap(([id, listed]) => (listed.holder === holder ? [id] : []))
    for (const id of ids) this.#listed.delete(id)
    return ids
  }

  row(id: string): ObjectRow | undefined {
    return this.#listed.get(id)?.row
  }

  object(id: string): KubeObject | undefined {
    const listed = this.#listed.get(id)
    return listed?.holder.get(listed.row.name, listed.row.namespace === '' ? undefined : listed.row.namespace)
  }

  childrenOf(uid: string): readonly ObjectRow[] {
    return [...(this.#children.get(uid) ?? [])].flatMap((id) => this.row(id) ?? [])
  }

  rows(): readonly ObjectRow[] {
    return [...this.#listed.values()].map(({ row }) => row)
  }

  #adopt(uid: string, child: string): void {
    const children = this.#children.get(uid) ?? new Set()
    this.#children.set(uid, children.add(child))
  }

  #abandon(uid: string, child: string): void {
    const children = this.#children.get(uid)
    children?.delete(child)
    if (children?.size === 0) this.#children.delete(uid)
  }
}

function createdAt({ metadata: { creationTimestamp } }: KubeObject): number {
  return (creationTimestamp === undefined ? undefined : parseTime(creationTimestamp)) ?? 0
}

function rowOf(id: string, kind: string, object: KubeObject, times: Pick<ObjectRow, 'created' | 'changed'>): ObjectRow {
  const { name = '', namespace = '' } = object.metadata
  return { id, kind, namespace, name, ...healthOf(object), ...times }
}
