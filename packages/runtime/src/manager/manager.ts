import type { Client } from '@kubewright/client'
import type { Clock } from '@kubewright/core'
import type { Registry } from 'prom-client'
import type { Cache } from '../cache/cache.ts'
import type { Clusters } from '../cluster/cluster.ts'
import type { ControllerDefinition } from '../controller/definition.ts'
import type { EventRecorder } from '../events/recorder.ts'
import type { HealthCheck } from '../health/checks.ts'
import type { Logger } from '../log/logger.ts'
import type { RuntimeMetrics } from '../metrics/metrics.ts'
import type { Observations } from '../observation/observations.ts'
import type { Reachability } from '../reachability/reachability.ts'
import type { Shards } from '../sharding/shards.ts'
import { OperatorManager } from './operator-manager.ts'
import { type ManagerOptions, resolveManagerOptions } from './options.ts'
import type { Overview } from './overview.ts'
import type { Runnable } from './runnable.ts'

/**
 * Everything that the controllers of one program share, and the order in which it starts and stops. `client`, `cache`, `reachability` and
 * `recorder` are those of the manager's own cluster, `clusters.local`.
 */
export interface Manager extends AsyncDisposable {
  readonly client: Client
  readonly cache: Cache
  readonly clock: Clock
  readonly log: Logger
  readonly metrics: Registry
  /** The manager's own cluster, and those that have joined. */
  readonly clusters: Clusters
  /** This replica's part of the objects. `undefined`: replicas do not share them. */
  readonly shards: Shards | undefined
  /** Events that say they come from this component. */
  recorder(component: string): EventRecorder
  /** Before {@link run}, or while it runs. @throws ConfigurationError when the name is taken, Error when the manager has begun to stop */
  add(thing: Runnable): void
  addHealthCheck(name: string, check: HealthCheck): void
  addReadyCheck(name: string, check: HealthCheck): void
  /**
   * Runs until the signal aborts; resolves when everything has really stopped.
   * @throws the first error that a runnable ended with; LeadershipLostError; ConfigurationError when an address cannot be had; Error naming what did
   * not stop in time
   */
  run(signal: AbortSignal): Promise<void>
  /** Where the servers really listen, once {@link run} has started them. */
  addresses(): { readonly metrics?: string; readonly health?: string }
  /** Whether this replica may act now; by the clock, so that it is true also after the process was stopped for a while. Always, without election. */
  isLeader(): boolean
  /**
   * For writes elsewhere than to an API server, which the clients cannot refuse: call it right before each of them.
   * @throws NotLeaderError when this replica does not lead, or when what is begun now may still be under way when another does
   */
  assertLeader(): void
  /** Resolves when this replica has become the leader (at the start, without election). */
  readonly elected: Promise<void>
  /** Aborts when work under way must end: leadership is lost, or the time to stop is nearly over. */
  readonly abandon: AbortSignal
  /**
   * Whether the API server answers, for work that is better held back while it does not: `await manager.reachability.whenReachable(signal)`, or
   * `pause` between two tries. Tell it of your own requests' failures with `failed(error)`.
   */
  readonly reachability: Reachability
  /** Reconciles and events, told as they happen; for pages that show the program at work. */
  readonly observations: Observations
  /** What is going on, for people and tests. */
  overview(): Overview
  /** Those that were added, to be held and set to work by hand. */
  controllers(): readonly ControllerDefinition[]
  /** What has started and not ended: for a program that is told a second time to stop, and ends at once. */
  unfinished(): readonly string[]
  /** Stops it, if it runs, and resolves when it has stopped. What {@link run} threw is run's to tell. */
  [Symbol.asyncDispose](): Promise<void>
  /** For parts of the runtime. */
  readonly instruments: RuntimeMetrics
  newId(): string
}

/** @throws ConfigurationError when options contradict each other */
export function createManager(options: ManagerOptions): Manager {
  return new OperatorManager(resolveManagerOptions(options))
}
