import { hostname } from 'node:os'
import type { Client } from '@kubewright/client'
import { type Clock, ConfigurationError, systemClock } from '@kubewright/core'
import type { CacheOptions } from '../cluster/cluster-tools.ts'
import { type Duration, milliseconds } from '../controller/duration.ts'
import type { ShownKind } from '../inspection/definitions.ts'
import { type LeaderElectionOptions, type ResolvedElection, resolveElection } from '../leader-election/options.ts'
import { createLogger, type Logger } from '../log/logger.ts'
import { Registry } from '../metrics/prometheus.ts'
import { isLocal, parseBindAddress } from '../serving/bind-address.ts'
import type { ShardMemberFactory } from './shard-member.ts'

/** What a manager runs with: a client, and everything that has a default. */
export interface ManagerOptions {
  readonly client: Client
  /** @default the system's clock */
  readonly clock?: Clock
  /** @default JSON lines on standard error */
  readonly log?: Logger
  /** Where the metrics live; never prom-client's global registry. @default a new one */
  readonly metrics?: Registry
  /** Namespaces that caches and controllers see when they name none. @default all */
  readonly namespaces?: readonly string[]
  /** Whether only one of several replicas works. @default false */
  readonly leaderElection?: LeaderElectionOptions | false
  /** For /metrics: ":8080", "127.0.0.1:0"; "0" is off. @default "0": nothing listens unless asked to */
  readonly metricsBindAddress?: string
  /**
   * /metrics over HTTPS, for those whom the API server knows by their bearer token and lets `get` the path (TokenReview, SubjectAccessReview).
   * @default false
   */
  readonly metricsSecure?: boolean
  /** The folder of `tls.crt` and `tls.key` for it, read again when they change. @default a self-signed certificate */
  readonly metricsCertDir?: string
  /** Profiles of the running program at /debug/cpuprofile and /debug/heapprofile, `?seconds=10`, beside /metrics. @default false */
  readonly profiling?: boolean
  /**
   * What the program is busy with, beside /metrics: /leader, /kinds, /crds, /events, and /watch, the changes of what it watches as server-sent events.
   * With `metricsSecure` everybody sees what the API server lets him see; without it the address must be this machine's own. @default false
   */
  readonly inspection?: InspectionSettings | boolean
  /** For /healthz and /readyz. @default "0" */
  readonly healthProbeBindAddress?: string
  /**
   * Replicas share the objects: this one becomes a member of their ring. What is `sharded` then works on every replica, each on its own part; what
   * is not still needs leadership. @default every replica has all objects
   */
  readonly sharding?: ShardMemberFactory
  /** How caches behave: see {@link CacheOptions}. */
  readonly cache?: CacheOptions
  /** Replicas that do not lead get ready to: caches filled, queues held, so that a new leader works at once. @default true */
  readonly warmStandby?: boolean
  /**
   * A replica that is not warm by then campaigns nevertheless, and says so: one kind that cannot be listed must not leave the program without a
   * leader. @default 2 min: what controllers wait for their caches before they fail
   */
  readonly warmUpTimeout?: Duration
  /**
   * How long everything has to stop in. 0: work under way is abandoned at once, and nothing is waited for. 'forever': work is never abandoned.
   * After a lost lease it is never more than what is left until another replica may lead.
   * @default 30 s: the time that Kubernetes gives a Pod
   */
  readonly gracefulShutdownTimeout?: Duration | 'forever'
  /**
   * How long webhooks go on being served after the stop has begun, with the readiness probe failing: until every load balancer has heard of it.
   * Without runnables that serve webhooks nothing waits. @default 5 s: endpoints travel in one or two, on a busy cluster in a few more
   */
  readonly preStopDelay?: Duration
  /** Who this replica is, in the lease and in events. @default HOSTNAME_UUID */
  readonly identity?: string
  /** @default Math.random */
  readonly random?: () => number
  /** Makes the ids of reconciles and of this replica. @default crypto.randomUUID */
  readonly newId?: () => string
}

/** What the inspection endpoint tells besides what the manager knows by itself. */
export interface InspectionSettings {
  /** The kinds that the program brings, for /crds. @default none */
  readonly kinds?: readonly ShownKind[]
}

export interface ResolvedManagerOptions {
  readonly client: Client
  readonly clock: Clock
  readonly log: Logger
  readonly metrics: Registry
  readonly namespaces: readonly string[]
  readonly election: ResolvedElection | undefined
  readonly metricsBindAddress: string
  readonly metricsSecure: boolean
  readonly metricsCertDir: string | undefined
  readonly profiling: boolean
  readonly inspection: Required<InspectionSettings> | undefined
  readonly healthProbeBindAddress: string
  readonly sharding: ShardMemberFactory | undefined
  readonly cache: CacheOptions
  readonly warmStandby: boolean
  readonly warmUpTimeout: number
  /** Infinity: for ever. */
  readonly grace: number
  readonly preStopDelay: number
  readonly identity: string
  readonly random: () => number
  readonly newId: () => string
}

/** @throws ConfigurationError */
export function resolveManagerOptions(options: ManagerOptions): ResolvedManagerOptions {
  const {
    client,
    clock = systemClock,
    namespaces = [],
    leaderElection = false,
    random = Math.random,
    newId = () => crypto.randomUUID(),
  } = options
  const { metricsBindAddress = '0', healthProbeBindAddress = '0', identity = `${hostname()}_${newId()}` } = options
  const { metricsSecure = false, metricsCertDir, profiling = false } = options
  parseBindAddress(METRICS_FLAG, metricsBindAddress)
  parseBindAddress(HEALTH_FLAG, healthProbeBindAddress)
  if (metricsCertDir !== undefined && !metricsSecure)
    throw new ConfigurationError(`${CERTIFICATE_FLAG} "${metricsCertDir}" is for HTTPS: give --metrics-secure (metricsSecure) too`)
  if (profiling && parseBindAddress(METRICS_FLAG, metricsBindAddress) === undefined)
    throw new ConfigurationError(`profiles are served beside the metrics, which are off: give ${METRICS_FLAG} (metricsBindAddress) too`)
  const inspection = options.inspection === true ? {} : options.inspection || undefined
  if (inspection !== undefined) checkInspection(metricsBindAddress, metricsSecure)
  const { gracefulShutdownTimeout = 30_000 } = options
  const grace = gracefulShutdownTimeout === 'forever' ? Number.POSITIVE_INFINITY : time('gracefulShutdownTimeout', gracefulShutdownTimeout)
  return {
    client,
    clock,
    log: options.log ?? createLogger(),
    metrics: options.metrics ?? new Registry(),
    namespaces,
    election: leaderElection === false ? undefined : resolveElection(leaderElection, { client }),
    metricsBindAddress,
    metricsSecure,
    metricsCertDir,
    profiling,
    inspection: inspection === undefined ? undefined : { kinds: inspection.kinds ?? [] },
    healthProbeBindAddress,
    sharding: options.sharding,
    cache: options.cache ?? {},
    warmStandby: options.warmStandby ?? true,
    warmUpTimeout: time('warmUpTimeout', options.warmUpTimeout ?? 120_000),
    grace,
    preStopDelay: time('preStopDelay', options.preStopDelay ?? 5_000),
    identity,
    random,
    newId,
  }
}

/** @throws ConfigurationError where anybody could read what the program reads */
function checkInspection(metricsBindAddress: string, metricsSecure: boolean): void {
  const where = parseBindAddress(METRICS_FLAG, metricsBindAddress)
  if (where === undefined)
    throw new ConfigurationError(`inspection is served beside the metrics, which are off: give ${METRICS_FLAG} (metricsBindAddress) too`)
  if (!metricsSecure && !isLocal(where.host))
    throw new ConfigurationError(
      `inspection shows objects of the cluster, and everybody can reach "${metricsBindAddress}": give --metrics-secure (metricsSecure) too, or an address such as 127.0.0.1:8080`,
    )
}

function time(option: string, duration: Duration): number {
  const ms = milliseconds(duration)
  if (!(ms >= 0)) throw new ConfigurationError(`${option} is ${ms} ms: it must be 0 or more`)
  return ms
}

export const CERTIFICATE_FLAG = '--metrics-cert-dir'
export const METRICS_FLAG = '--metrics-bind-address'
export const HEALTH_FLAG = '--health-probe-bind-address'
