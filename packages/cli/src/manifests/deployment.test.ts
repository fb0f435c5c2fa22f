import { conversion, webhooks } from '@kubewright/webhook'
import { expect, test } from 'vitest'
import { crdsOf } from './crds.ts'
import { deploymentOf } from './deployment.ts'
import { webhookManifestsOf } from './webhooks.ts'

const Shop = { group: 'example.dev', version: 'v1', kind: 'Shop', plural: 'shops', namespaced: true }
const plain = { name: 'x', kinds: [] }
const called = { ...plain, webhooks: [webhooks(Shop, { validate() {} })] }
interface Any {
  readonly kind: string
  readonly metadata: { readonly name: string; readonly namespace?: string }
  readonly spec?: { readonly [field: string]: unknown; readonly template?: { readonly metadata: object; readonly spec: PodSpec } }
}
interface PodSpec {
  readonly securityContext: object
  readonly containers: readonly {
    readonly ports: readonly { readonly name: string }[]
    readonly args?: readonly string[]
    readonly securityContext: object
  }[]
}
const made = (program: Parameters<typeof deploymentOf>[0], options = {}) =>
  deploymentOf(program, { namespace: 'ns', image: 'x:1', ...options }) as readonly Any[]
const podOf = (objects: readonly Any[]) => objects.find(({ kind }) => kind === 'Deployment')!.spec!.template!

test('what runs a program: its namespace first, everything else in it', () => {
  const objects = made(plain)
  expect(objects.map(({ kind }) => kind)).toEqual([
    'Namespace',
    'ServiceAccount',
    'ClusterRoleBinding',
    'Deployment',
    'PodDisruptionBudget',
  ])
  for (const { kind, metadata } of objects) if (!['Namespace', 'ClusterRoleBinding'].includes(kind)) expect(metadata.namespace).toBe('ns')
})

test('nothing in the Pod needs root, a shell or a writable disk', () => {
  const { spec } = podOf(made(plain))
  expect(spec.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } })
  expect(spec.containers[0]!.securityContext).toEqual({
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
  })
})

test('a program with webhooks has their port, the roles for its certificates, and is what the Service selects', () => {
  const objects = made(called)
  expect(podOf(objects).spec.containers[0]!.ports.map(({ name }) => name)).toEqual(['metrics', 'probes', 'webhooks'])
  expect(objects.filter(({ metadata }) => metadata.name === 'kubewright-x-webhooks').map(({ kind }) => kind)).toEqual([
    'ClusterRoleBinding',
    'RoleBinding',
  ])
  const [service] = webhookManifestsOf(called, 'ns') as readonly [{ readonly spec: { readonly selector: object } }]
  expect(podOf(objects).metadata).toMatchObject({ labels: service.spec.selector })
})

test('arguments are those of the image’s program', () => {
  expect(podOf(made(plain, { args: ['run', 'x'] })).spec.containers[0]!.args).toEqual(['run', 'x'])
  expect(podOf(made(plain)).spec.containers[0]).not.toHaveProperty('args')
})

test('a CRD says where its versions are converted, and others say nothing of it', () => {
  const asked: unknown[] = []
  const kind = (plural: string) => ({ ...Shop, plural, crd: (options?: unknown) => asked.push(options) }) as never
  const definition = conversion(Shop, { hub: 'v1', versions: ['v1beta1'], toHub: (_, object) => object, fromHub: (_, object) => object })
  crdsOf({ name: 'x', kinds: [kind('shops'), kind('tills')], conversions: [definition] }, 'ns')
  expect(asked).toEqual([{ conversion: { service: { name: 'kubewright-x', namespace: 'ns', path: '/convert', port: 443 } } }, undefined])
})
