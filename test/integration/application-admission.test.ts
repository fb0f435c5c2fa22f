// What the API server asks the Application operator: its three hooks, and v1beta1. As the program serves them, with certificates and all.
import { CustomResourceDefinition, Deployment } from '@kubewright/client'
import { isApiError, type KubeObject } from '@kubewright/core'
import { Application, application } from '@kubewright/operator-application'
import { eventually } from '@kubewright/testing'
import { webhookServer } from '@kubewright/webhook'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { failure, useCluster } from './harness.ts'
import { installKind } from './install-kind.ts'
import { type RunningManager, startManager } from './managers.ts'

const bench = useCluster()
const Beta = Application.inVersion('v1beta1')
const IMAGE = 'docker.io/library/nginx:1.29'

type Spec = Parameters<typeof Application.of>[0]['spec']

let running: RunningManager
let namespace: string
const warned: string[] = []

beforeAll(async () => {
  // Both versions are served from the beginning, as `kubewright manifests` has them; the operator says where it is reached itself.
  const nowhere = { service: { name: 'kubewright-application', namespace: 'default', path: '/convert' } }
  await installKind(bench.client, { ...Application, crd: () => Application.crd({ conversion: nowhere }) } as never)
  namespace = await bench.namespace()
  const config = application.config.parse({})
  const server = webhookServer({
    name: 'kubewright-application',
    namespace: 'default',
    reach: { url: 'https://127.0.0.1:0' },
    bindAddress: '127.0.0.1:0',
    hooks: application.webhooksWith!(config),
    conversions: application.conversions!,
  })
  running = startManager(
    bench.cluster.connection,
    (manager) => {
      application.setup(manager, config)
      manager.add(server)
    },
    { preStopDelay: 0 },
  )
  await Promise.race([server.whenServing!(AbortSignal.timeout(30_000)), running.ended.then((error) => Promise.reject(error))])
  let probes = 0
  await eventually(async () => {
    const made = await (await applications()).create(named(`probe-${++probes}`, { image: IMAGE }))
    expect(made.metadata.annotations).toMatchObject({ 'apps.kubewright.dev/webhook-mutated': 'true' })
    await (await betas()).get({ namespace, name: `probe-${probes}` })
  })
}, 60_000)
afterAll(() => running.stop())

const client = () => bench.cluster.client({ onWarning: (text) => void warned.push(text) })
const applications = () => client().resource(Application)
const betas = () => client().resource(Beta)
const named = (name: string, spec: Spec) => Application.of({ metadata: { namespace, name }, spec })

describe('the hooks', () => {
  test('the defaulter says who manages it, unless somebody has said so', async () => {
    const resource = await applications()
    const made = await resource.create(named('plain', { image: IMAGE }))
    expect(made).toMatchObject({
      metadata: { labels: { 'app.kubernetes.io/managed-by': 'kubewright' } },
      spec: { strategy: 'RollingUpdate', replicas: 1 },
    })
    const labelled = Application.of({
      metadata: { namespace, name: 'labelled', labels: { 'app.kubernetes.io/managed-by': 'flux' } },
      spec: { image: IMAGE },
    })
    expect((await resource.create(labelled)).metadata.labels).toEqual({ 'app.kubernetes.io/managed-by': 'flux' })
  })

  test('everything that is wrong is said at once, with its field', async () => {
    const wrong: Spec = {
      image: 'evil.example/app',
      ports: [{ port: 80 }, { port: 81, name: 'http' }],
      config: { 'no key': 'x' },
      resources: { requests: { cpu: '2' }, limits: { cpu: '1' } },
      securityContext: { privileged: true },
    }
    const error = await failure((await applications()).create(named('wrong', wrong)))
    expect(isApiError(error) && error.status.details?.causes?.map(({ field, reason }) => `${field}: ${reason}`).sort()).toEqual([
      'spec.config[no key]: FieldValueInvalid',
      'spec.image: FieldValueForbidden',
      'spec.image: FieldValueForbidden',
      'spec.ports[1].name: FieldValueInvalid',
      'spec.resources.requests.cpu: FieldValueInvalid',
      'spec.securityContext.privileged: FieldValueForbidden',
    ])
  })

  test('what is most likely not meant is a warning', async () => {
    await (await applications()).create(named('unlimited', { image: IMAGE }))
    expect(warned).toContainEqual(expect.stringContaining('spec.resources.limits: no cpu and no memory'))
  })

  test.each([
    ['a bare base image', { image: 'ubuntu:24.04' }, 'bare base image'],
    ['no tag', { image: 'nginx' }, '"latest"'],
    ['the schema’s bounds', { image: IMAGE, replicas: 101 }, 'less than or equal to 100'],
    ['the schema’s rules', { image: IMAGE, ingress: { hosts: [{ host: 'a.example' }] } }, 'ingress needs ports'],
  ])('refused for %s', async (_, spec, words) => {
    const object = { apiVersion: 'apps.kubewright.dev/v1', kind: 'Application', metadata: { namespace, name: 'refused' }, spec }
    const error = await failure((await applications()).create(object as unknown as Application))
    expect(error).toMatchObject({ code: 422, message: expect.stringContaining(words) as string })
  })

  test('a name that a Service cannot have is refused', async () => {
    const error = await failure((await applications()).create(named('1.shop', { image: IMAGE })))
    expect(error).toMatchObject({ code: 422, message: expect.stringContaining('begin') as string })
  })

  test('what was let in before may still be changed elsewhere, and not made worse', async () => {
    const resource = await applications()
    // As if it had been made while nobody asked the operator.
    const path = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/kubewright-application'
    const before = await bench.client.request<KubeObject & { readonly webhooks: readonly object[] }>('GET', path)
    const elsewhere = before.webhooks.map((webhook) => ({ ...webhook, namespaceSelector: { matchLabels: { none: 'such' } } }))
    await bench.client.request('PUT', path, { body: { ...before, webhooks: elsewhere } })
    await eventually(() => resource.create(named('old', { image: 'evil.example/app:1' })))
    const { metadata: now } = await bench.client.request<KubeObject>('GET', path)
    await bench.client.request('PUT', path, { body: { ...before, metadata: now } })
    await eventually(
      async () =>
        void (await failure(resource.create(named(`worse-${Math.random().toString(36).slice(2)}`, { image: 'evil.example/app:1' })))),
    )
    const patch = (spec: object) => resource.patch({ namespace, name: 'old' }, { type: 'merge', body: { spec } })
    await patch({ replicas: 2 })
    expect(await failure(patch({ image: 'evil.example/app:2' }))).toMatchObject({ code: 422 })
    await patch({ image: IMAGE })
  })
})

describe('v1beta1', () => {
  test('written in v1beta1 it is read in v1, and runs', async () => {
    const resource = await betas()
    await resource.create(
      Beta.of({ metadata: { namespace, name: 'beta' }, spec: { image: IMAGE, replicas: 2, port: 8080, config: { A: 'b' } } }),
    )
    expect((await (await applications()).get({ namespace, name: 'beta' })).spec).toMatchObject({
      ...{ image: IMAGE, replicas: 2, ports: [{ port: 8080, protocol: 'TCP' }], config: { A: 'b' }, strategy: 'RollingUpdate' },
    })
    const deployments = await bench.client.resource(Deployment)
    await eventually(() => deployments.get({ namespace, name: 'beta' }))
    await eventually(async () => expect((await resource.get({ namespace, name: 'beta' })).status).toMatchObject({ phase: 'Pending' }))
  })

  test('what v1beta1 cannot say survives a change made in it', async () => {
    const whole: Spec = {
      ...{
        image: IMAGE,
        replicas: 3,
        ports: [
          { port: 80, name: 'web' },
          { port: 53, protocol: 'UDP' },
        ],
        env: [
          { name: 'B', value: '1' },
          { name: 'A', value: '$(B)' },
        ],
      },
      ...{ paused: true, podDisruptionBudget: { maxUnavailable: '50%' }, rollingUpdate: { maxSurge: 2 } },
    }
    const made = await (await applications()).create(named('mixed', whole))
    const resource = await betas()
    // The operator writes the status meanwhile.
    await eventually(async () => {
      const read = await resource.get({ namespace, name: 'mixed' })
      expect(read.spec).toMatchObject({ image: IMAGE, strategy: 'RollingUpdate', port: 80 })
      expect(Object.keys(read.spec).sort()).toEqual(['image', 'port', 'replicas', 'strategy'])
      await resource.update({ ...read, spec: { ...read.spec, replicas: 4 } })
    })
    const after = await (await applications()).get({ namespace, name: 'mixed' })
    expect(after.spec).toEqual({ ...made.spec, replicas: 4 })
    expect(Object.keys(after.metadata.annotations ?? {})).toEqual(['apps.kubewright.dev/webhook-mutated'])
    const scaled = await resource.setReplicas({ namespace, name: 'mixed' }, 5)
    expect(scaled.spec?.replicas).toBe(5)
    expect((await (await applications()).get({ namespace, name: 'mixed' })).spec).toEqual({ ...made.spec, replicas: 5 })
  })

  test('objects are stored in v1 alone', async () => {
    const definitions = await bench.client.resource(CustomResourceDefinition)
    expect(await definitions.get({ name: 'applications.apps.kubewright.dev' })).toMatchObject({ status: { storedVersions: ['v1'] } })
  })
})
