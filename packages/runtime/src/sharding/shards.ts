/** What keeps an object and everything made for it in one shard: the object that reconciles start from. No version: it says nothing about identity. */
export interface Family {
  /** `''` for the manager's own cluster. */
  readonly cluster: string
  readonly group: string
  readonly kind: string
  readonly namespace: string | undefined
  readonly name: string
}

/** Tells of each family whether it belongs to what was gained or lost. */
export type FamilyFilter = (family: Family) => boolean

/** How a controller takes part in moves of families between replicas. */
export interface ShardListener {
  /** These families are this replica's from now on: look at all of them. */
  gained(families: FamilyFilter): void
  /** These families are not this replica's any more ({@link Shards.owns} says so already). Resolves when no work on any of them is under way. */
  lost(families: FamilyFilter): Promise<void>
}

/** This replica's part of the objects, where several replicas share them. */
export interface Shards {
  /** Whether this replica may act on the family now: by the table of ranges, and by the clock, so that it is false as soon as its own lease may be over. */
  owns(family: Family): boolean
  /** Hears of moves. It is told `gained` at once when ranges are held already. Returns the function that ends it. */
  subscribe(listener: ShardListener): () => void
  /** What is another's may be without work for about so long, in ms, before somebody takes it over. */
  readonly leaseDuration: number
  /** Resolves when this replica has joined and a table with it was seen for the first time. */
  readonly joined: Promise<void>
}
