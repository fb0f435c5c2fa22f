import { conversion, webhooks } from '@kubewright/webhook'
import { expect, test } from 'vitest'
import { webhookManifestsOf, webhookRolesOf } from './webhooks.ts'

const Shop = { group: 'example.dev', version: 'v1', kind: 'Shop', plural: 'shops', namespaced: true }
const hooks = [webhooks(Shop, { validate() {} })]
const conversions = [conversion(Shop, { hub: 'v1', versions: ['v1beta1'], toHub: (_, object) => object, fromHub: (_, object) => object })]

test('an operator without webhooks needs nothing for them', () => {
  expect([webhookManifestsOf({ name: 'x' }, 'ns'), webhookRolesOf({ name: 'x' }, 'ns')]).toEqual([[], []])
})

test('the Service is the one that the configurations name', () => {
  const [service, configuration] = webhookManifestsOf({ name: 'x', webhooks: hooks }, 'ns') as [object, object]
  expect(service).toMatchObject({
    kind: 'Service',
    metadata: { name: 'kubewright-x', namespace: 'ns' },
    spec: { ports: [{ port: 443, targetPort: 9443 }] },
  })
  expect(configuration).toMatchObject({
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name: 'kubewright-x' },
    webhooks: [{ clientConfig: { service: { name: 'kubewright-x', namespace: 'ns', path: '/validate-example-dev-v1-shop', port: 443 } } }],
  })
})

test('rights are for its own objects, by name', () => {
  const [cluster, own] = webhookRolesOf({ name: 'x', webhooks: hooks, conversions }, 'ns') as [object, object]
  const named = ['get', 'list', 'patch', 'watch']
  expect(cluster).toMatchObject({
    kind: 'ClusterRole',
    rules: expect.arrayContaining([
      { apiGroups: ['apiextensions.k8s.io'], resources: ['customresourcedefinitions'], resourceNames: ['shops.example.dev'], verbs: named },
    ]) as unknown,
  })
  expect(own).toMatchObject({
    kind: 'Role',
    metadata: { namespace: 'ns' },
    rules: [
      { resources: ['secrets'], resourceNames: ['kubewright-x-certificates'], verbs: ['get', 'list', 'update', 'watch'] },
      { resources: ['secrets'], verbs: ['create'] },
    ],
  })
})

test.each([
  ['validatingwebhookconfigurations', [webhooks(Shop, { validate() {} })]],
  ['mutatingwebhookconfigurations', [webhooks(Shop, { default() {} })]],
])('rights are for those configurations alone that there are: %s', (resource, definitions) => {
  const [cluster] = webhookRolesOf({ name: 'x', webhooks: definitions }, 'ns') as [
    { readonly rules: readonly { readonly resources: string[] }[] },
  ]
  expect(new Set(cluster.rules.flatMap(({ resources }) => resources))).toEqual(new Set([resource]))
})

test('where somebody else makes the configurations, there is no right to', () => {
  const verbsOf = (install: boolean) => {
    const [cluster] = webhookRolesOf({ name: 'x', webhooks: hooks }, 'ns', { install }) as [
      { readonly rules: readonly { readonly verbs: string[] }[] },
    ]
    return new Set(cluster.rules.flatMap(({ verbs }) => verbs))
  }
  expect(verbsOf(false)).toEqual(new Set(['get', 'list', 'patch', 'watch']))
  expect(verbsOf(true)).toContain('create')
})
