import type { Client, Resource } from '@kubewright/client'
import { isConflict, isInvalid, isNotFound, type JsonPatchOperation, type KubeObject, type ResourceType } from '@kubewright/core'
import type { TrustTarget } from '../certificates/rotator.ts'
import { ConvertedDefinition, type WebhookConfiguration } from './kinds.ts'

/** All webhooks of a configuration. */
export function configurationTarget(client: Client, type: ResourceType<WebhookConfiguration>, name: string): TrustTarget {
  return targetOf(client, type, name, ({ webhooks = [] }, bundle) =>
    webhooks.flatMap(({ clientConfig }, index) => trusting(clientConfig.caBundle, bundle, `/webhooks/${index}/clientConfig/caBundle`)),
  )
}

/** The conversion webhook of a CRD, when it has one. */
export function conversionTarget(client: Client, name: string): TrustTarget {
  return targetOf(client, ConvertedDefinition, name, ({ spec }, bundle) => {
    const config = spec?.conversion?.webhook?.clientConfig
    return config === undefined ? [] : trusting(config.caBundle, bundle, '/spec/conversion/webhook/clientConfig/caBundle')
  })
}

function trusting(current: string | undefined, bundle: string, path: string): readonly JsonPatchOperation[] {
  return current === bundle ? [] : [{ op: 'add', path, value: bundle }]
}

/** Another replica, or an installation, may write at the same time. */
const MOST_TRIES = 10

function targetOf<T extends KubeObject>(
  client: Client,
  type: ResourceType<T>,
  name: string,
  correction: (object: T, bundle: string) => readonly JsonPatchOperation[],
): TrustTarget {
  return {
    name: `${type.kind} ${name}`,
    async trust(pem, signal) {
      const bundle = Buffer.from(pem).toString('base64')
      const resource: Resource<T> = await client.resource(type, { signal })
      for (let tries = 1; ; tries++) {
        const object = await resource.get({ name }, { signal }).catch((error: unknown) => {
          if (isNotFound(error)) return undefined
          throw error
        })
        if (object === undefined) return 'missing'
        const operations = correction(object, bundle)
        if (operations.length === 0) return 'trusts'
        // The list may have changed since: positions hold for this version alone.
        const guard: JsonPatchOperation = { op: 'test', path: '/metadata/resourceVersion', value: object.metadata.resourceVersion }
        try {
          await resource.patch({ name }, { type: 'json', body: [guard, ...operations] }, { signal })
          return 'corrected'
        } catch (error) {
          if (!(isConflict(error) || isInvalid(error) || isNotFound(error)) || tries === MOST_TRIES) throw error
        }
      }
    },
  }
}
