// What a cache offers, and what it can be told.
import type { Client, ObjectName } from '@kubewright/client'
import type { Clock, GroupVersionKind, Kind, KubeObject } from '@kubewright/core'
import type { Reachability } from '../reachability/reachability.ts'
import type { CacheReader, WaitOptions } from './consistent-reads.ts'
import type { Informer } from './informer.ts'
import type { InformerScope, KindScope, ResolvedScope } from './scope.ts'
import type { ShardFilter } from './shard-filter.ts'
import type { InformerObserver } from './shared-informer.ts'
import type { IndexFunction } from './store.ts'
import type { Stored } from './stored.ts'
import type { WrittenTo } from './written-versions.ts'

/** A share of an informer. The watch lives as long as somebody holds one. */
export interface InformerLease<T extends KubeObject> extends AsyncDisposable {
  readonly informer: Informer<T>
  /** Gives the share back; when it was the last one, resolves when the watch has really stopped. Harmless when called again. */
  release(): Promise<void>
}

/** A kind, when the type of its objects does not matter. */
export type KindReference = GroupVersionKind & { readonly plural?: string }

/** An informer that is open, for people. */
export interface InformerSummary {
  readonly kind: string
  readonly scope: ResolvedScope
  readonly informer: Informer<KubeObject>
  /** How many hold it. */
  readonly leases: number
}

/** The informers of a program, each shared by all who ask for the same; reads cost the API server nothing. */
export interface Cache {
  /**
   * The informer of a kind, shared with everybody who asks for the same scope; started if need be. It is not in sync yet: wait for
   * `whenSynced` or subscribe.
   * @throws KindNotFoundError when the server does not serve the kind; ConnectionError when it does not answer; SelectorError
   */
  informer<T extends KubeObject>(kind: Kind<T>, scope?: InformerScope<T>): Promise<InformerLease<T>>
  /** An object from an informer that somebody holds. @throws Error when nobody watches the kind (a cache that is never filled would say "not there") */
  get<T extends KubeObject>(kind: Kind<T>, name: ObjectName): (T & Stored) | undefined
  /** As {@link Cache.get}, many. */
  list<T extends KubeObject>(kind: Kind<T>, selection?: IndexedSelection<T>): readonly (T & Stored)[]
  /** The same reads, which wait until the cache is in sync and shows what this program wrote itself. */
  readonly read: CacheReader
  /**
   * Whether this one informer, or all informers of the kind, show this program's own writes: all, those to one object, or those to what the object of that
   * uid owns. Never waits. True when nobody watches the kind, and when `readYourOwnWrites` is off.
   */
  caughtUp(of: Informer<KubeObject> | KindReference, to?: WrittenTo): boolean
  /** Resolves when {@link Cache.caughtUp} holds for the writes that were answered before the call. @throws CacheLagError, the signal's reason */
  whenCaughtUp(of: Informer<KubeObject> | KindReference, to?: WrittenTo, options?: WaitOptions): Promise<void>
  informers(): readonly InformerSummary[]
}

/** Which cached objects are meant. */
export interface CacheSelection {
  readonly namespace?: string | undefined
  readonly labelSelector?: string
}

/** Finds objects by what is in them without looking through all. Keep one for the life of the program: another function under its name is refused. */
export interface CacheIndex<T extends KubeObject> {
  readonly name: string
  readonly valuesOf: IndexFunction<T>
}

/** Which cached objects are meant, by an index. */
export interface IndexedSelection<T extends KubeObject> extends CacheSelection {
  /** Those alone that the index has under the value. What is there is indexed with the first question. */
  readonly by?: { readonly index: CacheIndex<T>; readonly value: string }
}

/** What the user of a manager says about its cache. */
export interface CacheOptions {
  /** Scopes for single kinds, made with {@link forKind}; what a controller asks for goes first. @default none */
  readonly byKind?: readonly KindScope[]
  /** Whether reads wait until the cache shows this program's own writes. @default true */
  readonly readYourOwnWrites?: boolean
  /** Whether what there is comes as a streaming list. @default "auto": where the server serves it, with pages of a list where it does not */
  readonly watchList?: 'auto' | 'never'
}

export interface SharedCacheOptions extends CacheOptions {
  readonly client: Client
  readonly clock: Clock
  readonly observerOf: (kind: string) => InformerObserver
  /** Namespaces of scopes that name none. @default all */
  readonly namespaces?: readonly string[]
  /** @default true unless NODE_ENV is "production" */
  readonly freeze?: boolean
  /** Wakes the watches that wait for a server which is back. @default none */
  readonly reachability?: Pick<Reachability, 'state' | 'pause'>
  readonly random?: () => number
  /** Which objects are this replica's to hold. Asked when it is needed first. @default all are */
  readonly shardFilter?: () => ShardFilter | undefined
}
