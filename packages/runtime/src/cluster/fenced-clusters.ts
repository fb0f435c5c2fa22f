import { guardedClient } from '../writes/guarded-client.ts'
import type { WriteGuard } from '../writes/write-guard.ts'
import type { Cluster, Clusters } from './cluster.ts'

/** The same clusters, the clients of which pass the guard with every write. */
export function fencedClusters(clusters: Clusters, guard: WriteGuard): Clusters {
  const known = new WeakMap<Cluster, Cluster>()
  const fenced = (cluster: Cluster): Cluster => {
    const made = known.get(cluster) ?? fencedCluster(cluster, guard)
    known.set(cluster, made)
    return made
  }
  return {
    local: fenced(clusters.local),
    get: (name) => {
      const cluster = clusters.get(name)
      return cluster && fenced(cluster)
    },
    list: () => clusters.list().map(fenced),
    join: (name, client) => fenced(clusters.join(name, client)),
    leave: (name) => clusters.leave(name),
    engage: (handler, signal) => clusters.engage((cluster) => handler(fenced(cluster)), signal),
  }
}

function fencedCluster(cluster: Cluster, guard: WriteGuard): Cluster {
  const { name, cache, reachability, signal } = cluster
  const client = guardedClient(cluster.client, [guard])
  return { name, client, cache, reachability, signal, recorder: (component) => cluster.recorder(component) }
}
