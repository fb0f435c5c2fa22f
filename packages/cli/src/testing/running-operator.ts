import type { Client } from '@kubewright/client'
import type { KubeObject } from '@kubewright/core'
import { type ControllerDefinition, createLogger, createManager, type Manager } from '@kubewright/runtime'
import type { TestCluster } from '@kubewright/testing'
import type { ConversionDefinition, WebhookDefinition } from '@kubewright/webhook'
import type { OperatorDefinition } from '../operator.ts'
import { addParts } from '../program/added-parts.ts'
import { BESIDE, installProgramKindsBeside, kindsByConversion } from '../program/kind-installation.ts'
import { isCalled, type ProgramPart, partsOf } from '../program/program-parts.ts'
import { storageMigration } from '../program/storage-migration.ts'
import { type RunSettings, settingsWith } from '../settings/program.ts'
import { resolveSettings } from '../settings/resolve.ts'

// Any controller, whatever its kind's type: `never` objects go into every reconcile function.
type AnyController = ControllerDefinition<KubeObject & never> | ControllerDefinition

/** An operator at work in this process. */
export interface RunningOperator extends AsyncDisposable {
  readonly manager: Manager
  /** The operator's own. */
  readonly client: Client
  /** Resolves when everything has stopped. @throws what the operator ended with, if it ended by itself. Idempotent. */
  stop(): Promise<void>
}

/**
 * Starts what `run` would run, in this process and on a test cluster: installs the kinds, serves the webhooks on a free port, starts the controllers.
 * Warnings and errors of its log go to standard error. A real API server calls new webhooks a moment later: `eventually` waits for it.
 * @throws KindInstallError, or what the operator ended with before it was at work
 */
export async function startOperator(
  cluster: TestCluster,
  ...definitions: readonly (AnyController | OperatorDefinition | WebhookDefinition | ConversionDefinition)[]
): Promise<RunningOperator> {
  const parts = partsOf(definitions as readonly ProgramPart[])
  const client = cluster.client({ fieldManager: `kubewright-${parts.name}` })
  const stopping = new AbortController()
  await installProgramKindsBeside(client, parts, stopping.signal)
  const manager = createManager({
    client,
    log: createLogger({ level: 'warn', format: 'text', destination: process.stderr }),
    metricsBindAddress: '0',
    healthProbeBindAddress: '0',
    leaderElection: false,
    preStopDelay: 0,
  })
  const flags = isCalled(parts) ? { webhookUrl: BESIDE, webhookPort: '0' } : {}
  const settings = resolveSettings(settingsWith(parts.operators), { flags, environment: {} })
  const server = addParts(manager, parts, settings as RunSettings)
  const { converted } = kindsByConversion(parts)
  if (server !== undefined && converted.length > 0) manager.add(storageMigration(converted, server))

  const done = manager.run(stopping.signal)
  // Told by `stop`, and not as a rejection that nobody handles in the middle of another test.
  done.catch(() => undefined)
  const stop = () => {
    stopping.abort()
    return done
  }
  await Promise.race([Promise.all([manager.elected, server?.whenServing?.(stopping.signal)]), done])
  return { manager, client, stop, [Symbol.asyncDispose]: stop }
}
