import type { Client } from '@kubewright/client'
import { isNotFound } from '@kubewright/core'
import type { Logger } from '@kubewright/runtime'
import type { ConversionDefinition } from '../conversion/converters.ts'
import { conversionOf } from './configurations.ts'
import { ConvertedDefinition, MutatingWebhookConfiguration, ValidatingWebhookConfiguration, type WebhookConfiguration } from './kinds.ts'
import type { Reach } from './reach.ts'

export interface InstallOptions {
  readonly client: Client
  readonly log: Logger
  readonly signal: AbortSignal
}

/** Applies the configurations (server-side apply): nothing is written when they are so already. */
export async function installConfigurations(
  configurations: readonly WebhookConfiguration[],
  { client, signal }: InstallOptions,
): Promise<void> {
  for (const configuration of configurations) {
    const type = configuration.kind === MutatingWebhookConfiguration.kind ? MutatingWebhookConfiguration : ValidatingWebhookConfiguration
    const resource = await client.resource(type, { signal })
    await resource.patch({ name: configuration.metadata.name! }, { type: 'apply', body: configuration, force: true }, { signal })
  }
}

/** The name of a kind's CRD. */
export const definitionName = ({ plural, group }: Pick<ConversionDefinition, 'plural' | 'group'>) => `${plural}.${group}`

/** Makes the CRDs convert by webhook. A CRD that is not there is left out: whoever brings it has to say so in it, and the authority is injected then. */
export async function installConversions(
  definitions: readonly ConversionDefinition[],
  how: { readonly reach: Reach; readonly port: number; readonly caBundle: string | undefined },
  { client, log, signal }: InstallOptions,
): Promise<void> {
  const resource = await client.resource(ConvertedDefinition, { signal })
  for (const definition of definitions) {
    const name = definitionName(definition)
    // A merge patch, because an apply would make one where there is none.
    await resource
      .patch({ name }, { type: 'merge', body: { spec: { conversion: inPlaceOf(conversionOf(how)) } } }, { signal })
      .catch((error: unknown) => {
        if (!isNotFound(error)) throw error
        log.warn('the CRD is not there: its objects are not converted until it is installed with conversion by webhook', {
          definition: name,
        })
      })
  }
}

/** A merge patch leaves what it does not name: of a definition that named a Service before, the address by URL would be a second one. */
function inPlaceOf({ webhook, ...rest }: ReturnType<typeof conversionOf>): object {
  return { ...rest, webhook: { ...webhook, clientConfig: { url: null, service: null, ...webhook?.clientConfig } } }
}
