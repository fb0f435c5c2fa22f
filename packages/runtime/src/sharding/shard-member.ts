import type { ShardMember, ShardMemberFactory } from '../manager/shard-member.ts'
import { ClusterShare } from './cluster-share.ts'
import { Holdings } from './holdings.ts'
import { resolveSharding, type ShardingOptions } from './options.ts'
import { ShardReplica } from './replica.ts'
import { ShardMetrics } from './shard-metrics.ts'

/**
 * For a manager's `sharding`: this replica shares the objects with all replicas that use the same ring. Every replica works on its own; what its caches
 * hold of the others' says {@link ShardingOptions.filter}. Objects are in the ring by their cluster, kind, namespace and name, or by their namespace
 * alone where the server filters; what an object controls goes with it.
 * @throws ConfigurationError (from `createManager`) when options contradict each other
 */
export function shardMember(options: ShardingOptions): ShardMemberFactory {
  return (parts): ShardMember => {
    const sharding = resolveSharding(options, parts)
    const { filter, placement } = sharding
    const shardMetrics = new ShardMetrics(parts.metrics, sharding.name)
    const holdings = filter === 'none' ? undefined : new Holdings({ placement, arrived: (families) => replica.tell(families) })
    const replica = new ShardReplica({ ...parts, sharding, holdings, shardMetrics })
    return {
      shards: replica,
      run: (signal) => replica.run(signal),
      release: () => replica.release(),
      check: () => replica.check(),
      filter: (cluster) =>
        filter === 'none' || holdings === undefined
          ? undefined
          : new ClusterShare({ ...parts, cluster, holdings, placement, filter, ring: sharding, metrics: shardMetrics }),
    }
  }
}
