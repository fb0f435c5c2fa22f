import type { Schema } from '../schema/index.ts'

/** What a group-version serves. */
export interface GroupVersionResources {
  /** Empty for the core group. */
  readonly group: string
  readonly version: string
  readonly resources: readonly OpenApiResource[]
}

export interface OpenApiResource {
  readonly plural: string
  readonly kind: string
  readonly namespaced: boolean
  /** The schema of a custom kind. Built-in kinds have theirs from the table of built-in types. */
  readonly schema?: Schema
  readonly builtin: boolean
  /** Such as `status` and `scale`. */
  readonly subresources: readonly string[]
}
