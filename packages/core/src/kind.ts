import type { DynamicObject, KubeObject } from './meta.ts'

/** A kind in one of its versions. */
export interface GroupVersionKind {
  /** Empty for the core group. */
  readonly group: string
  readonly version: string
  readonly kind: string
}

declare const objectType: unique symbol

/**
 * A kind as programs name it, with the type of its objects. `plural` and `namespaced` are known for built-in and own kinds; where they are
 * missing the client asks the server's discovery, never guesses a plural.
 */
export interface Kind<T extends KubeObject = DynamicObject> extends GroupVersionKind {
  readonly plural?: string
  readonly namespaced?: boolean
  /** Carries the type of the kind's objects; never set at run time. */
  readonly [objectType]?: T
}

/** A kind with everything known that a URL needs. */
export interface ResourceType<T extends KubeObject = DynamicObject> extends Kind<T> {
  readonly plural: string
  readonly namespaced: boolean
}

/** `v1` for the core group, else `group/version`. */
export function apiVersionOf(kind: { readonly group: string; readonly version: string }): string {
  return kind.group === '' ? kind.version : `${kind.group}/${kind.version}`
}

/** Splits an `apiVersion`. @throws Error when it has more than one slash or an empty part. */
export function parseApiVersion(apiVersion: string): { group: string; version: string } {
  const parts = apiVersion.split('/')
  if (parts.length > 2 || parts.some((part) => part === '')) {
    throw new Error(`apiVersion "${apiVersion}" is malformed: write "v1" or "group/version"`)
  }
  return parts.length === 1 ? { group: '', version: parts[0]! } : { group: parts[0]!, version: parts[1]! }
}

/** The kind an object says it is of. @throws Error when it does not say. */
export function kindOf(object: KubeObject): GroupVersionKind {
  if (!object.apiVersion || !object.kind) throw new Error(`object "${object.metadata.name ?? ''}" has no apiVersion or no kind`)
  return { ...parseApiVersion(object.apiVersion), kind: object.kind }
}

/** `Kind.group/version` for messages and map keys: `Deployment.apps/v1`, `Pod.v1`. */
export function describeKind(kind: GroupVersionKind): string {
  return `${kind.kind}.${apiVersionOf(kind)}`
}
