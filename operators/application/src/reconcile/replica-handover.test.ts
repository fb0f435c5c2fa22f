import type { KubeObject } from 'kubewright'
import { expect, test } from 'vitest'
import { CONTROLLER } from '../desired/names.ts'
import { sample } from '../fake/application.ts'
import { handOverReplicas } from './replica-handover.ts'

const controlled = { apiVersion: 'apps.kubewright.dev/v1', kind: 'Application', name: 'shop', uid: 'u1', controller: true }
const metadata = { name: 'shop', namespace: 'demo', ownerReferences: [controlled] }
const deployment = (applied: readonly string[]): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: {
    ...{ ...metadata, uid: 'd1' },
    managedFields: [
      { manager: CONTROLLER, operation: 'Apply', fieldsV1: { 'f:spec': Object.fromEntries(applied.map((field) => [`f:${field}`, {}])) } },
    ],
  },
  ...{ spec: { replicas: 7 } },
})
const ours = deployment(['replicas', 'template'])
const autoscalers = deployment(['template'])
const autoscaler: KubeObject = { apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', metadata }

/** What is asked of the server, with those objects in the cache, and that Deployment at the server. */
async function requests(cached: readonly KubeObject[], live: KubeObject): Promise<readonly unknown[]> {
  const asked: unknown[] = []
  const resource = {
    get() {
      asked.push('get')
      return Promise.resolve(live)
    },
    patch(_: unknown, { body }: { readonly body: { readonly spec: { readonly replicas: number } } }) {
      asked.push(body.spec)
      return Promise.resolve(live)
    },
  }
  const context = {
    object: sample({ autoscaling: { minReplicas: 2, maxReplicas: 9 } }),
    children: ({ kind }: { readonly kind: string }) => cached.filter((object) => object.kind === kind),
    client: { resource: () => Promise.resolve(resource) },
    signal: new AbortController().signal,
  }
  await handOverReplicas(context as unknown as Parameters<typeof handOverReplicas>[0])
  return asked
}

test.each<[string, readonly KubeObject[], KubeObject, readonly unknown[]]>([
  ['with the first autoscaler', [ours], ours, ['get', { replicas: 7 }]],
  ['when autoscaling comes back before the autoscaler of before was deleted', [ours, autoscaler], ours, ['get', { replicas: 7 }]],
  ['and not again', [autoscalers], autoscalers, ['get']],
  ['and nobody is asked once the autoscaler has them', [autoscalers, autoscaler], autoscalers, []],
  ['and who cannot see the Deployment asks', [autoscaler], ours, ['get', { replicas: 7 }]],
])('replicas are handed over %s', async (_, cached, live, expected) => {
  expect(await requests(cached, live)).toEqual(expected)
})
