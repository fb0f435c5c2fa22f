import type { Client } from '@kubewright/client'
import type { KubeObject } from '@kubewright/core'
import { type ControllerDefinition, createLogger, createManager, type Manager } from '@kubewright/runtime'
import type { TestCluster } from '@kubewright/testing'
import { type ConversionDefinition, conversionOf, type WebhookDefinition, webhookServer } from '@kubewright/webhook'
import { installKinds } from '../kinds/install.ts'
import type { OperatorDefinition } from '../operator.ts'
import { conversionsOf, kindsOf, type ProgramPart, partsOf } from '../program/program-parts.ts'
import { settingsOf, settingsWith } from '../settings/program.ts'
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
  const kinds = kindsOf(parts)
  await installKinds(client, kinds)
  const manager = createManager({
    client,
    log: createLogger({ level: 'warn', format: 'text', destination: process.stderr }),
    metricsBindAddress: '0',
    healthProbeBindAddress: '0',
    leaderElection: false,
    preStopDelay: 0,
  })
  const settings = resolveSettings(settingsWith(parts.operators), { flags: {}, environment: {} })
  for (const operator of parts.operators) operator.setup(manager, settingsOf(operator, settings))
  for (const controller of parts.controllers) manager.add(controller)
  const hooks = [...parts.operators.flatMap((operator) => operator.webhooks ?? []), ...parts.webhooks]
  const conversions = conversionsOf(parts)
  const reach = { url: 'https://127.0.0.1:0' }
  const server =
    hooks.length + conversions.length === 0
      ? undefined
      : webhookServer({ name: `kubewright-${parts.name}`, hooks, conversions, bindAddress: '127.0.0.1:0', reach })
  if (server !== undefined) manager.add(server)

  const stopping = new AbortController()
  const done = manager.run(stopping.signal)
  // Told by `stop`, and not as a rejection that nobody handles in the middle of another test.
  done.catch(() => undefined)
  const stop = () => {
    stopping.abort()
    return done
  }
  await Promise.race([manager.elected, done])
  if (server !== undefined && conversions.length > 0) {
    // Only now is it known where they are converted.
    const conversion = conversionOf({ reach, port: server.port }).webhook?.clientConfig
    await installKinds(client, kinds, conversion === undefined ? {} : { conversion })
  }
  return { manager, client, stop, [Symbol.asyncDispose]: stop }
}
