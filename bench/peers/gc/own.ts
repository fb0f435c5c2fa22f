import { dirname, join } from 'node:path'
import { gc } from '@kubewright/operator-gc'
import type { Contestant } from './contestant.ts'

const root = dirname(dirname(dirname(import.meta.dirname)))
const IN_FLIGHT = 32

/** The built command, as it runs in a Pod. */
export const ownGc: Contestant = {
  name: 'kubewright gc',
  crds: () => gc.kinds.map((kind) => kind.crd()),
  policy: (namespace, seconds, pace) => ({
    path: `/apis/gc.kubewright.dev/v1alpha1/namespaces/${namespace}/garbagecollectionpolicies`,
    body: {
      apiVersion: 'gc.kubewright.dev/v1alpha1',
      kind: 'GarbageCollectionPolicy',
      metadata: { name: 'due' },
      spec: {
        targetResource: { apiVersion: 'v1', kind: 'ConfigMap', labelSelector: { matchLabels: { role: 'due' } } },
        ttl: { secondsAfterCreation: seconds },
        ...(pace === 'full' && { behavior: { maxDeletionsPerSecond: 10_000, batchSize: 10_000 } }),
      },
    },
  }),
  launch: ({ namespace, kubeconfig }, pace) => ({
    command: process.execPath,
    args: [
      join(root, 'packages', 'cli', 'bin', 'kubewright.mjs'),
      ...['run', 'gc', '--kubeconfig', kubeconfig, '--namespace', namespace, '--no-webhooks', '--no-leader-elect'],
      ...['--metrics-bind-address', '0', '--health-probe-bind-address', '0'],
      ...(pace === 'full' ? ['--gc-concurrency', String(IN_FLIGHT)] : []),
    ],
  }),
}

/** The floor: nothing but the requests. */
export const bareClient: Contestant = {
  name: 'bare client: list, then delete by name',
  once: true,
  launch: ({ namespace, kubeconfig }) => ({
    command: process.execPath,
    args: [join(import.meta.dirname, 'bare-client.ts'), kubeconfig, namespace, String(IN_FLIGHT)],
  }),
}
