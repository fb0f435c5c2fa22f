import { controllerOf, type KubeObject, parseApiVersion } from '@kubewright/core'
import type { Relative } from '../model/object-page.ts'
import type { Catalogue } from './catalogue.ts'
import { kindName, objectId } from './identity.ts'

/** An owner's owner's owner is the longest chain that anybody has seen; a ring of owners must end too. */
const DEEPEST = 8
const MOST_CHILDREN = 200

/** From the top down to the one that owns the object itself. */
export function ownersOf(object: KubeObject, catalogue: Catalogue): readonly Relative[] {
  const owners: Relative[] = []
  let current: KubeObject | undefined = object
  while (current !== undefined && owners.length < DEEPEST) {
    const reference: { apiVersion: string; kind: string; name: string } | undefined =
      controllerOf(current) ?? current.metadata.ownerReferences?.[0]
    if (reference === undefined) break
    const kind = kindName({ kind: reference.kind, group: parseApiVersion(reference.apiVersion).group })
    const beside = objectId(kind, { namespace: current.metadata.namespace, name: reference.name })
    // Owners are in the object's namespace, or in none.
    const id: string = catalogue.row(beside) === undefined ? objectId(kind, { name: reference.name }) : beside
    const row = catalogue.row(id)
    owners.unshift({
      id: row === undefined ? beside : id,
      kind,
      name: reference.name,
      health: row?.health ?? 'none',
      reason: row?.reason ?? '',
      known: row !== undefined,
    })
    current = catalogue.object(id)
  }
  return owners
}

export function childrenOf(object: KubeObject, catalogue: Catalogue): readonly Relative[] {
  const { uid } = object.metadata
  if (uid === undefined) return []
  return catalogue
    .childrenOf(uid)
    .slice(0, MOST_CHILDREN)
    .map(({ id, kind, name, health, reason }) => ({ id, kind, name, health, reason, known: true }))
}
