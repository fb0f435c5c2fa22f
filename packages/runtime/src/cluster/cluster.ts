import type { Client } from '@kubewright/client'
import type { Cache } from '../cache/cache.ts'
import type { EventRecorder } from '../events/recorder.ts'
import type { Reachability } from '../reachability/reachability.ts'

/** The name of the manager's own cluster, in requests and in {@link Clusters.get}. */
export const LOCAL_CLUSTER = ''

/** One cluster that controllers work in, with everything that belongs to it and to no other. */
export interface Cluster {
  /** `''` for the manager's own. */
  readonly name: string
  readonly client: Client
  readonly cache: Cache
  readonly reachability: Reachability
  recorder(component: string): EventRecorder
  /** Aborts when the cluster leaves, or the manager stops. */
  readonly signal: AbortSignal
}

/** Begins work on a cluster. The promise is over when all work on it has ended, which must be soon after the cluster's signal aborts. */
export type ClusterHandler = (cluster: Cluster) => Promise<void>

/** The clusters of a manager: its own from the beginning to the end, others while they have joined. */
export interface Clusters {
  readonly local: Cluster
  get(name: string): Cluster | undefined
  list(): readonly Cluster[]
  /**
   * Takes a cluster in; its watches start as soon as a controller asks for them. When a part of it fails it leaves, which is logged, and
   * joins again by itself after 10 s to 5 min, until it is told to {@link Clusters.leave}.
   * @throws ConfigurationError when the name is taken or no DNS label, Error when the manager has begun to stop
   */
  join(name: string, client: Client): Cluster
  /** Resolves when every handler has ended and every watch has stopped. The client is its owner's to close. Unknown names are none of its concern. */
  leave(name: string): Promise<void>
  /**
   * Calls the handler for each cluster that is there and for each that joins, until the signal aborts; resolves when all of its calls are over.
   * @throws what a handler of the local cluster threw. What a handler of another cluster threw is logged, and
   * the handler is called again after a while: one lost cluster must not stop the others, nor be lost for ever.
   */
  engage(handler: ClusterHandler, signal: AbortSignal): Promise<void>
}
