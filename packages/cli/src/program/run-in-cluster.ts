import { type Client, connect } from '@kubewright/client'
import { ConfigurationError, isUnauthorized, parseDuration } from '@kubewright/core'
import {
  type ControllerDefinition,
  createManager,
  type LeaderElectionOptions,
  type Logger,
  processMetrics,
  Registry,
  restClientMetrics,
  type ShardingOptions,
  shardMember,
} from '@kubewright/runtime'
import type { ConversionDefinition, WebhookDefinition } from '@kubewright/webhook'
import { addProgramDashboard } from '../dashboard/program-dashboard.ts'
import type { OperatorDefinition } from '../operator.ts'
import type { Configuration } from '../settings/configuration.ts'
import type { RunSettings } from '../settings/program.ts'
import type { Terminal } from '../terminal.ts'
import { addParts } from './added-parts.ts'
import { followConfiguration } from './configuration-watch.ts'
import { checkKinds } from './kind-check.ts'
import { installProgramKinds, kindsByConversion } from './kind-installation.ts'
import { programLogger } from './logging.ts'
import { started } from './milestones.ts'
import { checkNamespaces } from './namespace-check.ts'
import { kindsOf } from './program-parts.ts'
import { tooOld } from './server-version.ts'
import { checkShards } from './shards-check.ts'
import { storageMigration } from './storage-migration.ts'
import { startTracing } from './tracing.ts'
import { settleWebhooks } from './webhook-reach.ts'
import { servesWebhooks } from './webhooks.ts'

/** What a program consists of: whole operators, or controllers alone. */
export interface Parts {
  /** Names the Lease and the field manager: `kubewright-NAME`. */
  readonly name: string
  readonly operators: readonly OperatorDefinition[]
  readonly controllers: readonly ControllerDefinition[]
  readonly webhooks: readonly WebhookDefinition[]
  readonly conversions: readonly ConversionDefinition[]
  /** Where the metrics live. @default a new one */
  readonly metrics?: Registry
}

/**
 * Runs a manager with these parts against the cluster that the configuration names, until the terminal's signal.
 * @throws ConfigurationError, ApiError or ConnectionError when it cannot start; whatever the manager ended with, when it failed later.
 */
export async function runInCluster(parts: Parts, configuration: Configuration, terminal: Terminal): Promise<void> {
  let { settings } = configuration
  checkShards(parts, settings)
  const log = programLogger(settings, terminal)
  const fieldManager = `kubewright-${parts.name}`
  const { metrics = new Registry() } = parts
  const endMetrics = processMetrics(metrics)
  const target = {
    ...(settings.kubeconfig ? { kubeconfig: settings.kubeconfig } : {}),
    ...(settings.context ? { context: settings.context } : {}),
    fieldManager,
    observe: restClientMetrics(metrics, { detail: settings.metricsRestClientDetail }),
    onWarning: warnOnce(log),
    onCredential: (secret: string) => void log.secrets.add(secret),
  }
  const client = await connect(target)
  const leaseClient = await connect({ ...target, ...leaseConnection(settings) })
  const tracing = await startTracing(fieldManager, terminal.environment, log)
  const following = new AbortController()
  let followed: Promise<void> | undefined
  try {
    await checkConnection(client, log, terminal.signal)
    await checkNamespaces(client, settings.namespace, log, terminal.signal)
    if (servesWebhooks(parts, settings)) settings = await settleWebhooks(settings, parts.name, { client, log, signal: terminal.signal })
    if (settings.installCrds) await installProgramKinds(client, parts, settings, log, terminal.signal)
    else for (const operator of parts.operators) await checkKinds(client, operator, log, terminal.signal)
    const manager = createManager({
      client,
      log,
      metrics,
      namespaces: settings.namespace,
      metricsBindAddress: settings.metricsBindAddress,
      metricsSecure: settings.metricsSecure,
      ...(settings.metricsCertDir ? { metricsCertDir: settings.metricsCertDir } : {}),
      profiling: settings.profiling,
      inspection: settings.inspection && { kinds: kindsOf(parts) },
      healthProbeBindAddress: settings.healthProbeBindAddress,
      gracefulShutdownTimeout: settings.gracefulShutdownTimeout,
      // The delay is for Services, which go on sending requests for a while. At a URL there is one program, and nobody to send them to instead.
      ...(settings.webhookUrl === undefined ? {} : { preStopDelay: 0 }),
      warmStandby: settings.warmStandby,
      leaderElection: leaderElectionOf(settings, fieldManager, leaseClient),
      ...(settings.shards
        ? { sharding: shardMember({ ...leaseOf(settings, fieldManager, leaseClient), filter: settings.shardFilter }) }
        : {}),
    })
    await addProgramDashboard(manager, parts, settings)
    const server = addParts(manager, parts, settings)
    const { converted } = kindsByConversion(parts)
    if (settings.installCrds && server !== undefined && converted.length > 0) manager.add(storageMigration(converted, server))
    log.info('starting', { program: parts.name, server: client.server })
    followed = followConfiguration(configuration, log, following.signal)
    terminal.insistence.addEventListener('abort', () =>
      log.error('ended at once, as was asked twice', { unfinished: manager.unfinished() }),
    )
    void manager.elected.then(() => started.publish({ program: parts.name }))
    await manager.run(terminal.signal)
  } finally {
    following.abort()
    await followed
    endMetrics()
    await Promise.all([client.close(), leaseClient.close()])
    await tracing?.stop()
  }
}

/**
 * A connection of its own keeps renewals of the lease from queueing behind the program's other requests, and half the renew deadline as its
 * patience leaves time for a second try when one request hangs. The same as controller-runtime's.
 */
function leaseConnection({ leaderElectionRenewDeadline }: RunSettings): { readonly connections: number; readonly timeout: number } {
  return { connections: 1, timeout: Math.max(1_000, parseDuration(leaderElectionRenewDeadline) / 2) }
}

/** What the server says with an answer, it says with every answer: a person needs to read it once. */
function warnOnce(log: Logger): (text: string) => void {
  const told = new Set<string>()
  return (text) => {
    if (told.size < MOST_WARNINGS && !told.has(text)) log.warn('the server warns', { warning: text })
    if (told.size < MOST_WARNINGS) told.add(text)
  }
}

/** Distinct warnings that are told: texts with names in them must not fill the log, nor the memory. */
const MOST_WARNINGS = 100

/** Before anything starts: can the server be reached, and does it know us? A person must mend that, and waiting would hide it. */
async function checkConnection(client: Client, log: Logger, signal: AbortSignal): Promise<void> {
  const version = client.request<{ readonly gitVersion?: string }>('GET', '/version', { signal })
  const { gitVersion = '' } = await version.catch((error: unknown) => {
    if (!isUnauthorized(error)) throw error
    const problem = `${client.server} does not accept the credentials (401 Unauthorized): log in again, or correct the user that the kubeconfig's context names`
    throw new ConfigurationError(problem, { cause: error, code: 'KW-UNAUTHORIZED' })
  })
  const age = tooOld(gitVersion)
  if (age !== undefined) log.warn('the API server is older than any that is tested', age)
}

/** On in a cluster, where replicas are usual, and off for a person at a terminal, unless it is said. */
function leaderElectionOf(settings: RunSettings, program: string, client: Client): LeaderElectionOptions | false {
  if (!(settings.leaderElect ?? client.inCluster)) return false
  const { name, namespace, ...times } = leaseOf(settings, program, client)
  return { leaseName: name, ...(namespace ? { leaseNamespace: namespace } : {}), ...times }
}

/** Name, place and times of the Leases by which replicas know of each other, to elect one of them or to share the objects. */
function leaseOf(settings: RunSettings, program: string, client: Client): ShardingOptions {
  const namespace = settings.leaderElectionNamespace
  return {
    name: settings.leaderElectionId ?? program,
    client,
    ...(namespace ? { namespace } : {}),
    leaseDuration: settings.leaderElectionLeaseDuration,
    renewDeadline: settings.leaderElectionRenewDeadline,
    retryPeriod: settings.leaderElectionRetryPeriod,
  }
}
