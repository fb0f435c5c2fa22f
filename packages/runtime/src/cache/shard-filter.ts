import type { Selection } from '@kubewright/client'
import type { GroupVersionKind, KubeObject, ResourceType } from '@kubewright/core'
import type { ScopePart } from './scope.ts'

/** Whose the objects of an informer are. */
export interface ShardScope {
  /** `name`: each is its own; `owner`: it goes with the object that controls it. */
  readonly by: 'name' | 'owner'
  /** The kind that reconciles start from. */
  readonly family: GroupVersionKind & { readonly namespaced?: boolean }
}

/** A kind that reconciles start from, with its scope known. */
export type FamilyKind = Pick<ResourceType, 'group' | 'kind' | 'namespaced'>

/** An informer that holds only what is this replica's. */
export interface ShardHolder {
  readonly type: ResourceType<KubeObject>
  readonly by: ShardScope['by']
  /** What it would watch if nothing were shared. */
  readonly parts: readonly ScopePart[]
  /** More is wanted: everything is to be listed again. {@link ShardView.filled} says when it is there. */
  refill(): void
  /** Less is wanted: what {@link ShardView.keeps} refuses is to be dropped. */
  prune(): void
}

/** What one informer is told of this replica's part. */
export interface ShardView {
  /** The informer feeds a controller of that kind: its families are not worked on before the informer holds what belongs to them. */
  serve(family: FamilyKind): void
  /** Resolves when there is something to list, or the signal aborts. */
  begin(signal: AbortSignal): Promise<void>
  /** Whether the object is this replica's to hold. */
  wants(object: KubeObject): boolean
  /** As {@link ShardView.wants}, of one that the server has sent: what it was asked to leave out tells of a server that takes no notice. */
  keeps(object: KubeObject): boolean
  /**
   * What the server is asked for, in a namespace or in all. It may send more: {@link ShardView.keeps} is asked of every object. A watch may be asked for
   * less than the list from which it goes on, but never for more.
   */
  selection(namespace: string | undefined, purpose: 'list' | 'watch'): Pick<Selection, 'labelSelector' | 'shardSelector'>
  /** Where replicas share by labels: those by which the informer finds the object. */
  readonly labelsFor?: ((object: KubeObject) => Readonly<Record<string, string>>) | undefined
  /** Whether the informer's watch shows the object as it is: not before it is labelled, where replicas share by labels. */
  shows(object: KubeObject): boolean
  /** The server answered with an error that the selection may be to blame for, so many times in a row. */
  failed(message: string, times: number): void
  /** Everything that is wanted is in the store, from a list that began after the last {@link ShardHolder.refill}. */
  filled(): void
  close(): void
}

/** One cluster's objects, as replicas share them. How (by name, by namespace, with the server's help or without) its users do not see. */
export interface ShardFilter {
  open(holder: ShardHolder): ShardView
}
