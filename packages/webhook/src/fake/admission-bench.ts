import type { Client } from '@kubewright/client'
import type { KubeObject, ResourceType } from '@kubewright/core'
import { createLogger } from '@kubewright/runtime'
import { virtualClock } from '@kubewright/testing/virtual-clock'
import { type AdmissionTools, admit, type Side } from '../admission/admit.ts'
import type { WebhookDefinition } from '../admission/definition.ts'
import type { AdmissionRequest } from '../admission/review.ts'

export interface Shop extends KubeObject {
  readonly spec: { readonly image?: string; readonly replicas?: number; readonly tags?: readonly string[] }
}
export const Shop: ResourceType<Shop> = { group: 'example.dev', version: 'v1', kind: 'Shop', plural: 'shops', namespaced: true }

export const shop = (spec: Shop['spec'], metadata: KubeObject['metadata'] = {}): Shop => ({
  apiVersion: 'example.dev/v1',
  kind: 'Shop',
  metadata: { name: 'a', namespace: 'ns', ...metadata },
  spec,
})

/** A request as the API server sends it; an `oldObject` makes it an update. */
export function request(over: Partial<AdmissionRequest> = {}): AdmissionRequest {
  return {
    uid: 'uid-1',
    kind: { group: 'example.dev', version: 'v1', kind: 'Shop' },
    resource: { group: 'example.dev', version: 'v1', resource: 'shops' },
    name: 'a',
    namespace: 'ns',
    operation: over.oldObject === undefined ? 'CREATE' : 'UPDATE',
    userInfo: { username: 'ann' },
    object: shop({}),
    ...over,
  }
}

export interface Asked {
  readonly response: Awaited<ReturnType<typeof admit>>['response']
  readonly failed: boolean
  /** The patch, read. */
  readonly patch: unknown
  readonly log: readonly string[]
}

/** Asks a hook as the server would, in time that stands still. */
export async function ask(
  definition: WebhookDefinition,
  side: Side,
  asked: AdmissionRequest,
  tools: Partial<AdmissionTools> = {},
): Promise<Asked> {
  const log: string[] = []
  const logger = createLogger({ level: 'debug', destination: { write: (line) => log.push(line) } })
  logger.secrets.add('hunter2-hunter2')
  const { response, failed } = await admit(definition, side, asked, {
    client: {} as Client,
    log: logger,
    clock: virtualClock(),
    time: 1_000,
    signal: new AbortController().signal,
    ...tools,
  })
  const patch: unknown = response.patch === undefined ? undefined : JSON.parse(Buffer.from(response.patch, 'base64').toString())
  return { response, failed, patch, log }
}
