import { ConfigurationError } from '@kubewright/core'
import { type Reach, type WebhookDefinition, type WebhookServer, webhookServer } from '@kubewright/webhook'
import { type RunSettings, settingsOf } from '../settings/program.ts'
import { conversionsOf } from './program-parts.ts'
import type { Parts } from './run-in-cluster.ts'

type WebhookSettings = Pick<
  RunSettings,
  'webhooks' | 'webhookPort' | 'webhookFailurePolicy' | 'webhookCertDir' | 'webhookService' | 'webhookUrl' | 'webhookInstall'
>

/**
 * Everything that the API server may ask of the program, on one port; `undefined` when it asks nothing.
 * @throws ConfigurationError when a setting is for webhooks and there are none, or cannot be
 */
export function webhookServerOf(parts: Parts, settings: WebhookSettings, namespace: string): WebhookServer | undefined {
  const { name } = parts
  const hooks = hooksOf(parts, settings)
  const converted = conversionsOf(parts)
  const { webhookPort, webhookCertDir, webhookService, webhookUrl, webhookInstall, webhookFailurePolicy: failurePolicy } = settings
  if (hooks.length + converted.length === 0) {
    for (const [flag, given] of Object.entries({ 'cert-dir': webhookCertDir, service: webhookService, url: webhookUrl }))
      if (given !== undefined) throw new ConfigurationError(`--webhook-${flag}: this program has no webhooks: leave it out`)
    return undefined
  }
  if (!settings.webhooks) return undefined
  const program = `kubewright-${name}`
  return webhookServer({
    name: program,
    namespace,
    hooks,
    conversions: converted,
    bindAddress: `${hostFor(webhookUrl)}:${webhookPort ?? WEBHOOK_PORT}`,
    install: webhookInstall,
    ...(failurePolicy !== undefined && { failurePolicy }),
    reach: reachOf(name, settings, namespace),
    ...(webhookCertDir === undefined ? {} : { certificates: { from: 'folder', folder: webhookCertDir } }),
  })
}

/** Whether the API server has something to ask. */
export function servesWebhooks(parts: Parts, settings: WebhookSettings): boolean {
  return hooksOf(parts, settings).length + conversionsOf(parts).length > 0
}

function hooksOf({ operators, webhooks }: Parts, settings: WebhookSettings): readonly WebhookDefinition[] {
  return [
    ...operators.flatMap((operator) => operator.webhooksWith?.(settingsOf(operator, settings)) ?? operator.webhooks ?? []),
    ...webhooks,
  ]
}

/** Where controller-runtime's programs listen, and so what people open in their firewalls. */
export const WEBHOOK_PORT = 9443

/** How the API server finds the program: by a URL, or by the Service before its replicas. */
export function reachOf(
  name: string,
  { webhookUrl, webhookService }: Pick<WebhookSettings, 'webhookUrl' | 'webhookService'>,
  namespace: string,
): Reach {
  return webhookUrl === undefined ? { service: { name: webhookService ?? `kubewright-${name}`, namespace } } : { url: webhookUrl }
}

/** Who is reached on this machine alone needs not listen to others. */
function hostFor(url: string | undefined): string {
  const host = url !== undefined && URL.canParse(url) ? new URL(url).hostname : ''
  return ['127.0.0.1', '[::1]', 'localhost'].includes(host) ? host : ''
}
