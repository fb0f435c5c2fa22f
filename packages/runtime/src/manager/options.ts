import { hostname } from 'node:os'
import type { Client } from '@kubewright/client'
import { type Clock, ConfigurationError, systemClock } from '@kubewright/core'
import { Registry } from 'prom-client'
import { type Duration, milliseconds } from '../controller/duration.ts'
import { parseBindAddress } from '../health/http-server.ts'
import { type LeaderElectionOptions, type ResolvedElection, resolveElection } from '../leader-election/options.ts'
import { createLogger, type Logger } from '../log/logger.ts'

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
  /** For /healthz and /readyz. @default "0" */
  readonly healthProbeBindAddress?: string
  /** How long everything has to stop in. @default 30 s: the time that Kubernetes gives a Pod */
  readonly gracefulShutdownTimeout?: Duration
  /** Who this replica is, in the lease and in events. @default HOSTNAME_UUID */
  readonly identity?: string
  /** @default Math.random */
  readonly random?: () => number
  /** Makes the ids of reconciles and of this replica. @default crypto.randomUUID */
  readonly newId?: () => string
}

export interface ResolvedManagerOptions {
  readonly client: Client
  readonly clock: Clock
  readonly log: Logger
  readonly metrics: Registry
  readonly namespaces: readonly string[]
  readonly election: ResolvedElection | undefined
  readonly metricsBindAddress: string
  readonly healthProbeBindAddress: string
  readonly grace: number
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
  parseBindAddress(METRICS_FLAG, metricsBindAddress)
  parseBindAddress(HEALTH_FLAG, healthProbeBindAddress)
  const grace = milliseconds(options.gracefulShutdownTimeout ?? 30_000)
  if (!(grace >= 0)) throw new ConfigurationError(`gracefulShutdownTimeout is ${grace} ms: it must be 0 or more`)
  return {
    client,
    clock,
    log: options.log ?? createLogger(),
    metrics: options.metrics ?? new Registry(),
    namespaces,
    election: leaderElection === false ? undefined : resolveElection(leaderElection, { client }),
    metricsBindAddress,
    healthProbeBindAddress,
    grace,
    identity,
    random,
    newId,
  }
}

export const METRICS_FLAG = '--metrics-bind-address'
export const HEALTH_FLAG = '--health-probe-bind-address'
