import type { Client, Service } from '@kubewright/client'
import { isNotFound, type KubeList, type KubeObject } from '@kubewright/core'
import type { WebhookConfiguration } from '@kubewright/webhook'

/** One address that the API server calls, and what is refused while nobody answers there. */
export interface CalledAddress {
  /** As kubectl names the object that has it. */
  readonly object: string
  /** Of the entry, for objects with several. */
  readonly entry: string
  readonly url: string | undefined
  readonly service: { readonly namespace: string; readonly name: string; readonly port: number } | undefined
  /** PEM. */
  readonly caBundle: string | undefined
  /** What does not work while nobody answers; `undefined`: it is passed over. */
  readonly holdsUp: string | undefined
}

interface ClientConfig {
  readonly url?: string
  readonly service?: { readonly namespace: string; readonly name: string; readonly port?: number }
  readonly caBundle?: string
}

function addressOf(config: ClientConfig): Pick<CalledAddress, 'url' | 'service' | 'caBundle'> {
  const { url, service, caBundle } = config
  return {
    url,
    service: service && { namespace: service.namespace, name: service.name, port: service.port ?? 443 },
    caBundle: caBundle === undefined || caBundle === '' ? undefined : Buffer.from(caBundle, 'base64').toString(),
  }
}

export function addressesOf(configuration: WebhookConfiguration): readonly CalledAddress[] {
  const object = `${configuration.kind?.toLowerCase()}/${configuration.metadata.name}`
  return (configuration.webhooks ?? []).map(({ name, clientConfig, failurePolicy, rules }) => ({
    object,
    entry: name,
    ...addressOf(clientConfig),
    holdsUp:
      failurePolicy === 'Fail'
        ? rules
            .map(({ operations, resources, apiGroups }) => `${operations.join('/')} of ${resources.join(', ')}.${apiGroups.join(', ')}`)
            .join('; ')
        : undefined,
  }))
}

export interface ConvertingDefinition extends KubeObject {
  readonly spec: {
    readonly group: string
    readonly names: { readonly plural: string }
    readonly conversion?: { readonly strategy?: string; readonly webhook?: { readonly clientConfig?: ClientConfig } }
  }
}

export function conversionAddressOf({ metadata, spec }: ConvertingDefinition): readonly CalledAddress[] {
  const config = spec.conversion?.strategy === 'Webhook' ? spec.conversion.webhook?.clientConfig : undefined
  if (config === undefined) return []
  return [
    {
      object: `crd/${metadata.name}`,
      entry: 'conversion',
      ...addressOf(config),
      holdsUp: 'reading its objects in another version than the stored one',
    },
  ]
}

/** What stands behind a Service. */
export interface ServiceFacts {
  readonly ports: readonly number[]
  /** Addresses of Pods that are ready. */
  readonly ready: number
}

interface EndpointSlice extends KubeObject {
  readonly endpoints?: readonly { readonly addresses?: readonly string[]; readonly conditions?: { readonly ready?: boolean } }[]
}

/** `undefined`: there is no such Service. @throws ApiError */
export async function serviceFacts(
  client: Client,
  namespace: string,
  name: string,
  signal: AbortSignal,
): Promise<ServiceFacts | undefined> {
  try {
    const { spec } = await client.request<Service>('GET', `/api/v1/namespaces/${namespace}/services/${name}`, { signal })
    const { items } = await client.request<KubeList<EndpointSlice>>(
      'GET',
      `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`,
      {
        signal,
        query: { labelSelector: `kubernetes.io/service-name=${name}` },
      },
    )
    const endpoints = items.flatMap((slice) => slice.endpoints ?? [])
    const ready = endpoints.filter(({ conditions }) => conditions?.ready !== false).flatMap(({ addresses = [] }) => addresses)
    return { ports: (spec?.ports ?? []).map(({ port }) => port), ready: ready.length }
  } catch (error) {
    if (isNotFound(error)) return undefined
    throw error
  }
}
