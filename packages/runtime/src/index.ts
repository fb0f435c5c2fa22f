// What makes a client an operator: caches, queues, controllers, and the manager that starts and stops them.

// Metrics of one's own go into the manager's registry (`manager.metrics`), never into the library's global one.
export { Counter, Gauge, Histogram, Registry } from 'prom-client'
export type { Cache, InformerLease, InformerSummary } from './cache/cache.ts'
export type { Informer, InformerLiveness, InformerState, Subscription } from './cache/informer.ts'
export type { EventHandler } from './cache/listener.ts'
export type { InformerScope } from './cache/scope.ts'
export type { IndexFunction } from './cache/store.ts'
export { isPausedByAnnotation, PAUSED_ANNOTATION, RECONCILE_ANNOTATION } from './controller/annotations.ts'
export {
  type ApplyOptions,
  type ControllerDefinition,
  type ControllerOptions,
  controller,
  type ReconcileContext,
  type ReconcileResult,
  type WatchSource,
  watch,
} from './controller/definition.ts'
export type { Duration } from './controller/duration.ts'
export { isReconcileTimeout, isTerminal, ReconcileTimeoutError, TerminalError } from './controller/errors.ts'
export {
  allOf,
  annotationsChanged,
  anyOf,
  generationChanged,
  labelsChanged,
  type ObjectEvent,
  type Predicate,
} from './controller/predicate.ts'
export type { Draft, StatusOf } from './controller/status.ts'
export type { EventNote, EventRecorder } from './events/recorder.ts'
export type { HealthCheck } from './health/checks.ts'
export { LeadershipLostError } from './leader-election/elector.ts'
export type { LeaderElectionOptions } from './leader-election/options.ts'
export { createLogger, type LogFields, type Logger, type LoggerOptions, type LogLevel, silentLogger } from './log/logger.ts'
export { createManager, type Manager } from './manager/manager.ts'
export type { ManagerOptions } from './manager/options.ts'
export type { Runnable } from './manager/runnable.ts'
export { type RequestObservation, restClientMetrics } from './metrics/client-metrics.ts'
export { type ItemBackoffOptions, itemBackoff, type RateLimiter } from './queue/item-backoff.ts'
export { INITIAL_LIST_PRIORITY, type QueueItem, type QueueObserver, WorkQueue, type WorkQueueOptions } from './queue/work-queue.ts'
export type { Reachability, ReachabilityState } from './reachability/reachability.ts'
export { isServerTrouble } from './reachability/trouble.ts'
export type { FailureKind } from './reflector/failure.ts'
export type { CurrentFailure, Liveness } from './reflector/liveness.ts'
