import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { JSON_PATCH, type TestClient, testClient } from '../test-client/api-client.ts'

let api: TestClient
beforeAll(async () => {
  api = await testClient({ controllers: false, uuid: () => '22222222-2222-4222-8222-222222222222' })
})
afterAll(() => api[Symbol.asyncDispose]())

const IN_NAMESPACE = (path: string) => path.replace('NS', 'namespaces/default')
const CORE = '/api/v1/NS'
const APPS = '/apis/apps/v1/NS'
const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } }
const selector = { matchLabels: { a: 'b' } }

describe('what the server adds to a new', () => {
  test.each<readonly [kind: string, path: string, given: object, added: object]>([
    [
      'Service: an address, and the defaults of its ports',
      `${CORE}/services`,
      { spec: { ports: [{ port: 80 }] } },
      {
        spec: {
          type: 'ClusterIP',
          clusterIP: expect.stringMatching(/^10\.96\./),
          ipFamilies: ['IPv4'],
          ipFamilyPolicy: 'SingleStack',
          sessionAffinity: 'None',
          internalTrafficPolicy: 'Cluster',
          ports: [{ port: 80, protocol: 'TCP', targetPort: 80 }],
        },
        status: { loadBalancer: {} },
      },
    ],
    [
      'headless Service without a selector: both families',
      `${CORE}/services`,
      { spec: { clusterIP: 'None' } },
      { spec: { clusterIP: 'None', clusterIPs: ['None'], ipFamilies: ['IPv4', 'IPv6'], ipFamilyPolicy: 'RequireDualStack' } },
    ],
    [
      'NodePort Service: a port on the nodes',
      `${CORE}/services`,
      { spec: { type: 'NodePort', ports: [{ port: 80 }] } },
      { spec: { externalTrafficPolicy: 'Cluster', ports: [{ nodePort: expect.any(Number) }] } },
    ],
    [
      'Secret: a type, and its plain text as base64',
      `${CORE}/secrets`,
      { stringData: { a: 'hé' }, data: { b: 'Yg==' } },
      { type: 'Opaque', data: { a: 'aMOp', b: 'Yg==' } },
    ],
    [
      'Pod: how it pulls, restarts, bears unready nodes, and what it is worth',
      `${CORE}/pods`,
      { spec: { containers: [{ name: 'c', image: 'i:1', resources: { limits: { cpu: '500m', memory: '64Mi' } } }] } },
      {
        spec: {
          restartPolicy: 'Always',
          serviceAccountName: 'default',
          priority: 0,
          tolerations: [{ key: 'node.kubernetes.io/not-ready' }, { key: 'node.kubernetes.io/unreachable' }],
          containers: [{ imagePullPolicy: 'IfNotPresent', resources: { requests: { cpu: '500m', memory: '64Mi' } } }],
        },
        status: { phase: 'Pending', qosClass: 'Guaranteed' },
      },
    ],
    [
      'Deployment: a strategy and replicas',
      `${APPS}/deployments`,
      { spec: { selector, template } },
      {
        metadata: { generation: 1 },
        spec: {
          replicas: 1,
          revisionHistoryLimit: 10,
          progressDeadlineSeconds: 600,
          strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%' } },
        },
      },
    ],
    [
      'DaemonSet: its deprecated annotation',
      `${APPS}/daemonsets`,
      { spec: { selector, template } },
      {
        metadata: { annotations: { 'deprecated.daemonset.template.generation': '1' } },
        spec: { updateStrategy: { type: 'RollingUpdate' } },
      },
    ],
    [
      'StatefulSet: claims that are objects',
      `${APPS}/statefulsets`,
      { spec: { selector, template, serviceName: 's', volumeClaimTemplates: [{ metadata: { name: 'd' } }] } },
      {
        spec: {
          podManagementPolicy: 'OrderedReady',
          volumeClaimTemplates: [{ kind: 'PersistentVolumeClaim', status: { phase: 'Pending' } }],
        },
      },
    ],
    [
      'Job: a selector of its own',
      '/apis/batch/v1/NS/jobs',
      { spec: { template: { spec: { ...template.spec, restartPolicy: 'Never' } } } },
      {
        spec: {
          completions: 1,
          parallelism: 1,
          backoffLimit: 6,
          selector: { matchLabels: { 'batch.kubernetes.io/controller-uid': '22222222-2222-4222-8222-222222222222' } },
        },
      },
    ],
    [
      'CronJob: how much it keeps',
      '/apis/batch/v1/NS/cronjobs',
      { spec: { schedule: '@daily', jobTemplate: { spec: { template: { spec: { ...template.spec, restartPolicy: 'Never' } } } } } },
      { spec: { concurrencyPolicy: 'Allow', successfulJobsHistoryLimit: 3, failedJobsHistoryLimit: 1 } },
    ],
    [
      'NetworkPolicy: the directions it is about',
      '/apis/networking.k8s.io/v1/NS/networkpolicies',
      { spec: { podSelector: {}, egress: [{}] } },
      { spec: { policyTypes: ['Ingress', 'Egress'] } },
    ],
    [
      'RoleBinding: the groups it means',
      '/apis/rbac.authorization.k8s.io/v1/NS/rolebindings',
      { roleRef: { kind: 'Role', name: 'r' }, subjects: [{ kind: 'User', name: 'u' }] },
      { roleRef: { apiGroup: 'rbac.authorization.k8s.io' }, subjects: [{ apiGroup: 'rbac.authorization.k8s.io' }] },
    ],
    [
      'HorizontalPodAutoscaler: the least and a measure',
      '/apis/autoscaling/v2/NS/horizontalpodautoscalers',
      { spec: { maxReplicas: 3, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'd' } } },
      { spec: { minReplicas: 1, metrics: [{ resource: { name: 'cpu' } }] } },
    ],
    [
      'Namespace: the finalizer that empties it',
      '/api/v1/namespaces',
      {},
      { metadata: { labels: { 'kubernetes.io/metadata.name': 'x' } }, spec: { finalizers: ['kubernetes'] }, status: { phase: 'Active' } },
    ],
  ])('%s', async (_, path, given, added) => {
    const { body } = await api.post(`${IN_NAMESPACE(path)}?dryRun=All`, { ...given, metadata: { name: 'x' } })
    expect(body).toMatchObject(added)
  })

  test('a template asks for nothing that was not written: only its Pods ask for what they are limited to', async () => {
    const resources = { limits: { cpu: '1' } }
    const spec = { selector, template: { ...template, spec: { containers: [{ name: 'c', image: 'i', resources }] } } }
    const { body } = await api.post(`${IN_NAMESPACE(`${APPS}/deployments`)}?dryRun=All`, { metadata: { name: 'x' }, spec })
    const stored = body['spec'] as typeof spec
    expect(stored.template.spec.containers[0]?.resources).toEqual(resources)
  })
})

describe('what it does not take', () => {
  const containers = (...list: object[]) => ({ spec: { containers: list } })
  test.each<readonly [path: string, given: object, fields: string[]]>([
    [
      `${CORE}/services`,
      { spec: { ports: [{ port: 0 }, { port: 80, name: 'b' }] } },
      ['spec.ports[0].name', 'spec.ports[0].port', 'spec.ports[0].targetPort'],
    ],
    [`${CORE}/services`, { spec: { type: 'ExternalName' } }, ['spec.externalName']],
    [`${CORE}/secrets`, { type: 'kubernetes.io/tls' }, ['data[tls.crt]', 'data[tls.key]']],
    [`${CORE}/secrets`, { type: 'kubernetes.io/service-account-token' }, ['metadata.annotations[kubernetes.io/service-account.name]']],
    [`${CORE}/pods`, { spec: {} }, ['spec.containers']],
    [
      `${CORE}/pods`,
      containers({ name: 'C_', image: 'i' }, { name: 'a' }, { name: 'a', image: 'i' }),
      ['spec.containers[0].name', 'spec.containers[1].image', 'spec.containers[2].name'],
    ],
    [`${APPS}/deployments`, { spec: { template } }, ['spec.selector', 'spec.template.metadata.labels']],
    [`${APPS}/deployments`, { spec: { selector, template, replicas: -1 } }, ['spec.replicas']],
    ['/apis/batch/v1/NS/jobs', { spec: { template } }, ['spec.template.spec.restartPolicy']],
    [
      '/apis/batch/v1/NS/cronjobs',
      { spec: { schedule: 'x', jobTemplate: { spec: { template: { spec: { ...template.spec, restartPolicy: 'Never' } } } } } },
      ['spec.schedule'],
    ],
    ['/apis/coordination.k8s.io/v1/NS/leases', { spec: { leaseDurationSeconds: 0 } }, ['spec.leaseDurationSeconds']],
    [
      '/apis/rbac.authorization.k8s.io/v1/NS/rolebindings',
      { roleRef: { kind: 'Foo' }, subjects: [{ kind: 'Cat' }] },
      ['roleRef.kind', 'roleRef.name', 'subjects[0].name', 'subjects[0].kind'],
    ],
    [`${CORE}/events`, { involvedObject: { namespace: 'other' } }, ['involvedObject.namespace']],
  ])('%s %j', async (path, given, fields) => {
    const { code, body } = await api.post(IN_NAMESPACE(path), { ...given, metadata: { name: 'x' } })
    const { causes } = body['details'] as { readonly causes: readonly { readonly field: string }[] }
    expect([code, causes.map(({ field }) => field)]).toEqual([422, fields])
  })
})

describe('what cannot change any more', () => {
  test.each<readonly [what: string, path: string, given: object, change: object, field: string]>([
    [
      'the selector of a Deployment',
      `${APPS}/deployments`,
      { spec: { selector, template } },
      { spec: { selector: { matchLabels: { x: 'y' } } } },
      'spec.selector',
    ],
    [
      'the service of a StatefulSet',
      `${APPS}/statefulsets`,
      { spec: { selector, template, serviceName: 'a' } },
      { spec: { serviceName: 'b' } },
      'spec',
    ],
    ['the network of a Pod', `${CORE}/pods`, { spec: template.spec }, { spec: { hostNetwork: true } }, 'spec'],
    ['the type of a Secret', `${CORE}/secrets`, {}, { type: 'other' }, 'type'],
    ['an immutable ConfigMap', `${CORE}/configmaps`, { immutable: true, data: { a: '1' } }, { data: { a: '2' } }, 'data'],
    ['that a ConfigMap is immutable', `${CORE}/configmaps`, { immutable: true }, { immutable: false }, 'immutable'],
    [
      'the role that is bound',
      '/apis/rbac.authorization.k8s.io/v1/NS/rolebindings',
      { roleRef: { kind: 'Role', name: 'a' } },
      { roleRef: { name: 'b' } },
      'roleRef',
    ],
    [
      'the address of a Service',
      `${CORE}/services`,
      { spec: { ports: [{ port: 80 }] } },
      { spec: { clusterIP: '10.96.1.1' } },
      'spec.clusterIPs[0]',
    ],
    [
      'the template of a Job',
      '/apis/batch/v1/NS/jobs',
      { spec: { template: { spec: { ...template.spec, restartPolicy: 'Never' } } } },
      { spec: { completionMode: 'Indexed' } },
      'spec.completionMode',
    ],
  ])('is %s', async (_, path, given, change, field) => {
    const collection = IN_NAMESPACE(path)
    await api.delete(`${collection}/fixed`)
    await api.post(collection, { ...given, metadata: { name: 'fixed' } })
    const { code, body } = await api.patch(`${collection}/fixed`, change)
    expect([code, body]).toMatchObject([422, { details: { causes: expect.arrayContaining([expect.objectContaining({ field })]) } }])
  })

  test('is not the image of a Pod, nor a toleration more', async () => {
    const pods = IN_NAMESPACE(`${CORE}/pods`)
    await api.post(pods, { metadata: { name: 'free' }, spec: template.spec })
    const image = [{ op: 'replace', path: '/spec/containers/0/image', value: 'other:1' }]
    expect((await api.patch(`${pods}/free`, image, { type: JSON_PATCH })).code).toBe(200)
    const toleration = { op: 'add', path: '/spec/tolerations/-', value: { key: 'x', operator: 'Exists' } }
    expect((await api.patch(`${pods}/free`, [toleration], { type: JSON_PATCH })).code).toBe(200)
    const { code, body } = await api.patch(`${pods}/free`, { spec: { tolerations: [] } })
    expect(code).toBe(422)
    expect(body.message).toContain('pod updates may not change fields other than')
  })
})

describe('events of the two APIs', () => {
  test('are the same events in other words', async () => {
    const given = { reason: 'R', message: 'm', type: 'Normal', involvedObject: { kind: 'Pod', namespace: 'default', name: 'p' }, count: 2 }
    await api.post(IN_NAMESPACE(`${CORE}/events`), { metadata: { name: 'e' }, ...given })
    const { body } = await api.get(IN_NAMESPACE('/apis/events.k8s.io/v1/NS/events/e'))
    expect(body).toMatchObject({ apiVersion: 'events.k8s.io/v1', note: 'm', regarding: { name: 'p' }, deprecatedCount: 2 })
    expect(body).not.toHaveProperty('message')
  })

  test('have stricter rules in the newer one', async () => {
    const { body } = await api.post(IN_NAMESPACE('/apis/events.k8s.io/v1/NS/events'), {
      metadata: { name: 'x' },
      regarding: { namespace: 'default' },
    })
    expect(body.message).toContain('eventTime: Required value')
  })
})

describe('what clients are told', () => {
  test.each([
    ['Endpoints', `${CORE}/endpoints`, {}, '299 - "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice"'],
  ])('when they write %s', async (_, path, given, warning) => {
    const { headers } = await api.post(`${IN_NAMESPACE(path)}?dryRun=All`, { ...given, metadata: { name: 'x' } })
    expect(headers['warning']).toBe(warning)
  })
})
