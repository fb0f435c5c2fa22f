import {
  describeKind,
  type GroupVersionKind,
  type KubeObject,
  parseFieldSelector,
  parseLabelSelector,
  printFieldSelector,
  printLabelSelector,
} from '@kubewright/core'

/** What part of a kind is wanted. Selectors are the server's work: what they leave out never comes over the wire. */
export interface InformerScope<T extends KubeObject = KubeObject> {
  /** Short for `namespaces` with one. */
  readonly namespace?: string | undefined
  /** One watch for each. @default the manager's namespaces, which by default are all, with one watch */
  readonly namespaces?: readonly string[] | undefined
  readonly labelSelector?: string | undefined
  readonly fieldSelector?: string | undefined
  /** Only apiVersion, kind and metadata: a fraction of the bytes and of the heap. @default false */
  readonly metadataOnly?: boolean
  /** Keeps `metadata.managedFields`, about half of an object's bytes. @default false */
  readonly managedFields?: boolean
  /** What is kept of an object, applied once before it is stored. The same function must be passed to share a watch. */
  readonly transform?: ((object: T) => T) | undefined
}

/** A scope with everything said. */
export interface ResolvedScope<T extends KubeObject> {
  /** Empty: all namespaces with one watch. */
  readonly namespaces: readonly string[]
  readonly labelSelector: string | undefined
  readonly fieldSelector: string | undefined
  readonly metadataOnly: boolean
  readonly managedFields: boolean
  readonly transform: ((object: T) => T) | undefined
}

/** Selectors are written in one way, so that `a=1,b=2` and `b=2, a=1` share a watch. @throws SelectorError */
export function resolveScope<T extends KubeObject>(scope: InformerScope<T>, defaultNamespaces: readonly string[]): ResolvedScope<T> {
  const { namespace, namespaces = namespace ? [namespace] : defaultNamespaces, labelSelector, fieldSelector } = scope
  return {
    namespaces: [...new Set(namespaces)].sort(),
    labelSelector: canonical(labelSelector, (text) => printLabelSelector(parseLabelSelector(text))),
    fieldSelector: canonical(fieldSelector, (text) => printFieldSelector(parseFieldSelector(text))),
    metadataOnly: scope.metadataOnly ?? false,
    managedFields: scope.managedFields ?? false,
    transform: scope.transform,
  }
}

/** Names the watch in messages and as the key under which it is shared; `transform` is told apart by its number. */
export function scopeKey(kind: GroupVersionKind, scope: ResolvedScope<KubeObject>, transform: number): string {
  const { namespaces, labelSelector, fieldSelector, metadataOnly, managedFields } = scope
  return JSON.stringify([describeKind(kind), namespaces, labelSelector, fieldSelector, metadataOnly, managedFields, transform])
}

function canonical(text: string | undefined, write: (text: string) => string): string | undefined {
  if (text === undefined || text.trim() === '') return undefined
  return sortedParts(write(text))
}

/** The order of a selector's requirements means nothing; commas inside parentheses do not part them. */
function sortedParts(selector: string): string {
  return selector
    .split(/,(?![^(]*\))/)
    .sort()
    .join(',')
}
