import {
  ConfigurationError,
  describeKind,
  type GroupVersionKind,
  type Kind,
  type KubeObject,
  parseFieldSelector,
  parseLabelSelector,
  printFieldSelector,
  printLabelSelector,
} from '@kubewright/core'
import type { ShardScope } from './shard-filter.ts'

/** What an informer keeps of each object: the whole, or its name and version. */
export type Keep = 'objects' | 'keys'

/** Which objects of a kind an informer holds. */
export interface SelectorScope {
  readonly labelSelector?: string | undefined
  readonly fieldSelector?: string | undefined
}

/** What part of a kind is wanted. Selectors are the server's work: what they leave out never comes over the wire. */
export interface InformerScope<T extends KubeObject = KubeObject> extends SelectorScope {
  /** Short for `namespaces` with one. */
  readonly namespace?: string | undefined
  /** One watch for each. @default the cache's `byKind` for this kind, else the manager's namespaces, which by default are all, with one watch */
  readonly namespaces?: readonly string[] | undefined
  /**
   * Other selectors in some namespaces, instead of those above. `*` stands for all that are not named: one watch, from which the server leaves
   * the named ones out. Without `*` only the named ones are watched. @default the same selectors everywhere
   */
  readonly byNamespace?: Readonly<Record<string, SelectorScope>> | undefined
  /** Only apiVersion, kind and metadata: a fraction of the bytes and of the heap. @default false */
  readonly metadataOnly?: boolean | undefined
  /** Keeps `metadata.managedFields`, about half of an object's bytes. @default false */
  readonly managedFields?: boolean | undefined
  /** What is kept of an object, applied once before it is stored. The same function must be passed to share a watch. */
  readonly transform?: ((object: T) => T) | undefined
  /**
   * What stays in memory of an object. With `keys` only its namespace, name, uid and resource version do: about 100 bytes of heap, for programs that keep
   * themselves what they need. A handler sees each object whole, once, as it comes; all else (the old state of an update, a deletion, what was there
   * before the handler subscribed, what `get` and `list` answer) are keys. There are no indexes, no resync, and the reads of the cache look elsewhere.
   * @default 'objects'
   */
  readonly keep?: Keep | undefined
  /** Whether what there is comes as a streaming list: less memory here and on the server. @default the cache's, which is "auto": where the server serves it */
  readonly watchList?: 'auto' | 'never' | undefined
  /** Whose the objects are, where replicas share them: those of other replicas need not be held. @default all are held, whoever works on them */
  readonly shard?: ShardScope | undefined
}

/** The scope of a kind for all who do not say otherwise. Make it with {@link forKind}. */
export interface KindScope {
  readonly kind: GroupVersionKind
  readonly scope: Omit<InformerScope, 'keep'>
}

/** For `cache.byKind`: what informers of the kind hold unless they are asked for something else. What a controller's own scope says goes first. */
export function forKind<T extends KubeObject>(kind: Kind<T>, scope: Omit<InformerScope<T>, 'keep'>): KindScope {
  return { kind, scope: scope as unknown as KindScope['scope'] }
}

/** One watch. */
export interface ScopePart {
  /** `undefined`: all but `except`. */
  readonly namespace: string | undefined
  readonly except: readonly string[]
  readonly labelSelector: string | undefined
  readonly fieldSelector: string | undefined
}

/** A scope with everything said. */
export interface ResolvedScope<T extends KubeObject = KubeObject> {
  readonly parts: readonly ScopePart[]
  readonly metadataOnly: boolean
  readonly managedFields: boolean
  readonly transform: ((object: T) => T) | undefined
  readonly keep: Keep
  readonly watchList: 'auto' | 'never'
  /** `undefined`: all objects are held. */
  readonly shard: ShardScope['by'] | undefined
}

export interface ScopeDefaults {
  /** Whether replicas hold only what is their own. @default false */
  readonly sharded?: boolean
  readonly namespaces: readonly string[]
  readonly byKind: InformerScope | undefined
  readonly watchList: 'auto' | 'never'
}

/**
 * What is asked for goes before what the cache says for the kind, and that before what it says for all; namespaces are taken from one of them, as a
 * whole. Selectors are written in one way, so that `a=1,b=2` and `b=2, a=1` share a watch. @throws SelectorError; ConfigurationError when parts of the scope do not go together
 */
export function resolveScope<T extends KubeObject>(scope: InformerScope<T>, defaults: ScopeDefaults): ResolvedScope<T> {
  const byKind = (defaults.byKind ?? {}) as unknown as InformerScope<T>
  const placed = [scope, byKind].find(({ namespace, namespaces, byNamespace }) => namespace ?? namespaces ?? byNamespace) ?? {}
  const { byNamespace = {} } = placed
  const general = {
    labelSelector: scope.labelSelector ?? byKind.labelSelector,
    fieldSelector: scope.fieldSelector ?? byKind.fieldSelector,
  }
  const named = Object.keys(byNamespace).filter((name) => name !== '*')
  const listed = placed.namespace ? [placed.namespace] : (placed.namespaces ?? (named.length > 0 ? [] : defaults.namespaces))
  const namespaces = [...new Set([...listed, ...named])].sort()
  if (scope.keep === 'keys' && scope.shard !== undefined)
    throw new ConfigurationError(
      'cache: "keep" is "keys", and keys do not tell which replica an object belongs to: leave out "keep", or "shard"',
    )
  const everywhere = '*' in byNamespace || namespaces.length === 0
  return {
    parts: [
      ...namespaces.map((namespace) => part(namespace, [], byNamespace[namespace] ?? general)),
      ...(everywhere ? [part(undefined, namespaces, byNamespace['*'] ?? general)] : []),
    ],
    metadataOnly: scope.metadataOnly ?? byKind.metadataOnly ?? false,
    managedFields: scope.managedFields ?? byKind.managedFields ?? false,
    transform: scope.transform ?? byKind.transform,
    keep: scope.keep ?? 'objects',
    watchList: scope.watchList ?? byKind.watchList ?? defaults.watchList,
    shard: defaults.sharded ? scope.shard?.by : undefined,
  }
}

/** The watches of a kind: one, if it has no namespaces. */
export function partsOf({ parts }: ResolvedScope, namespaced: boolean): readonly ScopePart[] {
  return namespaced ? parts : [{ ...parts[0]!, namespace: undefined, except: [] }]
}

/** Whether the part is about that namespace ('' for objects without one). */
export function isAbout({ namespace, except }: ScopePart, of: string): boolean {
  return namespace === undefined ? !except.includes(of) : namespace === of
}

export const isUnselective = ({ labelSelector, fieldSelector }: ScopePart): boolean =>
  labelSelector === undefined && fieldSelector === undefined

/** What the server is asked for: namespaces are left out by a field selector that every namespaced kind knows. */
export function selectionOf({ namespace, except, labelSelector, fieldSelector }: ScopePart): {
  readonly namespace: string | undefined
  readonly labelSelector: string | undefined
  readonly fieldSelector: string | undefined
} {
  const others = except.map((name) => `metadata.namespace!=${name}`)
  const fields = [...(fieldSelector === undefined ? [] : [fieldSelector]), ...others].join(',')
  return { namespace, labelSelector, fieldSelector: fields === '' ? undefined : fields }
}

/** Names the watch in messages and as the key under which it is shared; `transform` is told apart by its number. */
export function scopeKey(kind: GroupVersionKind, scope: ResolvedScope, transform: number): string {
  const { parts, metadataOnly, managedFields, keep, watchList, shard } = scope
  const watches = parts.map(({ namespace, except, labelSelector, fieldSelector }) => [namespace, except, labelSelector, fieldSelector])
  return JSON.stringify([describeKind(kind), watches, metadataOnly, managedFields, keep, watchList, transform, shard])
}

function part(namespace: string | undefined, except: readonly string[], { labelSelector, fieldSelector }: SelectorScope): ScopePart {
  return {
    namespace,
    except,
    labelSelector: canonical(labelSelector, (text) => printLabelSelector(parseLabelSelector(text))),
    fieldSelector: canonical(fieldSelector, (text) => printFieldSelector(parseFieldSelector(text))),
  }
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
