import type { Clock } from '@kubewright/core'
import type { SharedCacheOptions } from '../cache/cache.ts'
import type { ShardFilter } from '../cache/shard-filter.ts'
import type { RecordedEvent } from '../events/correlator.ts'
import type { Logger } from '../log/logger.ts'
import type { ShardedCluster } from '../manager/shard-member.ts'
import type { RuntimeMetrics } from '../metrics/metrics.ts'

/** How caches behave, beyond what the manager decides for all of them. */
export type CacheOptions = Omit<
  SharedCacheOptions,
  'client' | 'clock' | 'observerOf' | 'namespaces' | 'reachability' | 'random' | 'shardFilter'
>

/** What all clusters of a manager have in common. */
export interface ClusterTools {
  readonly clock: Clock
  readonly log: Logger
  readonly random: () => number
  readonly identity: string
  readonly namespaces: readonly string[]
  readonly cache: CacheOptions
  /** Which objects of a cluster are this replica's to hold. @default all are */
  readonly shardFilter?: (cluster: ShardedCluster) => ShardFilter | undefined
  /** Hears what was said of objects of all clusters. @default nobody does */
  readonly recorded?: (cluster: string, event: RecordedEvent) => void
  readonly instruments: Pick<RuntimeMetrics, 'watches' | 'events' | 'eventsDropped'>
}
