import { join } from 'node:path'
import { type ApiServer, startApiServer } from '@kubewright/apiserver'
import { connect } from '@kubewright/client'
import { writeKubeconfigFile } from '../commands/kubeconfig-file.ts'
import { WEBHOOK_PORT } from '../program/webhooks.ts'
import type { Terminal } from '../terminal.ts'
import { freePort } from './free-port.ts'
import { removeWebhooksAt } from './webhook-removal.ts'

/** Which cluster the program works on, and how it is told so. */
export interface DevCluster {
  readonly server: string
  readonly kubeconfig: string | undefined
  readonly flags: readonly string[]
  /** For programs that the API server calls, and for others. */
  readonly flagsOf: { readonly called: readonly string[]; readonly others: readonly string[] }
  /** What a person must know when the program has webhooks. */
  readonly webhookNote: string | undefined
  stop(): Promise<void>
}

export interface ClusterChoice {
  readonly kubeconfig?: string
  readonly context?: string
  readonly webhookUrl?: string
  readonly webhookPort?: number
  /** Of the embedded server. */
  readonly port: number
  /** @default .kubewright/kubeconfig in the project */
  readonly writeKubeconfig?: string
}

export const isRemote = ({ kubeconfig, context }: ClusterChoice): boolean => kubeconfig !== undefined || context !== undefined

/** The embedded server in this process, whose data outlive the program's runs; or the cluster that is named. */
export function clusterFor(choice: ClusterChoice, root: string, terminal: Terminal): Promise<DevCluster> {
  return isRemote(choice) ? remote(choice, terminal) : embedded(choice, root, terminal)
}

async function embedded(choice: ClusterChoice, root: string, terminal: Terminal): Promise<DevCluster> {
  const server: ApiServer = await startApiServer({ port: choice.port, log: (line) => terminal.stderr.write(`${line}\n`) })
  try {
    const kubeconfig = await writeKubeconfigFile(choice.writeKubeconfig ?? join(root, '.kubewright', 'kubeconfig'), server.kubeconfig)
    const port = choice.webhookPort ?? (await freePort())
    return {
      server: server.url,
      kubeconfig,
      flags: ['--kubeconfig', kubeconfig],
      flagsOf: { called: ['--webhook-url', `https://127.0.0.1:${port}`, '--webhook-port', String(port)], others: [] },
      webhookNote: undefined,
      stop: () => server.stop(),
    }
  } catch (error) {
    await server.stop()
    throw error
  }
}

async function remote(
  { kubeconfig, context, webhookUrl, webhookPort = WEBHOOK_PORT }: ClusterChoice,
  terminal: Terminal,
): Promise<DevCluster> {
  const chosen = { ...(kubeconfig !== undefined && { kubeconfig }), ...(context !== undefined && { context }) }
  const client = await connect(chosen)
  return {
    server: client.server,
    kubeconfig,
    // The operator may be at work in the cluster too: only one of the two may be.
    flags: [...Object.entries(chosen).flatMap(([name, value]) => [`--${name}`, value]), '--leader-elect'],
    flagsOf: {
      called: webhookUrl === undefined ? ['--no-webhooks'] : ['--webhook-url', webhookUrl, '--webhook-port', String(webhookPort)],
      others: [],
    },
    webhookNote:
      webhookUrl === undefined
        ? `the program’s webhooks are left out, for the cluster cannot call this machine: give --webhook-url https://HOST:PORT, which leads to port ${webhookPort} here`
        : undefined,
    async stop() {
      try {
        if (webhookUrl !== undefined) await removeWebhooksAt(webhookUrl, client, (line) => terminal.stderr.write(`kubewright: ${line}\n`))
      } finally {
        await client.close()
      }
    },
  }
}
