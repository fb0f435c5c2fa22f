import type { KubeObject, OwnerReference } from './meta.ts'

/**
 * A reference to put into a dependent's `metadata.ownerReferences`. With `controller` (the default) the owner is the one that manages the
 * dependent, of which there may be one only; deletion of the owner in the foreground then waits for the dependent.
 * @throws Error when the owner lacks apiVersion, kind, name or uid: it was not read from a server.
 */
export function ownerReferenceTo(owner: KubeObject, options: { readonly controller?: boolean } = {}): OwnerReference {
  const { controller = true } = options
  const { apiVersion, kind } = owner
  const { name, uid } = owner.metadata
  const missing = Object.entries({ apiVersion, kind, 'metadata.name': name, 'metadata.uid': uid }).flatMap(([field, value]) =>
    value ? [] : [field],
  )
  if (!apiVersion || !kind || !name || !uid) {
    throw new Error(
      `${kind ?? 'object'} "${name ?? ''}" cannot be an owner: it has no ${missing.join(', no ')}; use the object as the server returned it`,
    )
  }
  const reference = { apiVersion, kind, name, uid }
  return controller ? { ...reference, controller: true, blockOwnerDeletion: true } : reference
}

/** The owner that controls the object, or `undefined` when none does. */
export function controllerOf(object: KubeObject): OwnerReference | undefined {
  return object.metadata.ownerReferences?.find((reference) => reference.controller === true)
}

/** Whether both name the same object. The uid alone decides: a name lives on when an object is deleted and made anew. */
export function sameOwner(a: { readonly uid: string }, b: { readonly uid: string }): boolean {
  return a.uid === b.uid
}

/**
 * The references with `reference` among them, replacing the one to the same owner; the same array when it says so already.
 * @throws Error when another owner controls already, which the server would refuse too.
 */
export function withOwnerReference(
  references: readonly OwnerReference[] | undefined,
  reference: OwnerReference,
): readonly OwnerReference[] {
  const all = references ?? []
  const rival = reference.controller ? all.find((other) => other.controller && !sameOwner(other, reference)) : undefined
  if (rival) {
    throw new Error(`${reference.kind} "${reference.name}" cannot control the object: ${rival.kind} "${rival.name}" controls it already`)
  }
  const at = all.findIndex((other) => sameOwner(other, reference))
  if (at === -1) return [...all, reference]
  return sameReference(all[at]!, reference) ? all : all.with(at, reference)
}

/** The references without the one to `owner`; the same array when it is not among them. */
export function withoutOwnerReference(
  references: readonly OwnerReference[] | undefined,
  owner: { readonly uid: string },
): readonly OwnerReference[] {
  const all = references ?? []
  return all.some((other) => sameOwner(other, owner)) ? all.filter((other) => !sameOwner(other, owner)) : all
}

function sameReference(a: OwnerReference, b: OwnerReference): boolean {
  return (
    a.apiVersion === b.apiVersion &&
    a.kind === b.kind &&
    a.name === b.name &&
    (a.controller ?? false) === (b.controller ?? false) &&
    (a.blockOwnerDeletion ?? false) === (b.blockOwnerDeletion ?? false)
  )
}
