import type { Cluster } from '../cluster/cluster.ts'
import type { ControllerDefinition } from '../controller/definition.ts'
import type { ReachabilityState } from '../reachability/reachability.ts'
import type { MemberState, RunnableGroup } from './group.ts'
import type { Runnable, RunnableDetail } from './runnable.ts'

/** A runnable and how it is doing, for people. */
export interface RunnableOverview extends RunnableDetail {
  readonly name: string
  /** With whom it starts and stops. */
  readonly group: string
  readonly state: MemberState
}

/** A watch and how it is doing, for people. */
export interface WatchOverview {
  readonly kind: string
  readonly synced: boolean
  readonly objects: number
  /** How many share it. */
  readonly users: number
}

/** A cluster of the manager, for people. */
export interface ClusterOverview {
  /** `''`: the manager's own. */
  readonly name: string
  readonly server: string
  readonly reachability: ReachabilityState
  readonly watches: readonly WatchOverview[]
}

/** What a manager is doing, as data. */
export interface Overview {
  readonly identity: string
  readonly life: ManagerLife
  /** Whether this replica may act. */
  readonly leads: boolean
  /** Who leads, as far as this replica knows. */
  readonly leader: string | undefined
  readonly runnables: readonly RunnableOverview[]
  readonly clusters: readonly ClusterOverview[]
}

/** Where a manager is in its life. */
export type ManagerLife = 'new' | 'running' | 'stopping' | 'stopped'

export function overviewOfGroup(group: RunnableGroup): readonly RunnableOverview[] {
  return group.members().map(({ runnable, state }) => ({ name: runnable.name, group: group.name, state, ...runnable.inspect?.() }))
}

export function controllersOfGroup(group: RunnableGroup): readonly ControllerDefinition[] {
  return group.members().flatMap(({ runnable }) => (isController(runnable) ? [runnable] : []))
}

const isController = (runnable: Runnable): runnable is ControllerDefinition => 'kind' in runnable && 'control' in runnable

export function overviewOfCluster({ name, client, reachability, cache }: Cluster): ClusterOverview {
  const watches = cache.informers().map(({ kind, informer, leases }) => ({
    kind,
    synced: informer.synced,
    objects: informer.size,
    users: leases,
  }))
  return { name, server: client.server, reachability: reachability.state, watches }
}
