import { startApiServer } from '@kubewright/apiserver'
import { type Client, connectTo } from '@kubewright/client'
import type { KubeObject } from '@kubewright/core'
import { createManager, processMetrics, Registry, restClientMetrics } from '@kubewright/runtime'
import { addProgramDashboard } from '../dashboard/program-dashboard.ts'
import type { OperatorDefinition } from '../operator.ts'
import { addParts } from '../program/added-parts.ts'
import { BESIDE, installProgramKindsBeside } from '../program/kind-installation.ts'
import { programLogger } from '../program/logging.ts'
import { isCalled } from '../program/program-parts.ts'
import type { Parts } from '../program/run-in-cluster.ts'
import { type RunSettings, settingsWith } from '../settings/program.ts'
import { resolveSettings } from '../settings/resolve.ts'
import type { OutputFormat, Terminal } from '../terminal.ts'
import { applyAll } from './apply-all.ts'
import { hintsFor } from './hints.ts'
import { defaultKubeconfigPath, writeKubeconfigFile } from './kubeconfig-file.ts'
import { narrate } from './narrator.ts'
import { loadOperators, selectOperators } from './operators.ts'
import { parsePort } from './port.ts'
import { startDemoStorage } from './s3-demo.ts'
import { startDemoVault } from './vault-sync-demo.ts'
import { startSealedVault } from './vault-unsealer-demo.ts'

interface UpFlags {
  readonly port: string
  readonly dataDir?: string
  readonly writeKubeconfig?: string
  readonly examples: boolean
  readonly only?: string
  readonly dashboardBindAddress: string
  readonly dashboardActionsTokenFile?: string
  readonly output: OutputFormat
}

/** The embedded API server with the operators at work on example objects, until the program is asked to stop. */
export async function up(given: Readonly<Record<string, unknown>>, terminal: Terminal): Promise<void> {
  const flags = given as unknown as UpFlags
  const known = selectOperators(flags.only === undefined ? ['all'] : flags.only.split(',').map((name) => name.trim()), '--only')
  const server = await startApiServer({
    port: parsePort('--port', flags.port),
    controllers: ['*'],
    log: (line) => terminal.stderr.write(`${line}\n`),
    ...(flags.dataDir !== undefined && { dataDir: flags.dataDir }),
  })
  const { dashboardBindAddress, dashboardActionsTokenFile } = flags
  const page = { dashboardBindAddress, ...(dashboardActionsTokenFile !== undefined && { dashboardActionsTokenFile }) }
  // In a cluster that was there before they have had their time.
  const wantsExamples = flags.examples && !server.isRestored
  const registry = new Registry()
  const client = connectTo(server.connection, { fieldManager: 'kubewright-up', observe: restClientMetrics(registry) })
  const vault = known.includes('vault-sync') ? await startDemoVault() : undefined
  const storage = wantsExamples && known.includes('s3') ? await startDemoStorage() : undefined
  const sealedVault = wantsExamples && known.includes('vault-unsealer') ? await startSealedVault() : undefined
  try {
    const kubeconfig = await writeKubeconfigFile(flags.writeKubeconfig ?? defaultKubeconfigPath(terminal.environment), server.kubeconfig)
    const operators = await loadOperators(known)
    const parts: Parts = { name: 'up', operators, controllers: [], webhooks: [], conversions: [] }
    await applyAll(client, [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: HOME } }], terminal.signal)
    await installProgramKindsBeside(client, parts, terminal.signal)

    const stop = new AbortController()
    const stopping = AbortSignal.any([terminal.signal, stop.signal])
    const running = await runManager({ client, metrics: registry, parts, beside: { ...vault?.settings, ...page } }, stopping, terminal)
    try {
      const addresses = await Promise.race([running.started, running.done])
      // Not before: what an operator has something to say against is not to be among the examples.
      const examples = wantsExamples ? operators.flatMap((operator) => operator.examples?.(Date.now()) ?? []) : []
      await Promise.race([applyAll(client, examples, terminal.signal), running.done])
      announce(
        {
          kubeconfig,
          server: server.url,
          vault: vault?.address,
          storage: storage?.address,
          ...addresses,
          operators,
          examples,
        },
        flags.output,
        terminal,
      )
      const say = (line: string) => void terminal.stdout.write(`${line}\n`)
      const shown = [
        ...(flags.output === 'text' ? [narrate(client, examples, terminal)] : []),
        // Not before: with its first provider the operator loads the SDK, which nobody has to wait for.
        ...(storage === undefined ? [] : [untilAborted(storage.populate(client, stopping), stopping)]),
        ...(sealedVault === undefined
          ? []
          : [untilAborted(sealedVault.run(client, flags.output === 'text' ? say : () => undefined, stopping), stopping)]),
      ]
      await Promise.race([Promise.all(shown), running.done])
      await running.done
    } finally {
      stop.abort()
      await running.done.catch(() => undefined)
    }
  } finally {
    await client.close()
    await vault?.stop()
    await storage?.stop()
    await sealedVault?.stop()
    await server.stop()
  }
}

async function untilAborted(task: Promise<void>, signal: AbortSignal): Promise<void> {
  await task.catch((error: unknown) => {
    if (!signal.aborted) throw error
  })
}

/** Where the operators have what is theirs, such as the certificates of their webhooks. */
const HOME = 'kubewright-system'

interface ManagerRun {
  readonly client: Client
  readonly metrics: Registry
  readonly parts: Parts
  /** Settings beside those that follow from everything being in one process. */
  readonly beside: Readonly<Record<string, string>>
}

async function runManager({ client, metrics: registry, parts, beside }: ManagerRun, signal: AbortSignal, terminal: Terminal) {
  const nowhere = { metricsBindAddress: '127.0.0.1:0', healthProbeBindAddress: '0', logLevel: 'warn' } as const
  const settings = resolveSettings(settingsWith(parts.operators), {
    flags: { ...nowhere, ...beside, ...(isCalled(parts) && { webhookUrl: BESIDE, webhookPort: '0' }) },
    environment: {},
  }) as RunSettings
  const manager = createManager({
    client,
    metrics: registry,
    log: programLogger({ logLevel: 'warn', logFormat: 'text' }, terminal),
    metricsBindAddress: nowhere.metricsBindAddress,
    healthProbeBindAddress: nowhere.healthProbeBindAddress,
    leaderElection: false,
    preStopDelay: 0,
  })
  processMetrics(manager.metrics)
  const page = await addProgramDashboard(manager, parts, settings)
  const webhooks = addParts(manager, parts, settings, HOME)
  const done = manager.run(signal)
  const started = Promise.all([page?.url, manager.elected, webhooks?.whenServing?.(signal)]).then(([dashboard]) => {
    const { metrics } = manager.addresses()
    return { metrics: metrics && `http://${metrics}/metrics`, dashboard }
  })
  return { done, started }
}

interface Announcement {
  readonly kubeconfig: string
  readonly server: string
  readonly vault: string | undefined
  readonly storage: string | undefined
  readonly metrics?: string | undefined
  readonly dashboard?: string | undefined
  readonly operators: readonly OperatorDefinition[]
  readonly examples: readonly KubeObject[]
}

function announce(
  { kubeconfig, server, vault, storage, metrics, dashboard, operators, examples }: Announcement,
  output: OutputFormat,
  terminal: Terminal,
): void {
  // Since the process began: what a person waited for.
  const readyMilliseconds = Math.round(performance.now())
  const names = operators.map(({ name }) => name)
  if (output === 'json') {
    const told = {
      server,
      kubeconfig,
      vault,
      s3: storage,
      metrics,
      dashboard,
      operators: names,
      examples: examples.length,
      readyMilliseconds,
    }
    terminal.stdout.write(`${JSON.stringify(told)}\n`)
    return
  }
  const lines = [
    `server: ${server}`,
    `kubeconfig: ${kubeconfig}`,
    ...(vault ? [`vault: ${vault} (token root)`] : []),
    ...(storage ? [`s3: ${storage} (S3, IAM and STS; keys in the Secrets of namespace s3-demo)`] : []),
    ...(dashboard ? [`dashboard: ${dashboard}`] : []),
    ...(metrics ? [`metrics: ${metrics}`] : []),
    `operators: ${names.join(', ')} (${examples.length} example objects)`,
    `ready in ${readyMilliseconds} ms`,
    '',
    ...hintsFor(operators).map(({ resources, operator }, at) => {
      const command = `kubectl --kubeconfig ${kubeconfig} get ${resources} -A`
      return `${at === 0 ? 'try: ' : '     '}${command}  # ${operator}`
    }),
    '',
  ]
  terminal.stdout.write(`${lines.join('\n')}\n`)
}
