import { ConfigMap, Namespace } from '@kubewright/client'
import { describe, expect, test } from 'vitest'
import { webhooks } from '../admission/definition.ts'
import { Shop } from '../fake/admission-bench.ts'
import { type ConfigurationOptions, configurationsOf, conversionOf } from './configurations.ts'
import type { WebhookEntry } from './kinds.ts'
import { checkReach, clientConfig, serverNames } from './reach.ts'

const SERVICE = { service: { name: 'hooks', namespace: 'shop' } }
const options: ConfigurationOptions = { name: 'shop', reach: SERVICE }
const validate = () => {}

test('the whole of it', () => {
  const hooks = webhooks(Shop, {
    default() {},
    validate,
    validateDelete() {},
    timeout: '3s',
    failurePolicy: 'Ignore',
    reinvocationPolicy: 'IfNeeded',
    sideEffects: 'NoneOnDryRun',
    objectSelector: { matchLabels: { a: 'b' } },
    matchConditions: [{ name: 'c', expression: 'true' }],
    subresources: { status: { validate }, exec: { validateConnect() {} } },
  })
  const common = {
    admissionReviewVersions: ['v1'],
    failurePolicy: 'Ignore',
    matchPolicy: 'Equivalent',
    sideEffects: 'NoneOnDryRun',
    timeoutSeconds: 3,
    objectSelector: { matchLabels: { a: 'b' } },
    matchConditions: [{ name: 'c', expression: 'true' }],
  }
  const rule = { apiGroups: ['example.dev'], apiVersions: ['v1'], scope: 'Namespaced' }
  const config = (path: string) => ({ service: { name: 'hooks', namespace: 'shop', path, port: 443 }, caBundle: 'UEVN' })
  expect(configurationsOf([hooks], { ...options, caBundle: 'PEM', labels: { app: 'shop' } })).toEqual([
    {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'MutatingWebhookConfiguration',
      metadata: { name: 'shop', labels: { app: 'shop' } },
      webhooks: [
        {
          ...common,
          name: 'mutate.shop.example.dev',
          clientConfig: config('/mutate-example-dev-v1-shop'),
          rules: [{ ...rule, operations: ['CREATE', 'UPDATE'], resources: ['shops'] }],
          reinvocationPolicy: 'IfNeeded',
        },
      ],
    },
    {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingWebhookConfiguration',
      metadata: { name: 'shop', labels: { app: 'shop' } },
      webhooks: [
        {
          ...common,
          name: 'validate.shop.example.dev',
          clientConfig: config('/validate-example-dev-v1-shop'),
          rules: [
            { ...rule, operations: ['CREATE', 'UPDATE', 'DELETE'], resources: ['shops'] },
            { ...rule, operations: ['CREATE', 'UPDATE'], resources: ['shops/status'] },
            { ...rule, operations: ['CONNECT'], resources: ['shops/exec'] },
          ],
        },
      ],
    },
  ])
})

const only = (hooks: ReturnType<typeof webhooks>, over: Partial<ConfigurationOptions> = {}): WebhookEntry =>
  configurationsOf([hooks], { ...options, ...over })[0]!.webhooks![0]!

test('without hooks on a side there is no configuration for it', () => {
  expect(configurationsOf([webhooks(Shop, { default() {} })], options).map(({ kind }) => kind)).toEqual(['MutatingWebhookConfiguration'])
})

test('operations can be fewer', () => {
  expect(only(webhooks(Shop, { validate, operations: ['CREATE'] })).rules[0]?.operations).toEqual(['CREATE'])
})

describe('namespaces', () => {
  const notIn = (...values: string[]) => ({ matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'NotIn', values }] })
  test.each([
    ['a kind of Kubernetes: what the program needs to start is left alone', ConfigMap, 'own', notIn('kube-system', 'own')],
    ['where the program’s namespace is not known', ConfigMap, undefined, notIn('kube-system')],
    ['in kube-system itself', ConfigMap, 'kube-system', notIn('kube-system')],
    ['a kind of one’s own: everywhere', Shop, 'own', undefined],
  ] as const)('%s', (_, kind, namespace, selector) => {
    expect(only(webhooks(kind as typeof ConfigMap, { validate }), { namespace }).namespaceSelector).toEqual(selector)
  })

  test('what is said counts', () => {
    const selector = { matchLabels: { checked: 'yes' } }
    expect(only(webhooks(ConfigMap, { validate, namespaceSelector: selector })).namespaceSelector).toEqual(selector)
  })
})

test.each([
  [ConfigMap, 'validate.configmap.core.k8s.io', '/validate--v1-configmap', 'Namespaced'],
  [Namespace, 'validate.namespace.core.k8s.io', '/validate--v1-namespace', 'Cluster'],
  [
    { group: 'apps', version: 'v1', kind: 'Deployment', plural: 'deployments' },
    'validate.deployment.apps.k8s.io',
    '/validate-apps-v1-deployment',
    '*',
  ],
] as const)('names of at least three parts, and controller-runtime’s paths: %#', (kind, name, path, scope) => {
  const entry = only(webhooks(kind as typeof ConfigMap, { validate }))
  expect([entry.name, entry.clientConfig.service?.path, entry.rules[0]?.scope]).toEqual([name, path, scope])
})

test('cert-manager is asked for the authority, and none is put in', () => {
  const [configuration] = configurationsOf([webhooks(Shop, { validate })], { ...options, certManagerCertificate: 'shop/hooks' })
  expect(configuration?.metadata.annotations).toEqual({ 'cert-manager.io/inject-ca-from': 'shop/hooks' })
  expect(configuration?.webhooks?.[0]?.clientConfig).not.toHaveProperty('caBundle')
})

test('a CRD converts by webhook', () => {
  expect(conversionOf({ reach: { url: 'https://10.0.0.1:0/base/' }, port: 7, caBundle: 'PEM' })).toEqual({
    strategy: 'Webhook',
    webhook: { clientConfig: { url: 'https://10.0.0.1:7/base/convert', caBundle: 'UEVN' }, conversionReviewVersions: ['v1'] },
  })
})

describe('the way to the program', () => {
  test('names for the certificate', () => {
    expect(serverNames(SERVICE)).toEqual(['hooks.shop.svc', 'hooks.shop.svc.cluster.local', 'hooks.shop', 'hooks'])
    expect(['https://a.dev:1', 'https://127.0.0.1', 'https://[::1]:2'].map((url) => serverNames({ url }))).toEqual([
      ['a.dev'],
      ['127.0.0.1'],
      ['::1'],
    ])
  })

  test('a Service may have another port', () => {
    const reach = { service: { ...SERVICE.service, port: 8443 } }
    expect(clientConfig(reach, '/x', { caBundle: undefined })).toEqual({ service: { ...reach.service, path: '/x' } })
  })

  test.each([
    ['x', 'is malformed'],
    ['http://a.dev', 'is not https'],
    ['https://a.dev?x=1', 'has a query'],
    ['https://me@a.dev', 'or a user'],
  ])('%s is refused', (url, problem) => expect(() => checkReach({ url })).toThrow(problem))
})

test('one failure policy stands in the place of the hooks own: on a machine that may be out of reach nothing is to be refused', () => {
  const hooks = webhooks(Shop, { validate, failurePolicy: 'Fail' })
  const policyOf = (failurePolicy?: 'Ignore') => configurationsOf([hooks], { ...options, failurePolicy })[0]?.webhooks?.[0]?.failurePolicy
  expect([policyOf(), policyOf('Ignore')]).toEqual(['Fail', 'Ignore'])
})
