import type { ScaleMapping, StoredResource, Subresource } from '../resource.ts'
import type { Strategy } from '../strategy.ts'

/** A kind of the API as a row of data; what is not said is as for most kinds. */
export interface BuiltinKind {
  readonly kind: string
  readonly plural: string
  readonly cluster?: true
  readonly short?: readonly string[]
  readonly categories?: readonly string[]
  readonly verbs?: readonly string[]
  readonly strategy?: Strategy
  /** Beside `status`, which follows from the strategy, and `scale`, which follows from {@link scale}. */
  readonly subresources?: readonly Subresource[]
  readonly scale?: ScaleMapping
  /** Where and as what the objects lie, of a kind that is a view of another. */
  readonly storage?: StoredResource['storage']
  readonly conversion?: StoredResource['conversion']
}

export interface GroupKinds {
  readonly group: string
  readonly version: string
  readonly kinds?: readonly BuiltinKind[]
  /** What is computed and not kept. */
  readonly actions?: readonly ActionKind[]
}

export interface ActionKind {
  readonly kind: string
  readonly plural: string
  readonly namespaced?: true
}

export const ALL_VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch']
export const SUBRESOURCE_VERBS = ['get', 'patch', 'update']

/** `kubectl get all` shows these. */
export const ALL = ['all']
export const EXTENSIONS = ['api-extensions']
