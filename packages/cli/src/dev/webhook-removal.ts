import type { Client } from '@kubewright/client'
import { isNotFound, type KubeList, type KubeObject, messageOf } from '@kubewright/core'

interface Called {
  readonly clientConfig?: { readonly url?: string }
}

export interface CallingConfiguration extends KubeObject {
  readonly webhooks?: readonly Called[]
}

export interface CallingDefinition extends KubeObject {
  readonly spec?: { readonly conversion?: { readonly webhook?: Called } }
}

/** Whether an address that the API server calls is one of the program at `url`. */
function isAt(url: string, { clientConfig }: Called): boolean {
  if (clientConfig?.url === undefined) return false
  const [called, own] = [new URL(clientConfig.url), new URL(url)]
  return called.origin === own.origin && called.pathname.startsWith(own.pathname)
}

/** The configurations that call nobody but the program at `url`. */
export function configurationsAt(url: string, configurations: readonly CallingConfiguration[]): readonly CallingConfiguration[] {
  return configurations.filter(({ webhooks = [] }) => webhooks.length > 0 && webhooks.every((webhook) => isAt(url, webhook)))
}

/** The CRDs whose objects the program at `url` converts. */
export function definitionsAt(url: string, definitions: readonly CallingDefinition[]): readonly string[] {
  return definitions.filter(({ spec }) => isAt(url, spec?.conversion?.webhook ?? {})).map(({ metadata }) => metadata.name ?? '')
}

const ADMISSION = '/apis/admissionregistration.k8s.io/v1'
const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'

/**
 * Takes the configurations back that made the API server call this machine: when nobody answers any more, it would refuse every write that they are
 * about. CRDs are not touched, for their objects may be stored in more than one version; they are named.
 */
export async function removeWebhooksAt(url: string, client: Client, tell: (line: string) => void): Promise<void> {
  try {
    for (const plural of ['mutatingwebhookconfigurations', 'validatingwebhookconfigurations']) {
      const { items } = await client.request<KubeList<CallingConfiguration>>('GET', `${ADMISSION}/${plural}`)
      for (const { metadata } of configurationsAt(url, items)) {
        await removeOne(client, `${ADMISSION}/${plural}/${metadata.name}`, metadata.uid)
        tell(`removed ${plural}/${metadata.name}, which called ${url}`)
      }
    }
    const { items } = await client.request<KubeList<CallingDefinition>>('GET', DEFINITIONS)
    for (const name of definitionsAt(url, items))
      tell(`the CRD ${name} is still converted at ${url}: install the operator in the cluster, or apply the CRD of its release again`)
  } catch (error) {
    tell(`the webhooks that call ${url} may still be in the cluster: ${messageOf(error)}`)
  }
}

async function removeOne(client: Client, path: string, uid: string | undefined): Promise<void> {
  const body = { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { uid } }
  await client.request('DELETE', path, { body }).catch((error: unknown) => {
    if (!isNotFound(error)) throw error
  })
}
