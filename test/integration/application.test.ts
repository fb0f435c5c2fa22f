// The Application operator: what it makes, what it mends, what it never touches, and what it tells. Here the test plays the Deployment controller, on
// both servers, so that each step of a rollout can be looked at.
import { appsV1, autoscalingV2, ConfigMap, Deployment, Ingress, policyV1, Service } from '@kubewright/client'
import type { Kind, KubeObject } from '@kubewright/core'
import { Application, application } from '@kubewright/operator-application'
import { compareRights, consistently, eventually, expectNoWrites } from '@kubewright/testing'
import { beforeAll, describe, expect } from 'vitest'
import { type Spec, siteTest } from './application-site.ts'
import { namesOf, useCluster } from './harness.ts'
import { installKind } from './install-kind.ts'

const bench = useCluster()

beforeAll(() => installKind(bench.client, Application))

const IMAGE = 'docker.io/library/nginx:1.29'
const applications = () => bench.client.resource(Application)

const test = siteTest(bench)

describe('from creation to Ready', () => {
  test('one write per child, two of the status and one event; then none, and none after a restart', async ({ site }) => {
    await site.create('shop', { image: IMAGE, replicas: 2, ports: [{ port: 8080 }], config: { MODE: 'fast' } })
    await eventually(() => site.get(Deployment, 'shop'))
    await eventually(async () => expect(await site.condition('shop', 'Progressing')).toMatchObject({ reason: 'RolloutInProgress' }))
    expect(await site.status('shop')).toMatchObject({ phase: 'Pending', observedGeneration: 1 })
    await site.rollOut('shop')
    await eventually(async () => expect(await site.condition('shop', 'Ready')).toMatchObject({ status: 'True', observedGeneration: 1 }))
    expect(await site.status('shop')).toMatchObject({
      ...{ phase: 'Running', replicas: 2, readyReplicas: 2, updatedReplicas: 2, availableReplicas: 2 },
      selector: 'apps.kubewright.dev/application=shop',
      addresses: [`shop.${site.namespace}.svc:8080`],
    })
    await eventually(async () => expect(await site.events()).toEqual(['Ready']))
    await expectNoWrites(site.proxy, { for: 1_000 })
    expect([...site.writes()].sort()).toEqual([
      'create events',
      'patch applications/status',
      'patch applications/status',
      'patch configmaps',
      'patch deployments',
      'patch services',
    ])
    await site.restart()
    await expectNoWrites(site.proxy, { for: 2_000 })
  })

  test('with everything that an application can have, as quiet as with little', async ({ site }) => {
    await site.ready('whole', WHOLE)
    for (const kind of [Service, Ingress, autoscalingV2.HorizontalPodAutoscaler, policyV1.PodDisruptionBudget] as const)
      expect((await site.get(kind as Kind<KubeObject>, 'whole')).metadata.ownerReferences).toMatchObject([
        { kind: 'Application', name: 'whole', controller: true, blockOwnerDeletion: true },
      ])
    expect(await site.status('whole')).toMatchObject({ urls: ['https://shop.example/'] })
    await expectNoWrites(site.proxy, { for: 1_000 })
    await site.restart()
    await expectNoWrites(site.proxy, { for: 2_000 })
  })

  test('what one may not do is not done: the rights that are generated are those that are used', async ({ site }) => {
    await site.ready('whole', WHOLE)
    await site.change('whole', {
      ...{ ingress: null, podDisruptionBudget: null, autoscaling: null, ports: null, probes: null, config: null, configMount: null },
      rollbackOnFailure: false,
    })
    await eventually(async () => expect(await site.find(Service, 'whole')).toBeUndefined())
    await site.rollOut('whole')
    await eventually(async () => expect(await site.settings()).toEqual([]))
    const { missing } = compareRights(application.permissions, site.proxy.requests)
    expect(missing.filter((right) => !/ (events\.events\.k8s\.io|leases\.)/.test(right))).toEqual([])
  })
})

const WHOLE: Spec = {
  image: IMAGE,
  imagePullPolicy: 'IfNotPresent',
  imagePullSecrets: [{ name: 'registry' }],
  replicas: 2,
  command: ['/app'],
  args: ['--verbose'],
  ports: [{ port: 8080 }, { port: 9090, name: 'metrics', servicePort: 90 }, { port: 5353, protocol: 'UDP' }],
  env: [
    { name: 'A', value: '1' },
    { name: 'B', value: '$(A)' },
    { name: 'TOKEN', valueFrom: { secretKeyRef: { name: 'token', key: 'token', optional: true } } },
    { name: 'NODE', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
    { name: 'CPU', valueFrom: { resourceFieldRef: { resource: 'limits.cpu' } } },
  ],
  envFrom: [{ secretRef: { name: 'more', optional: true } }, { prefix: 'X_', configMapRef: { name: 'less', optional: true } }],
  config: { 'app.yaml': 'a: 1' },
  configMount: '/etc/app',
  volumes: [
    { name: 'scratch', mountPath: '/tmp', emptyDir: { sizeLimit: '1Gi' } },
    { name: 'keys', mountPath: '/keys', readOnly: true, secret: { name: 'keys', optional: true } },
  ],
  resources: { requests: { cpu: '0.5', memory: '64Mi' }, limits: { cpu: 1, memory: '0.5Gi' } },
  probes: {
    liveness: { tcpSocket: {} },
    readiness: { httpGet: { path: '/ready', port: 'metrics' }, periodSeconds: 5 },
    startup: { exec: { command: ['true'] }, failureThreshold: 30 },
  },
  securityContext: { readOnlyRootFilesystem: true, runAsUser: 1000, capabilities: { drop: ['ALL'], add: ['NET_BIND_SERVICE'] } },
  podSecurityContext: { fsGroup: 1000 },
  serviceAccountName: 'default',
  podLabels: { team: 'shop' },
  podAnnotations: { note: 'x' },
  nodeSelector: { 'kubernetes.io/os': 'linux' },
  tolerations: [{ key: 'spot', operator: 'Exists', effect: 'NoSchedule' }],
  affinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [] } },
  topologySpreadConstraints: [{ topologyKey: 'kubernetes.io/hostname' }],
  terminationGracePeriodSeconds: 10,
  rollingUpdate: { maxSurge: 1, maxUnavailable: '10%' },
  minReadySeconds: 1,
  revisionHistoryLimit: 3,
  rollbackOnFailure: true,
  service: { type: 'NodePort', annotations: { a: 'b' } },
  ingress: { className: 'nginx', hosts: [{ host: 'shop.example' }], tls: [{ secretName: 'tls' }] },
  autoscaling: {
    minReplicas: 2,
    maxReplicas: 5,
    targetMemoryUtilizationPercentage: 80,
    behavior: { scaleDown: { stabilizationWindowSeconds: 60 } },
  },
  podDisruptionBudget: { maxUnavailable: 1 },
}

describe('changes', () => {
  test('of the settings roll the pods; older pods keep theirs until they are gone', async ({ site }) => {
    await site.ready('shop', { image: IMAGE, config: { MODE: 'fast' } })
    const [first] = await site.settings()
    const before = await site.revision('shop')
    await site.change('shop', { config: { MODE: 'slow' } })
    await eventually(async () => expect(await site.revision('shop')).not.toBe(before))
    expect(await site.settings()).toHaveLength(2)
    // Told when everything has been made.
    await eventually(async () =>
      expect(await site.condition('shop', 'Ready')).toMatchObject({ status: 'False', reason: 'RolloutInProgress' }),
    )
    await site.rollOut('shop')
    await eventually(async () => expect(await site.settings()).not.toContain(first))
    expect(await site.settings()).toHaveLength(1)
    await eventually(async () => expect(await site.events()).toContain('RolloutStarted'))
  })

  test('of the scale do not: by the spec, and by the scale subresource', async ({ site }) => {
    await site.ready('shop', { image: IMAGE })
    const before = await site.revision('shop')
    const resource = await applications()
    await resource.setReplicas(site.at('shop'), 3)
    await eventually(async () => expect((await site.get(Deployment, 'shop')).spec?.replicas).toBe(3))
    expect(await site.revision('shop')).toBe(before)
    await site.rollOut('shop')
    await eventually(async () =>
      expect(await resource.getScale(site.at('shop'))).toMatchObject({
        spec: { replicas: 3 },
        status: { replicas: 3, selector: 'apps.kubewright.dev/application=shop' },
      }),
    )
  })

  test('what is not wanted any more goes, and nothing else', async ({ site }) => {
    await site.ready('shop', {
      ...{ image: IMAGE, ports: [{ port: 80 }], ingress: { hosts: [{ host: 'a.example' }] }, podDisruptionBudget: { minAvailable: 1 } },
    })
    await (await bench.configMaps()).create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { ...site.at('bystander') } })
    await site.change('shop', { ingress: null, podDisruptionBudget: null })
    await eventually(async () => expect(await site.find(Ingress, 'shop')).toBeUndefined())
    await eventually(async () => expect(await site.find(policyV1.PodDisruptionBudget, 'shop')).toBeUndefined())
    expect(await site.find(Service, 'shop')).toBeDefined()
    expect(await site.find(ConfigMap, 'bystander')).toBeDefined()
    expect((await site.status('shop'))?.urls).toBeUndefined()
  })

  test('by other hands are mended: a field, a label, a whole object', async ({ site }) => {
    await site.ready('shop', { image: IMAGE, replicas: 2, ports: [{ port: 80 }] })
    await site.patch(Deployment, 'shop', { spec: { replicas: 7 } })
    await eventually(async () => expect((await site.get(Deployment, 'shop')).spec?.replicas).toBe(2))
    await site.patch(Service, 'shop', { metadata: { labels: { 'app.kubernetes.io/managed-by': 'me' } }, spec: { selector: { a: 'b' } } })
    await eventually(async () => {
      const { metadata, spec } = await site.get(Service, 'shop')
      expect(metadata.labels?.['app.kubernetes.io/managed-by']).toBe('kubewright-application')
      expect(spec?.selector).toEqual({ 'apps.kubewright.dev/application': 'shop' })
    })
    await (await bench.client.resource(Service)).delete(site.at('shop'))
    await eventually(() => site.get(Service, 'shop'))
  })

  test('of the strategy go both ways: what the server has filled in for one is not left to be refused beside the other', async ({
    site,
  }) => {
    await site.ready('shop', { image: IMAGE })
    const strategy = async () => (await site.get(Deployment, 'shop')).spec?.strategy
    await site.change('shop', { strategy: 'Recreate' })
    await eventually(async () => expect(await strategy()).toEqual({ type: 'Recreate' }))
    await site.rollOut('shop')
    await eventually(async () => expect(await site.condition('shop', 'Ready')).toMatchObject({ status: 'True', observedGeneration: 2 }))
    await expectNoWrites(site.proxy, { for: 500 })
    await site.change('shop', { strategy: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } })
    await eventually(async () => expect(await strategy()).toMatchObject({ type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } }))
    await site.change('shop', { strategy: 'Recreate', rollingUpdate: null })
    await eventually(async () => expect(await strategy()).toEqual({ type: 'Recreate' }))
  })

  test('a pause holds new revisions back, and nothing else', async ({ site }) => {
    await site.ready('shop', { image: IMAGE })
    await site.change('shop', { paused: true, replicas: 2 })
    await eventually(async () => expect((await site.get(Deployment, 'shop')).spec).toMatchObject({ paused: true, replicas: 2 }))
    await site.rollOut('shop')
    await eventually(async () => expect(await site.status('shop')).toMatchObject({ phase: 'Paused' }))
    await eventually(async () => expect(await site.condition('shop', 'Progressing')).toMatchObject({ status: 'False', reason: 'Paused' }))
    expect(await site.condition('shop', 'Ready')).toMatchObject({ status: 'True' })
  })
})

describe('autoscaling', () => {
  test('takes the replicas over as they are, and they are not fought over; the end of it brings back those of the spec', async ({
    site,
  }) => {
    await site.ready('shop', { image: IMAGE, replicas: 4 })
    const seen: number[] = []
    const watching = new AbortController()
    const deployments = await bench.client.resource(Deployment)
    const watched = (async () => {
      for await (const event of deployments.watch({ namespace: site.namespace, signal: watching.signal }))
        if (event.type === 'MODIFIED') seen.push((event.object as Deployment).spec?.replicas ?? -1)
    })().catch(() => undefined)
    await site.change('shop', { autoscaling: { minReplicas: 2, maxReplicas: 9 } })
    await eventually(() => site.get(autoscalingV2.HorizontalPodAutoscaler, 'shop'))
    expect((await site.get(Deployment, 'shop')).spec?.replicas).toBe(4)
    await deployments.setReplicas(site.at('shop'), 6)
    await site.rollOut('shop')
    await eventually(async () => expect(await site.status('shop')).toMatchObject({ replicas: 6 }))
    await expectNoWrites(site.proxy, { for: 500 })
    expect((await site.get(Deployment, 'shop')).spec?.replicas).toBe(6)
    expect(seen.filter((replicas) => replicas < 4)).toEqual([])
    watching.abort()
    await watched
    await site.change('shop', { autoscaling: null })
    await eventually(async () => expect((await site.get(Deployment, 'shop')).spec?.replicas).toBe(4))
    await eventually(async () => expect(await site.find(autoscalingV2.HorizontalPodAutoscaler, 'shop')).toBeUndefined())
  })
})

describe("other people's objects", () => {
  test('of the same name are never touched, and the application says so; when the name is free it goes on', async ({ site }) => {
    const services = await bench.client.resource(Service)
    const theirs = await services.create({
      ...{ apiVersion: 'v1', kind: 'Service', metadata: site.at('shop'), spec: { ports: [{ port: 1234 }], selector: { app: 'theirs' } } },
    })
    await site.create('shop', { image: IMAGE, ports: [{ port: 80 }] })
    await eventually(async () => expect(await site.condition('shop', 'Conflict')).toMatchObject({ status: 'True' }))
    expect(await site.condition('shop', 'Ready')).toMatchObject({
      ...{
        status: 'False',
        reason: 'Conflict',
        message: expect.stringContaining('Service "shop" is there and not of this application') as string,
      },
    })
    expect(await site.status('shop')).toMatchObject({ phase: 'Failed' })
    expect((await services.get(site.at('shop'))).metadata.resourceVersion).toBe(theirs.metadata.resourceVersion)
    // What can be brought about is.
    expect(await site.find(Deployment, 'shop')).toBeDefined()
    await expectNoWrites(site.proxy, { for: 500 })
    await services.delete(site.at('shop'))
    await site.change('shop', {}, { annotations: { 'kubewright.dev/reconcile': 'now' } })
    await eventually(async () => expect((await services.get(site.at('shop'))).spec?.ports).toMatchObject([{ port: 80 }]))
    await eventually(async () => expect(await site.condition('shop', 'Conflict')).toBeUndefined())
  })
})

describe('a rollout that fails', () => {
  const good: Spec = { image: IMAGE, rollbackOnFailure: true, config: { MODE: 'fast' }, progressDeadlineSeconds: 60 }
  const broken = { image: 'docker.io/library/nginx:broken', config: { MODE: 'slow' } }

  test('is told, and stays as it is when nobody has asked for more', async ({ site }) => {
    await site.ready('shop', { ...good, rollbackOnFailure: false })
    await site.change('shop', broken)
    await eventually(async () => expect((await site.get(Deployment, 'shop')).spec?.template.spec?.containers[0]?.image).toBe(broken.image))
    await site.stall('shop')
    await eventually(async () =>
      expect(await site.condition('shop', 'Degraded')).toMatchObject({ status: 'True', reason: 'ProgressDeadlineExceeded' }),
    )
    expect(await site.status('shop')).toMatchObject({ phase: 'Failed' })
    expect(await site.condition('shop', 'Available')).toMatchObject({ status: 'True' })
    await expectNoWrites(site.proxy, { for: 500 })
    expect((await site.get(Deployment, 'shop')).spec?.template.spec?.containers[0]?.image).toBe(broken.image)
  })

  test('is taken back with its settings, once, and not tried again until the spec asks for something else', async ({ site }) => {
    await site.ready('shop', good)
    const stable = await site.revision('shop')
    const [settings] = await site.settings()
    await eventually(async () => expect((await site.status('shop'))?.stableRevision).toEqual({ revision: stable, generation: 1 }))
    await site.change('shop', broken)
    await eventually(async () => expect(await site.revision('shop')).not.toBe(stable))
    const failed = await site.revision('shop')
    await site.stall('shop')
    await eventually(async () => expect(await site.revision('shop')).toBe(stable))
    await site.rollOut('shop')
    await eventually(async () => expect(await site.settings()).toEqual([settings]))
    await eventually(async () =>
      expect(await site.status('shop')).toMatchObject({
        ...{ phase: 'RolledBack', revision: stable, rollback: { failedRevision: failed, restoredRevision: stable } },
      }),
    )
    expect(await site.condition('shop', 'Ready')).toMatchObject({ status: 'False', reason: 'RolledBack' })
    expect(await site.condition('shop', 'Available')).toMatchObject({ status: 'True' })
    await eventually(async () => expect(await site.events()).toContain('RolledBack'))
    await expectNoWrites(site.proxy, { for: 500 })
    // Another scale, and another process, are no reasons to try again.
    await site.change('shop', { replicas: 2 })
    await eventually(async () => expect((await site.get(Deployment, 'shop')).spec?.replicas).toBe(2))
    await site.restart()
    await consistently(async () => expect(await site.revision('shop')).toBe(stable), 1_000)
    await site.change('shop', { image: 'docker.io/library/nginx:1.30' })
    await eventually(async () => expect((await site.get(Deployment, 'shop')).spec?.template.spec?.containers[0]?.image).toContain('1.30'))
    await site.rollOut('shop')
    await eventually(async () => expect(await site.condition('shop', 'Ready')).toMatchObject({ status: 'True' }))
    const last = await site.status('shop')
    expect(last?.rollback).toBeUndefined()
    const kept = await (await bench.client.resource(appsV1.ControllerRevision)).list({ namespace: site.namespace })
    await eventually(() => expect(namesOf(kept.items)).toEqual([`shop-${last?.revision}`]))
  })

  test('is not tried again when that it was taken back could not be written at first', async ({ site }) => {
    await site.ready('shop', good)
    const stable = await site.revision('shop')
    await eventually(async () => expect((await site.status('shop'))?.stableRevision).toMatchObject({ revision: stable }))
    await site.change('shop', broken)
    await eventually(async () => expect(await site.revision('shop')).not.toBe(stable))
    const injection = site.proxy.inject({ is: 'status', code: 500 }, { method: 'PATCH', path: '/applications/shop/status' })
    await site.stall('shop')
    await eventually(() => expect(injection.hits).toBeGreaterThan(1))
    injection.lift()
    await site.restart()
    await eventually(async () => expect(await site.status('shop')).toMatchObject({ phase: 'RolledBack', revision: stable }))
    await consistently(async () => expect(await site.revision('shop')).toBe(stable), 500)
  })
})

describe('what is wrong and has passed the webhook', () => {
  test.for([
    ['forbidden', { image: 'evil.example/app:1' }, 'PolicyViolation', 'images of evil.example are not allowed here'],
    ['without sense', { image: IMAGE, config: { 'no key': 'x' } }, 'InvalidSpec', 'spec.config[no key]'],
    ['refused by the API server', { image: IMAGE, affinity: { nodeAffinity: 'near' } }, 'ReconciliationFailed', 'affinity'],
  ] as const)('%s: told once, nothing made, no retry', async ([, spec, reason, message], { site }) => {
    await site.create('bad', spec)
    await eventually(async () =>
      expect(await site.condition('bad', 'Ready')).toMatchObject({
        status: 'False',
        reason,
        message: expect.stringContaining(message) as string,
      }),
    )
    expect(await site.find(Deployment, 'bad')).toBeUndefined()
    expect(await site.status('bad')).toMatchObject({ phase: 'Failed', observedGeneration: 1 })
    await eventually(async () => expect(await site.events()).toContain(reason))
    const { reads } = await expectNoWrites(site.proxy, { for: 1_500 })
    expect(reads).toBe(0)
  })

  test('leaves what there is as it is', async ({ site }) => {
    await site.ready('shop', { image: IMAGE, ports: [{ port: 80 }] })
    await site.change('shop', { image: 'evil.example/app:1', ports: null })
    await eventually(async () => expect(await site.condition('shop', 'Ready')).toMatchObject({ reason: 'PolicyViolation' }))
    expect((await site.get(Deployment, 'shop')).spec?.template.spec?.containers[0]?.image).toBe(IMAGE)
    expect(await site.find(Service, 'shop')).toBeDefined()
  })
})
