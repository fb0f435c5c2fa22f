import { fencedClusters } from '../cluster/fenced-clusters.ts'
import type { WriteGuard } from '../writes/write-guard.ts'
import type { Manager } from './manager.ts'

/** The manager as what needs leadership sees it: the same, but that every write passes the fence. */
export function ledManager(manager: Manager, fence: WriteGuard): Manager {
  const clusters = fencedClusters(manager.clusters, fence)
  return {
    client: clusters.local.client,
    clusters,
    cache: manager.cache,
    clock: manager.clock,
    log: manager.log,
    metrics: manager.metrics,
    shards: manager.shards,
    elected: manager.elected,
    abandon: manager.abandon,
    reachability: manager.reachability,
    instruments: manager.instruments,
    observations: manager.observations,
    recorder: (component) => manager.recorder(component),
    add: (thing) => manager.add(thing),
    addHealthCheck: (name, check) => manager.addHealthCheck(name, check),
    addReadyCheck: (name, check) => manager.addReadyCheck(name, check),
    run: (signal) => manager.run(signal),
    addresses: () => manager.addresses(),
    isLeader: () => manager.isLeader(),
    assertLeader: () => manager.assertLeader(),
    overview: () => manager.overview(),
    controllers: () => manager.controllers(),
    unfinished: () => manager.unfinished(),
    newId: () => manager.newId(),
    [Symbol.asyncDispose]: () => manager[Symbol.asyncDispose](),
  }
}
