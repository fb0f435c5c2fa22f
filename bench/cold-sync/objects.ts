import type { Client } from 'kubewright'
import type { Truth } from './trial.ts'

const LIST = '/api/v1/configmaps'
const NAMESPACE = 'bench'
const IN_FLIGHT = 16
/** With what the server adds to it, managedFields above all, about 2.2 KB as JSON. */
const FIELDS = 12
const FIELD_BYTES = 64

export function configMap(index: number): object {
  const data = Array.from({ length: FIELDS }, (_, field) => [
    `setting-${field}.properties`,
    `${index}.${field}=`.padEnd(FIELD_BYTES, 'the quick brown fox "jumps" '),
  ])
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: `shop-${index % 50}-${index.toString(36).padStart(5, '0')}`,
      labels: { 'app.kubernetes.io/name': `shop-${index % 50}`, 'app.kubernetes.io/version': `1.${index % 7}.0` },
      annotations: { 'checksum/config': index.toString(16).padStart(64, '0') },
    },
    data: Object.fromEntries(data),
  }
}

/** Creates so many in a namespace of their own. */
export async function createConfigMaps(client: Client, count: number): Promise<void> {
  await client.request('POST', '/api/v1/namespaces', { body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } } })
  const rest = Array.from({ length: count }, (_, index) => index).values()
  await Promise.all(
    Array.from({ length: IN_FLIGHT }, async () => {
      for (const index of rest) await client.request('POST', `/api/v1/namespaces/${NAMESPACE}/configmaps`, { body: configMap(index) })
    }),
  )
}

/** What a quorum read says there is, and how long it is as JSON. */
export async function whatThereIs(client: Client): Promise<{ readonly truth: Truth; readonly bytes: number }> {
  const { items } = await client.request<{ items: { metadata: { uid: string; resourceVersion: string } }[] }>('GET', LIST)
  const truth = new Set(items.map(({ metadata }) => `${metadata.uid} ${metadata.resourceVersion}`))
  return { truth, bytes: items.reduce((sum, item) => sum + JSON.stringify(item).length, 0) }
}
