import type { Client } from '@kubewright/client'
import type { Clock } from '@kubewright/core'
import type { Registry } from 'prom-client'
import type { ShardFilter } from '../cache/shard-filter.ts'
import type { Cluster } from '../cluster/cluster.ts'
import type { Logger } from '../log/logger.ts'
import type { Reachability } from '../reachability/reachability.ts'
import type { Shards } from '../sharding/shards.ts'

/** This replica in a ring of replicas that share the objects. */
export interface ShardMember {
  readonly shards: Shards
  /** Which objects of the cluster this replica holds. Absent, or `undefined`: all. */
  filter?(cluster: ShardedCluster): ShardFilter | undefined
  /** Takes part until the signal aborts. A rejection stops the program. */
  run(signal: AbortSignal): Promise<void>
  /** A health check, if there is one. @throws Error when the replica takes part no more, and only a restart helps */
  check?(): void
  /** Gives everything to the others. Called when no work on any object is under way any more; never rejects. */
  release(): Promise<void>
}

/** A cluster of which a replica may hold only its part. */
export type ShardedCluster = Pick<Cluster, 'name' | 'cache' | 'client'>

/** What a manager gives to its member of a ring. */
export interface ShardMemberParts {
  readonly client: Client
  readonly identity: string
  readonly clock: Clock
  readonly random: () => number
  readonly newId: () => string
  readonly log: Logger
  readonly metrics: Registry
  readonly reachability: Reachability
}

/** Makes this replica a member of a ring: see `shardMember`. */
export type ShardMemberFactory = (parts: ShardMemberParts) => ShardMember
