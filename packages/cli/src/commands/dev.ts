import { type ClusterChoice, clusterFor, isRemote } from '../dev/cluster.ts'
import { type DevEvent, develop } from '../dev/development.ts'
import { projectOf } from '../dev/project.ts'
import type { OutputFormat, Terminal } from '../terminal.ts'
import { UsageError } from '../usage-error.ts'
import { parsePort } from './port.ts'

export interface DevFlags {
  readonly kubeconfig?: string
  readonly context?: string
  readonly port?: string
  readonly writeKubeconfig?: string
  readonly webhookUrl?: string
  readonly webhookPort?: string
  readonly installCrds: boolean
  readonly typeCheck: boolean
  readonly output: OutputFormat
}

/** Runs a user's program on the embedded server, or on a cluster that is named, and anew after each change of its sources. */
export async function dev(file: string | undefined, programFlags: readonly string[], flags: DevFlags, terminal: Terminal): Promise<void> {
  const choice = choiceOf(flags)
  const project = projectOf(file, process.cwd())
  const cluster = await clusterFor(choice, project.root, terminal)
  try {
    announce({ server: cluster.server, kubeconfig: cluster.kubeconfig, watching: project.root }, flags.output, terminal)
    await develop({
      project,
      cluster,
      flags: [...USUAL, ...(flags.installCrds ? ['--install-crds'] : []), ...programFlags],
      typeCheck: flags.typeCheck,
      tell: (event) => terminal.stdout.write(`${flags.output === 'json' ? JSON.stringify(event) : textOf(event)}\n`),
      terminal,
    })
  } finally {
    await cluster.stop()
  }
}

/** Nobody scrapes or probes it here, and ports that are taken would be in the way. */
const USUAL = ['--metrics-bind-address', '0', '--health-probe-bind-address', '0', '--log-format', 'text']

function choiceOf({ kubeconfig, context, port, writeKubeconfig, webhookUrl, webhookPort }: DevFlags): ClusterChoice {
  const choice: ClusterChoice = {
    ...(kubeconfig !== undefined && { kubeconfig }),
    ...(context !== undefined && { context }),
    ...(webhookUrl !== undefined && { webhookUrl }),
    ...(webhookPort !== undefined && { webhookPort: parsePort('--webhook-port', webhookPort) }),
    ...(writeKubeconfig !== undefined && { writeKubeconfig }),
    port: parsePort('--port', port ?? '0'),
  }
  if (isRemote(choice)) {
    for (const [flag, value] of Object.entries({ port, 'write-kubeconfig': writeKubeconfig }))
      if (value !== undefined) throw new UsageError(`--${flag}: is for the embedded server: leave it out, or --kubeconfig and --context`)
  } else if (webhookUrl !== undefined)
    throw new UsageError('--webhook-url: the embedded server calls this machine anyway: leave it out, or name a cluster with --context')
  return choice
}

function announce(
  facts: { readonly server: string; readonly kubeconfig: string | undefined; readonly watching: string },
  output: OutputFormat,
  terminal: Terminal,
): void {
  const lines = Object.entries(facts).flatMap(([name, value]) => (value === undefined ? [] : [`${name}: ${value}\n`]))
  terminal.stdout.write(output === 'json' ? `${JSON.stringify({ event: 'ready', ...facts })}\n` : lines.join(''))
}

function textOf(event: DevEvent): string {
  switch (event.event) {
    case 'live':
      return event.run === 1 ? `live in ${event.milliseconds} ms` : `live again ${event.milliseconds} ms after the change`
    case 'ended':
      return event.code === 0
        ? 'the program has ended; the next change starts it again'
        : `the program has ended (${typeof event.code === 'number' ? `exit code ${event.code}` : event.code}); the next change starts it again`
    case 'types':
      return event.fine ? event.text : `types:\n${event.text}`
    case 'note':
      return event.text
  }
}
