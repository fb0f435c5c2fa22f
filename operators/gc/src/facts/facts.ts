import type { GroupVersionKind, KubeObject } from 'kubewright'

/** What is not in an object itself, and yet decides about it. `unknown` keeps the object: what cannot be seen may be in use. */
export type Fact<T> = { readonly is: 'known'; readonly value: T } | { readonly is: 'unknown'; readonly reason: string }

export interface NamespaceFact {
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
  readonly terminating: boolean
}

/** Where an object stands in its group, and among how many; the newest is 0. */
export interface Rank {
  readonly place: number
  readonly of: number
}

/** Whether anything refers to an object, and since when (wall clock, ms) nothing has been seen to. */
export type Use = { readonly is: 'used' } | { readonly is: 'unused'; readonly since: number }

/** Whether the author of the policy may delete what it is about. */
export interface AuthorRight {
  readonly allowed: boolean
  /** Who it is, or in whose place. */
  readonly author: string
  /** Asked again from then on; wall clock, ms. */
  readonly until: number
}

/** Everything about the world that a judgement may ask. All answers at one moment fit together. */
export interface Facts {
  namespace(name: string): Fact<NamespaceFact | undefined>
  /** Why nothing in the namespace is to be deleted; `undefined`: nothing speaks against it. */
  guard(name: string): Fact<string | undefined>
  /** Whether whoever wrote the policy may delete its objects in the namespace (`undefined`: objects of none). */
  author(namespace: string | undefined): Fact<AuthorRight | undefined>
  /** Whether the object is there; with a uid, whether it is still the same one. */
  exists(kind: GroupVersionKind, namespace: string | undefined, name: string, uid?: string): Fact<boolean>
  use(kind: GroupVersionKind, object: KubeObject): Fact<Use>
  /** How full the fullest quota of the namespace is in one of these resources, 0 to 1; `undefined` when none limits them. */
  quota(namespace: string, resources: readonly string[]): Fact<number | undefined>
  /** Among the objects of the policy that is asked. */
  rank(object: KubeObject): Fact<Rank>
  /** Since when (wall clock, ms) the policy's conditions have been seen to hold for the object without a break; `undefined`: they begin to now. */
  heldSince(object: KubeObject): number | undefined
}

/** What a judgement needs beside the object and the policy. */
export interface Context {
  /** Wall clock, ms. */
  readonly now: number
  readonly facts: Facts
}

export const known = <T>(value: T): Fact<T> => ({ is: 'known', value })
export const unknown = (reason: string): Fact<never> => ({ is: 'unknown', reason })

const notWatched = unknown('nothing is known about the world around the object')

const nothing = known(undefined)

/** For judging an object by itself: what the policy asks for is unknown. Who judges so deletes nothing, so nothing guards the object either. */
export const NO_FACTS: Facts = {
  guard: () => nothing,
  author: () => nothing,
  namespace: () => notWatched,
  exists: () => notWatched,
  use: () => notWatched,
  quota: () => notWatched,
  rank: () => notWatched,
  heldSince: () => undefined,
}
