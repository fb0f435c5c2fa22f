// What makes a client an operator: caches, queues, controllers, and the manager that starts and stops them.

export type { Cache, CacheIndex, CacheSelection, IndexedSelection, InformerLease, InformerSummary } from './cache/cache.ts'
export { CacheLagError, isCacheLag } from './cache/cache-lag.ts'
export { enlarged, UidColumn, VersionColumn } from './cache/columns.ts'
export type { CacheReader, ReadOptions, WaitOptions } from './cache/consistent-reads.ts'
export type { Informer, InformerLiveness, InformerState, SubscribeOptions, Subscription } from './cache/informer.ts'
export type { EventHandler } from './cache/listener.ts'
export { forKind, type InformerScope, type Keep, type KindScope, type SelectorScope } from './cache/scope.ts'
export { hashOfText, SlotTable } from './cache/slot-table.ts'
export type { IndexFunction } from './cache/store.ts'
export type { Stored } from './cache/stored.ts'
export type { WrittenTo } from './cache/written-versions.ts'
export { type Cluster, type ClusterHandler, type Clusters, LOCAL_CLUSTER } from './cluster/cluster.ts'
export type { CacheOptions } from './cluster/cluster-tools.ts'
export { type KubeconfigClustersOptions, type KubeconfigSource, kubeconfigClusters } from './cluster/kubeconfig-clusters.ts'
export { isPausedByAnnotation, PAUSED_ANNOTATION, RECONCILE_ANNOTATION } from './controller/annotations.ts'
export type {
  ApplyOptions,
  CleanupAgain,
  CleanupResult,
  ConditionSetter,
  ConditionStatus,
  ReconcileAgain,
  ReconcileContext,
  ReconcileResult,
  SetCondition,
} from './controller/context.ts'
export type { ControllerControl, TriggerResult } from './controller/control.ts'
export { type ControllerDefinition, controller } from './controller/definition.ts'
export type { Duration } from './controller/duration.ts'
export {
  type FieldConflict,
  FieldConflictError,
  isFieldConflict,
  isNotOurs,
  isReconcileTimeout,
  isTerminal,
  NotOursError,
  ReconcileTimeoutError,
  TerminalError,
} from './controller/errors.ts'
export {
  type EventSource,
  type ExternalSource,
  type ExternalSourceContext,
  eventSource,
  streamSource,
} from './controller/external-source.ts'
export {
  type ControllerOptions,
  type MappedSource,
  type OwnedKind,
  owned,
  type ReferencedSource,
  type RetryOptions,
  references,
  type WatchSource,
  watch,
} from './controller/options.ts'
export { type Polled, type PollOptions, poll } from './controller/poll.ts'
export {
  allOf,
  annotationsChanged,
  anyOf,
  changedBesidesStatus,
  fieldChanged,
  generationChanged,
  labelsChanged,
  not,
  type ObjectEvent,
  onUpdate,
  type Predicate,
  resourceVersionChanged,
} from './controller/predicate.ts'
export type { ReconcileRequest, ReconcileTarget } from './controller/request.ts'
export type { Draft, StatusOf } from './controller/status.ts'
export type { JournalEntry, JournalQuery, JournalStatistics } from './events/journal.ts'
export type { EventNote, EventRecorder } from './events/recorder.ts'
export type { HealthCheck } from './health/checks.ts'
export { visibleObject, visibleWords } from './inspection/visible.ts'
export { isLeadershipLost, isNotLeader, LeadershipLostError, NotLeaderError } from './leader-election/errors.ts'
export type { LeaderElectionOptions } from './leader-election/options.ts'
export { createLogger, type LogFields, type Logger, type LoggerOptions, type LogLevel, silentLogger } from './log/logger.ts'
export { SecretValues } from './log/secret-values.ts'
export { createManager, type Manager } from './manager/manager.ts'
export type { InspectionSettings, ManagerOptions } from './manager/options.ts'
export type { ClusterOverview, ManagerLife, Overview, RunnableOverview, WatchOverview } from './manager/overview.ts'
export type { Runnable, RunnableDetail } from './manager/runnable.ts'
export type { ShardMember, ShardMemberFactory, ShardMemberParts } from './manager/shard-member.ts'
export { aliasMetrics, type MetricAlias } from './metrics/aliases.ts'
export { type RestClientMetricsOptions, restClientMetrics } from './metrics/client-metrics.ts'
export { type ObjectGauge, type ObjectGaugeOptions, type ObjectSeries, objectGauge } from './metrics/object-gauge.ts'
export { processMetrics } from './metrics/process-metrics.ts'
// Metrics of one's own go into the manager's registry (`manager.metrics`), never into the library's global one.
export { Counter, Gauge, Histogram, Registry } from './metrics/prometheus.ts'
export { showcaseMetrics } from './metrics/showcase-metrics.ts'
export type { Observation, ObservationListener, Observations, ReconcileSighting, SightedOutcome } from './observation/observations.ts'
export type { ReconcileWrite } from './observation/reconcile-writes.ts'
export type { FairnessOptions } from './queue/fairness.ts'
export { type ItemBackoffOptions, itemBackoff } from './queue/item-backoff.ts'
export {
  type AddOptions,
  type DebounceOptions,
  INITIAL_LIST_PRIORITY,
  type QueueCensus,
  type QueueItem,
  type QueueObserver,
  type WorkQueueOptions,
} from './queue/options.ts'
export { type RateLimiter, slowestOf } from './queue/rate-limiter.ts'
export { type TokenBucketOptions, tokenBucket } from './queue/token-bucket.ts'
export { WorkQueue } from './queue/work-queue.ts'
export type { Reachability, ReachabilityState } from './reachability/reachability.ts'
export { isServerTrouble } from './reachability/trouble.ts'
export type { FailureKind } from './reflector/failure.ts'
export type { CurrentFailure, Liveness } from './reflector/liveness.ts'
export { type BindAddress, isLocal, parseBindAddress } from './serving/bind-address.ts'
export { type CertificateFolderOptions, certificateFromFolder } from './serving/certificate-folder.ts'
export { watchFolder } from './serving/folder-watch.ts'
export {
  type Answering,
  type HttpAnswer,
  type HttpEndpoint,
  type HttpOptions,
  type HttpQuestion,
  type HttpStream,
  serveHttp,
} from './serving/http-server.ts'
export { forThisMachine } from './serving/local-access.ts'
export { ReplaceableCertificate, type ServingCertificate } from './serving/serving-certificate.ts'
export { type FamilyScope, familyOf } from './sharding/family.ts'
export type { ShardFiltering, ShardingOptions } from './sharding/options.ts'
export { shardMember } from './sharding/shard-member.ts'
export type { Family, FamilyFilter, ShardListener, Shards } from './sharding/shards.ts'
export { AsyncContext } from './tracing/async-context.ts'
export { inSpan } from './tracing/span.ts'
export { TraceParent } from './tracing/trace-parent.ts'
export { guardedClient } from './writes/guarded-client.ts'
export type { GuardedClient, WriteAttempt, WriteGuard } from './writes/write-guard.ts'
