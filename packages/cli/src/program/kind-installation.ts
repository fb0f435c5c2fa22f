import type { Client } from '@kubewright/client'
import { ConfigurationError } from '@kubewright/core'
import type { Logger } from '@kubewright/runtime'
import type { KindDefinition } from '@kubewright/schema'
import { conversionOf, type Reach } from '@kubewright/webhook'
import { type InstalledKind, installKinds } from '../kinds/install.ts'
import type { RunSettings } from '../settings/program.ts'
import { conversionsOf, kindsOf } from './program-parts.ts'
import type { Parts } from './run-in-cluster.ts'
import { reachOf, WEBHOOK_PORT } from './webhooks.ts'

type InstallationSettings = Pick<RunSettings, 'webhookPort' | 'webhookService' | 'webhookUrl' | 'webhooks'>

/** A program's kinds, by who brings their versions into each other. */
export function kindsByConversion(parts: Parts): {
  readonly converted: readonly KindDefinition[]
  readonly plain: readonly KindDefinition[]
} {
  const conversions = conversionsOf(parts)
  const kinds = kindsOf(parts)
  const converted = kinds.filter((kind) => conversions.some(({ group, plural }) => group === kind.group && plural === kind.plural))
  return { converted, plain: kinds.filter((kind) => !converted.includes(kind)) }
}

/**
 * Applies the CRDs of a program's kinds, those that it converts with the address of its webhooks. What is stored of these is not moved yet, as the webhook
 * that converts it does not listen: see {@link storageMigration}.
 * @throws KindInstallError, ConfigurationError
 */
export async function installProgramKinds(
  client: Client,
  parts: Parts,
  settings: InstallationSettings,
  log: Logger,
  signal: AbortSignal,
): Promise<void> {
  const { converted, plain } = kindsByConversion(parts)
  const fieldManager = managerOf(parts)
  const installed = [
    ...(await installKinds(client, plain, { signal, fieldManager })),
    ...(converted.length === 0 ? [] : await installConverted()),
  ]
  log.info('kinds are installed', { kinds: installed.map(({ kind, change }) => `${kind}: ${change}`).join(', ') })

  async function installConverted() {
    // Another replica may serve them; then the CRDs say where.
    if (!settings.webhooks) return installKinds(client, converted, { signal, fieldManager, migrate: false })
    const reach = reachOf(parts.name, settings, client.namespace)
    refuseUnknownPort(reach, settings)
    return installAt(client, converted, { reach, port: settings.webhookPort ?? WEBHOOK_PORT, fieldManager }, signal)
  }
}

/**
 * The same for a program beside its API server, which takes whatever port is free: what it converts is not to be had in other versions until the program
 * listens, and then tells the API server where.
 */
export async function installProgramKindsBeside(client: Client, parts: Parts, signal: AbortSignal): Promise<void> {
  const { converted, plain } = kindsByConversion(parts)
  await installKinds(client, plain, { signal, fieldManager: managerOf(parts) })
  if (converted.length > 0) await installAt(client, converted, { reach: { url: BESIDE }, fieldManager: managerOf(parts) }, signal)
}

/** The address of a program beside its API server; 0 stands for the port that it takes. */
export const BESIDE = 'https://127.0.0.1:0'

/** Who owns the fields of the CRDs: the program, whichever of its clients it writes them with. */
const managerOf = ({ name }: Parts): string => `kubewright-${name}`

function installAt(
  client: Client,
  kinds: readonly KindDefinition[],
  { fieldManager, ...at }: { readonly reach: Reach; readonly port?: number; readonly fieldManager: string },
  signal: AbortSignal,
): Promise<readonly InstalledKind[]> {
  const conversion = conversionOf(at).webhook?.clientConfig
  return installKinds(client, kinds, { signal, fieldManager, migrate: false, ...(conversion !== undefined && { conversion }) })
}

function refuseUnknownPort(reach: Reach, { webhookPort }: InstallationSettings): void {
  if ('url' in reach && new URL(reach.url).port === '0' && webhookPort === 0)
    throw new ConfigurationError(
      '--install-crds: the CRDs say where their objects are converted, which is not known yet: give a number for --webhook-port',
    )
}
