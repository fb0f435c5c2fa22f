import type { KubeObject, OwnerReference } from 'kubewright'

export interface Ownership {
  readonly references: readonly OwnerReference[]
  readonly notes: readonly string[]
}

/**
 * References to owners that are still there stay; to those restored in the same run they get the new uid (`restored`: the new by the old); others are left out,
 * for the server deletes at once what names an owner that does not exist.
 */
export async function ownersNow(
  references: readonly OwnerReference[],
  restored: ReadonlyMap<string, string>,
  lookUp: (reference: OwnerReference) => Promise<string | undefined>,
): Promise<Ownership> {
  const kept: OwnerReference[] = []
  const notes: string[] = []
  for (const reference of references) {
    const mapped = restored.get(reference.uid)
    const uid = mapped ?? (await lookUp(reference))
    if (uid !== undefined && (mapped !== undefined || uid === reference.uid)) kept.push({ ...reference, uid })
    else {
      const why = uid === undefined ? 'is gone' : 'is another one by now'
      notes.push(`its owner ${reference.kind} "${reference.name}" ${why}: it is restored without that owner`)
    }
  }
  return { references: kept, notes }
}

/** Owners before what they own; what is of no namespace before what is in one; else as given. */
export function ownersFirst<T extends { readonly object: KubeObject }>(items: readonly T[]): readonly T[] {
  const byUid = new Map(items.map((item) => [item.object.metadata.uid, item]))
  const placed = new Set<T>()
  const place = (item: T) => {
    if (placed.has(item)) return
    // Before its owners are looked at: two that name each other must not be an endless search.
    placed.add(item)
    for (const { uid } of item.object.metadata.ownerReferences ?? []) {
      const owner = byUid.get(uid)
      if (owner !== undefined) place(owner)
    }
    placed.delete(item)
    placed.add(item)
  }
  const [inNone, inSome] = [items.filter(isOfNoNamespace), items.filter((item) => !isOfNoNamespace(item))]
  for (const item of [...inNone, ...inSome]) place(item)
  return [...placed]
}

const isOfNoNamespace = ({ object }: { readonly object: KubeObject }) => object.metadata.namespace === undefined
