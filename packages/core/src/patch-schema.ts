/**
 * What a strategic merge patch must know of an object's type: how lists merge, which Kubernetes keeps in its Go types (`patchStrategy`,
 * `patchMergeKey`) and publishes as `x-kubernetes-patch-strategy` and `x-kubernetes-patch-merge-key`.
 *
 * It is asked by key, one step at a time, so that it may be built lazily and may refer to itself.
 */
export interface PatchSchema {
  /**
   * The value under `key`; of a map with arbitrary keys, the one answer for all of them. `undefined`: nothing is known, so objects merge key by
   * key and lists are replaced.
   */
  property(key: string): PatchProperty | undefined
}

/** How a strategic merge patch treats a field. */
export interface PatchProperty {
  /**
   * Of a list: `merge` unites scalars and merges objects by `mergeKey`, `replace` takes the patch's list. Of an object: `replace` takes the
   * patch's object. @default lists are replaced, objects merge
   */
  readonly strategy?: 'merge' | 'replace'
  /** The field that tells the objects of a merging list apart, such as `name` for containers. */
  readonly mergeKey?: string
  /** The type of the object, or of the objects in the list. @default nothing is known of it */
  readonly schema?: PatchSchema
}

/** The schema of which nothing is known: a strategic merge patch works as a merge patch with directives. */
export const unknownPatchSchema: PatchSchema = { property: () => undefined }
