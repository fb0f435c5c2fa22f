import { startApiServer } from '@kubewright/apiserver'
import { type Client, connectTo } from '@kubewright/client'
import { createManager, processMetrics } from '@kubewright/runtime'
import type { OperatorDefinition } from '../operator.ts'
import { programLogger } from '../program/logging.ts'
import { settingsOf, settingsWith } from '../settings/program.ts'
import { resolveSettings } from '../settings/resolve.ts'
import type { OutputFormat, Terminal } from '../terminal.ts'
import { UsageError } from '../usage-error.ts'
import { applyAll } from './apply-all.ts'
import { defaultKubeconfigPath, writeKubeconfigFile } from './kubeconfig-file.ts'
import { narrate } from './narrator.ts'
import { loadOperators, OPERATOR_NAMES, selectOperators } from './operators.ts'
import { parsePort } from './port.ts'

interface UpFlags {
  readonly port: string
  readonly writeKubeconfig?: string
  readonly examples: boolean
  readonly only?: string
  readonly output: OutputFormat
}

/** The embedded API server with the operators at work on example objects, until the program is asked to stop. */
export async function up(given: Readonly<Record<string, unknown>>, terminal: Terminal): Promise<void> {
  const flags = given as unknown as UpFlags
  const { known, unknown } = selectOperators(flags.only === undefined ? ['all'] : flags.only.split(',').map((name) => name.trim()))
  if (unknown.length > 0) throw new UsageError(`--only: unknown operator "${unknown[0]}": one of ${OPERATOR_NAMES.join(', ')}`)
  const server = await startApiServer({ port: parsePort('--port', flags.port), controllers: ['*'] })
  const client = connectTo(server.connection, { fieldManager: 'kubewright-up' })
  try {
    const kubeconfig = await writeKubeconfigFile(flags.writeKubeconfig ?? defaultKubeconfigPath(terminal.environment), server.kubeconfig)
    const operators = await loadOperators(known)
    await applyAll(
      client,
      operators.flatMap((operator) => operator.kinds.map((kind) => kind.crd())),
      terminal.signal,
    )
    // What was served before the definitions came is no longer all.
    client.discovery.invalidate()
    const examples = flags.examples ? operators.flatMap((operator) => operator.examples?.(Date.now()) ?? []) : []
    await applyAll(client, examples, terminal.signal)

    const stop = new AbortController()
    const running = runManager(client, operators, AbortSignal.any([terminal.signal, stop.signal]), terminal)
    try {
      const metrics = await Promise.race([running.started, running.done])
      announce(
        { kubeconfig, server: server.url, metrics: metrics ?? undefined, operators: known, examples: examples.length },
        flags.output,
        terminal,
      )
      if (flags.output === 'text') await Promise.race([narrate(client, examples, terminal), running.done])
      await running.done
    } finally {
      stop.abort()
      await running.done.catch(() => undefined)
    }
  } finally {
    await client.close()
    await server.stop()
  }
}

function runManager(client: Client, operators: readonly OperatorDefinition[], signal: AbortSignal, terminal: Terminal) {
  const settings = resolveSettings(settingsWith(operators), {
    flags: { metricsBindAddress: '127.0.0.1:0', healthProbeBindAddress: '0', logLevel: 'warn' },
    environment: {},
  })
  const manager = createManager({
    client,
    log: programLogger({ logLevel: 'warn', logFormat: 'text' }, terminal),
    metricsBindAddress: '127.0.0.1:0',
    healthProbeBindAddress: '0',
    leaderElection: false,
  })
  processMetrics(manager.metrics)
  for (const operator of operators) operator.setup(manager, settingsOf(operator, settings))
  const done = manager.run(signal)
  return {
    done,
    started: manager.elected.then(() => manager.addresses().metrics).then((address) => address && `http://${address}/metrics`),
  }
}

interface Announcement {
  readonly kubeconfig: string
  readonly server: string
  readonly metrics: string | undefined
  readonly operators: readonly string[]
  readonly examples: number
}

function announce({ kubeconfig, server, metrics, operators, examples }: Announcement, output: OutputFormat, terminal: Terminal): void {
  // Since the process began: what a person waited for.
  const readyMilliseconds = Math.round(performance.now())
  if (output === 'json') {
    terminal.stdout.write(`${JSON.stringify({ server, kubeconfig, metrics, operators, examples, readyMilliseconds })}\n`)
    return
  }
  const lines = [
    `server: ${server}`,
    `kubeconfig: ${kubeconfig}`,
    ...(metrics ? [`metrics: ${metrics}`] : []),
    `operators: ${operators.join(', ')} (${examples} example objects)`,
    `ready in ${readyMilliseconds} ms`,
    '',
    `try: kubectl --kubeconfig ${kubeconfig} get gcp,cgcp -A`,
    `     kubectl --kubeconfig ${kubeconfig} get cm -A -w`,
    '',
  ]
  terminal.stdout.write(`${lines.join('\n')}\n`)
}
