import type { Client } from '@kubewright/client'
import { isNotFound } from '@kubewright/core'
import type { Logger } from '@kubewright/runtime'
import type { WebhookConfiguration } from '@kubewright/webhook'
import type { RunSettings } from '../settings/program.ts'
import { WEBHOOK_PORT } from './webhooks.ts'

/** What decides how the API server can find the webhooks of a program. */
export interface Surroundings {
  readonly inCluster: boolean
  /** URL of the API server. */
  readonly server: string
  /** The configurations of the program that the cluster has already. */
  readonly installed: readonly WebhookConfiguration[]
}

/**
 * Where a program that runs outside the cluster serves its webhooks when nobody has said so. A Service before it would have no endpoints, and the API
 * server would refuse every write of its kinds. An API server on this machine reaches it by the loopback address, unless it runs in a container
 * (kind, minikube): so nothing is refused when it does not. For one elsewhere there is nothing to guess.
 */
export function settledWebhooks(
  settings: RunSettings,
  { inCluster, server, installed }: Surroundings,
): { readonly settings: RunSettings; readonly why?: string } {
  const { webhooks, webhookInstall, webhookUrl, webhookService, webhookCertDir } = settings
  const isSettled =
    inCluster || !webhooks || !webhookInstall || [webhookUrl, webhookService, webhookCertDir].some((given) => given !== undefined)
  if (isSettled) return { settings }
  const off = { ...settings, webhooks: false }
  if (installed.some((configuration) => configuration.webhooks?.some(({ clientConfig }) => clientConfig.service !== undefined)))
    return { settings: off, why: 'they are those of the program that is installed in the cluster' }
  const { hostname } = new URL(server)
  if (!LOOPBACK.includes(hostname))
    return { settings: off, why: 'the API server would not find this machine: name an address with --webhook-url' }
  // A free port: another operator may be at work on this machine. Not with --install-crds, which tells the port before the program listens.
  const webhookPort = settings.webhookPort ?? (settings.installCrds ? WEBHOOK_PORT : 0)
  const guessed = {
    webhookPort,
    webhookUrl: `https://${hostname}:${webhookPort}`,
    webhookFailurePolicy: settings.webhookFailurePolicy ?? 'Ignore',
  }
  return { settings: { ...settings, ...guessed } }
}

const LOOPBACK: readonly string[] = ['127.0.0.1', '[::1]', 'localhost']

/** As `settledWebhooks`, asking the cluster. `name`: of the program. */
export async function settleWebhooks(
  settings: RunSettings,
  name: string,
  { client, log, signal }: { readonly client: Client; readonly log: Logger; readonly signal: AbortSignal },
): Promise<RunSettings> {
  const { inCluster, server } = client
  const guess = settledWebhooks(settings, { inCluster, server, installed: [] })
  const isGuessed = guess.settings.webhookUrl !== settings.webhookUrl
  const settled = isGuessed ? settledWebhooks(settings, { inCluster, server, installed: await installed(client, name, signal) }) : guess
  if (settled.why !== undefined) log.warn('webhooks are not served', { why: settled.why })
  return settled.settings
}

async function installed(client: Client, program: string, signal: AbortSignal): Promise<readonly WebhookConfiguration[]> {
  const found = await Promise.all(
    ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'].map(async (kind) => {
      const resource = await client.resource<WebhookConfiguration>({ group: 'admissionregistration.k8s.io', version: 'v1', kind })
      try {
        return [await resource.get({ name: `kubewright-${program}` }, { signal })]
      } catch (error) {
        if (isNotFound(error)) return []
        throw error
      }
    }),
  )
  return found.flat()
}
