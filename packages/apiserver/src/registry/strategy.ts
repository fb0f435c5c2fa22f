import type { DynamicObject, ObjectMeta, StatusCause } from '@kubewright/core'
import type { User } from '../authn/user.ts'
import { type NameRule, subdomainName } from './object-meta.ts'

/** An object under construction: a private copy that hooks may change in place. */
export type Draft = { metadata: { -readonly [K in keyof ObjectMeta]: ObjectMeta[K] }; [field: string]: unknown }

export interface WriteContext {
  /** Wall-clock milliseconds. */
  readonly now: number
  /** A fresh UUID. */
  readonly uid: string
  /** Who creates; undefined: the server itself. */
  readonly user?: User
}

/** What is particular to one kind. Everything not said here is the same for all of them. */
export interface Strategy {
  /** @default DNS-1123 subdomain */
  readonly name: NameRule
  /** PUT without a resourceVersion overwrites. */
  readonly unconditionalUpdate: boolean
  /** PUT on a name that does not exist creates. */
  readonly createOnUpdate: boolean
  /** `status` is written through `/status` alone. */
  readonly statusSeparated: boolean
  /**
   * What of the metadata can be written through `/status` too: where a controller keeps what it knows beside what it sees. Annotations are
   * everything but the labels.
   * @default none, as with custom resources
   */
  readonly metadataByStatus?: 'all' | 'annotations'
  /** Finalizers may lack a path: the younger kinds of the real server do not look. */
  readonly anyFinalizer?: true
  /** `metadata.generation` counts changes of the desired state, and the creation as the first unless they count alone. */
  readonly generation: boolean | 'of-changes'
  /** Fills what the client left open; runs on every write, after decoding. */
  readonly defaults?: (draft: Draft, context: WriteContext) => void
  readonly prepareCreate?: (draft: Draft, context: WriteContext) => void
  readonly prepareUpdate?: (draft: Draft, old: DynamicObject, context: WriteContext) => void
  /** Runs on writes to `/status`, after `status` was taken over. */
  readonly prepareStatus?: (draft: Draft, old: DynamicObject, context: WriteContext) => void
  /** Subresources beside `status` through which a part of the status is written, and what becomes of a write to each. */
  readonly statusViews?: Readonly<Record<string, (draft: Draft, old: DynamicObject, context: WriteContext) => void>>
  /** `old` on updates: some rules forgive what was wrong before, and `warn` of it. */
  readonly validate?: (object: DynamicObject, old?: DynamicObject, warn?: (text: string) => void) => readonly StatusCause[]
  readonly validateUpdate?: (object: DynamicObject, old: DynamicObject) => readonly StatusCause[]
  /** Field selectors beyond metadata.name and metadata.namespace. */
  readonly selectable?: Readonly<Record<string, (object: DynamicObject) => string>>
  /** A DELETE answers with the object even when it is gone at once. */
  readonly returnsDeleted?: true
  /** Dependents are orphaned unless the DELETE says otherwise: what batch/v1 and v1 promised before there was a garbage collector. */
  readonly orphansByDefault?: true
  /** Told to who deletes without a word of what becomes of the dependents. */
  readonly deletionWarning?: string
  /** Beside the desired state, these changes count as a new generation. */
  readonly generationOf?: (object: DynamicObject) => unknown
  /** What a DELETE of a living object does beside marking it. */
  readonly deletion: Deletion
  /** Told to the client with every write: what this server does not do with the object. */
  readonly caveat?: string
  /** Told to the client with every request, in the real server's words. */
  readonly deprecation?: string
}

export type Deletion =
  /** Gone at once, or marked until its finalizers are gone. */
  | { readonly is: 'immediate' }
  /** Marked and kept for a grace period when something outside has to stop first (a pod on a node). */
  | { readonly is: 'graceful'; readonly gracePeriod: (object: DynamicObject, asked: number | undefined) => number }
  /** Always marked first, without generation or grace period; a controller of ours empties and removes it (namespaces, CRDs). */
  | {
      readonly is: 'marked'
      readonly mark: (draft: Draft, context: WriteContext) => void
      readonly ready: (object: DynamicObject) => boolean
    }

export const defaultStrategy: Strategy = {
  name: subdomainName,
  unconditionalUpdate: true,
  createOnUpdate: false,
  statusSeparated: false,
  generation: false,
  deletion: { is: 'immediate' },
}

/** The text of a path in an object, as field selectors compare it; absent is empty. */
export function textAt(...path: readonly string[]): (object: DynamicObject) => string {
  return (object) => {
    let value: unknown = object
    for (const key of path) value = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined
    return value === undefined || value === null ? '' : String(value)
  }
}
