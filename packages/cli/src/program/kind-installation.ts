import type { Client } from '@kubewright/client'
import { ConfigurationError } from '@kubewright/core'
import type { Logger } from '@kubewright/runtime'
import { conversionOf, type Reach } from '@kubewright/webhook'
import { installKinds } from '../kinds/install.ts'
import type { RunSettings } from '../settings/program.ts'
import { conversionsOf, kindsOf } from './program-parts.ts'
import type { Parts } from './run-in-cluster.ts'
import { reachOf } from './webhooks.ts'

type InstallationSettings = Pick<RunSettings, 'webhookPort' | 'webhookService' | 'webhookUrl' | 'webhooks'>

/** Applies the CRDs of a program's kinds, those that it converts with the address of its webhooks. @throws KindInstallError, ConfigurationError */
export async function installProgramKinds(
  client: Client,
  parts: Parts,
  settings: InstallationSettings,
  log: Logger,
  signal: AbortSignal,
): Promise<void> {
  const converted = settings.webhooks ? conversionsOf(parts) : []
  const isConverted = (kind: { readonly group: string; readonly plural: string }) =>
    converted.some(({ group, plural }) => group === kind.group && plural === kind.plural)
  const kinds = kindsOf(parts)
  const installed = [
    ...(await installKinds(
      client,
      kinds.filter((kind) => !isConverted(kind)),
      { signal },
    )),
    ...(converted.length === 0 ? [] : await installConverted()),
  ]
  log.info('kinds are installed', { kinds: installed.map(({ kind, change }) => `${kind}: ${change}`).join(', ') })

  async function installConverted() {
    const reach = reachOf(parts.name, settings, client.namespace)
    refuseUnknownPort(reach, settings)
    const conversion = conversionOf({ reach, port: settings.webhookPort }).webhook?.clientConfig
    const options = { signal, ...(conversion !== undefined && { conversion }) }
    // Stored objects are moved through the webhook, which does not listen yet.
    return installKinds(client, kinds.filter(isConverted), { ...options, migrate: false })
  }
}

function refuseUnknownPort(reach: Reach, { webhookPort }: InstallationSettings): void {
  if ('url' in reach && new URL(reach.url).port === '0' && webhookPort === 0)
    throw new ConfigurationError(
      '--install-crds: the CRDs say where their objects are converted, which is not known yet: give a number for --webhook-port',
    )
}
