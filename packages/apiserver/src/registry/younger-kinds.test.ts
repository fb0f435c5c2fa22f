import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { STRATEGIC, type TestClient, testClient } from '../test-client/api-client.ts'

let api: TestClient
beforeAll(async () => {
  api = await testClient({ controllers: false })
})
afterAll(() => api[Symbol.asyncDispose]())

const CLAIMS = '/apis/resource.k8s.io/v1/namespaces/default/resourceclaims'
const SERVICES = '/api/v1/namespaces/default/services'
const PODS = '/api/v1/namespaces/default/pods'

describe('what the server adds to a new', () => {
  test.each<readonly [kind: string, path: string, given: object, added: object]>([
    [
      'ResourceClaim: how many devices',
      CLAIMS,
      { spec: { devices: { requests: [{ name: 'a', exactly: { deviceClassName: 'c' } }] } } },
      { spec: { devices: { requests: [{ exactly: { allocationMode: 'ExactCount', count: 1 } }] } } },
    ],
    [
      'FlowSchema: its rank',
      '/apis/flowcontrol.apiserver.k8s.io/v1/flowschemas',
      { spec: { priorityLevelConfiguration: { name: 'a' } } },
      { metadata: { generation: 1 }, spec: { matchingPrecedence: 1000 } },
    ],
    [
      'PriorityLevelConfiguration: shares and queues',
      '/apis/flowcontrol.apiserver.k8s.io/v1/prioritylevelconfigurations',
      { spec: { type: 'Limited', limited: { limitResponse: { type: 'Queue' } } } },
      {
        spec: { limited: { nominalConcurrencyShares: 30, limitResponse: { queuing: { handSize: 8, queues: 64, queueLengthLimit: 50 } } } },
      },
    ],
  ])('%s', async (_, path, given, added) => {
    expect((await api.post(path, { metadata: { name: 'new' }, ...given })).body).toMatchObject(added)
  })
})

describe('what the server refuses of', () => {
  const cron = (spec: object) => ({
    spec: { schedule: '* * * * *', jobTemplate: { spec: { template: { spec: { restartPolicy: 'Never', containers: [] } } } }, ...spec },
  })
  const pod = (spec: object) => ({ spec: { containers: [{ name: 'c', image: 'i' }], ...spec } })
  const CRON_JOBS = '/apis/batch/v1/namespaces/default/cronjobs'
  test.each<readonly [what: string, path: string, given: object, field: string, text: string]>([
    ['a CronJob in a zone that there is not', CRON_JOBS, cron({ timeZone: 'bad' }), 'spec.timeZone', 'unknown time zone bad'],
    ['a CronJob in the zone of the machine', CRON_JOBS, cron({ timeZone: 'Local' }), 'spec.timeZone', 'must be an explicit time zone'],
    ['a host name that is none', PODS, pod({ hostnameOverride: 'a_b' }), 'spec.hostnameOverride', 'a lowercase RFC 1123 subdomain'],
    [
      'a host name of its own on the network of the host',
      PODS,
      pod({ hostnameOverride: 'a', hostNetwork: true }),
      'spec.hostnameOverride',
      'hostNetwork is true',
    ],
    [
      'a host name of its own that is to be a full one',
      PODS,
      pod({ hostnameOverride: 'a', setHostnameAsFQDN: true }),
      'spec.hostnameOverride',
      'setHostnameAsFQDN is true',
    ],
    [
      'a sysctl that is none',
      PODS,
      pod({ securityContext: { sysctls: [{ name: 'foo-', value: '1' }] } }),
      'spec.securityContext.sysctls[0].name',
      'match regex',
    ],
    [
      'a sysctl that is set twice',
      PODS,
      pod({
        securityContext: {
          sysctls: [
            { name: 'a.b', value: '1' },
            { name: 'a.b', value: '2' },
          ],
        },
      }),
      'spec.securityContext.sysctls[1].name',
      'Duplicate value',
    ],
    ['a ServiceCIDR without a range', '/apis/networking.k8s.io/v1/servicecidrs', { spec: {} }, 'spec.cidrs', 'at least one CIDR required'],
    [
      'an address of nobody',
      '/apis/networking.k8s.io/v1/ipaddresses',
      { metadata: { name: '10.0.0.1' }, spec: {} },
      'spec.parentRef',
      'Required value',
    ],
    ['a RuntimeClass without a handler', '/apis/node.k8s.io/v1/runtimeclasses', {}, 'handler', 'Required value'],
  ])('%s', async (_, path, given, field, text) => {
    const { code, body } = await api.post(path, { metadata: { name: 'bad' }, ...given })
    expect(code).toBe(422)
    const { causes } = body['details'] as { readonly causes: readonly { readonly field: string; readonly message: string }[] }
    expect(causes).toContainEqual(expect.objectContaining({ field, message: expect.stringContaining(text) }))
  })
})

describe('a CertificateSigningRequest', () => {
  const REQUESTS = '/apis/certificates.k8s.io/v1/certificatesigningrequests'
  const spec = {
    request: 'YQ==',
    signerName: 'example.com/signer',
    usages: ['client auth'],
    username: 'somebody else',
    groups: ['system:masters'],
  }
  const approved = { type: 'Approved', status: 'True', reason: 'Known', message: 'fine' }

  test('is of the one who makes it, whatever it says', async () => {
    const { body } = await api.post(REQUESTS, { metadata: { name: 'one' }, spec })
    expect(body['spec']).toMatchObject({ username: 'kubernetes-admin', groups: ['system:masters', 'system:authenticated'] })
  })

  test('is approved through the part that is for that, and not through its status', async () => {
    await api.post(REQUESTS, { metadata: { name: 'two' }, spec })
    const conditions = async () => ((await api.get(`${REQUESTS}/two`)).body['status'] as { conditions?: object[] }).conditions
    await api.patch(`${REQUESTS}/two/status`, { status: { conditions: [approved] } })
    expect(await conditions()).toBeUndefined()
    await api.patch(`${REQUESTS}/two/approval`, { status: { certificate: 'YQ==', conditions: [approved] } })
    expect(await conditions()).toEqual([{ ...approved, lastUpdateTime: expect.any(String), lastTransitionTime: expect.any(String) }])
    expect((await api.get(`${REQUESTS}/two`)).body['status']).not.toHaveProperty('certificate')
    await api.patch(`${REQUESTS}/two/status`, { status: { certificate: 'YQ==' } })
    expect((await api.get(`${REQUESTS}/two`)).body['status']).toMatchObject({ certificate: 'YQ==', conditions: [{ type: 'Approved' }] })
  })
})

describe('a service', () => {
  const post = (name: string, spec: object) => api.post(SERVICES, { metadata: { name }, spec })
  const port = (nodePort?: number) => ({ port: 80, ...(nodePort === undefined ? {} : { nodePort }) })

  test.each<readonly [what: string, spec: object, text: string]>([
    ['a node port that another has', { type: 'NodePort', ports: [port(31000)] }, 'provided port is already allocated'],
    ['a node port outside of the range', { type: 'NodePort', ports: [port(3100)] }, 'The range of valid ports is 30000-32767'],
    ['a node port where there are none', { type: 'ClusterIP', ports: [port(31001)] }, "may not be used when `type` is 'ClusterIP'"],
    [
      'an address that another has',
      { clusterIP: '10.96.0.1', ports: [port()] },
      'failed to allocate IP 10.96.0.1: provided IP is already allocated',
    ],
    [
      'an address outside of the range',
      { clusterIP: '10.97.0.1', ports: [port()] },
      'the provided network does not match the current range',
    ],
  ])('is refused %s', async (_, spec, text) => {
    await post('holder', { type: 'NodePort', ports: [port(31000)] })
    const { code, body } = await post('wants', spec)
    expect([code, body.message]).toEqual([422, expect.stringContaining(text)])
  })

  test('has one number for two protocols, and gives it back when it goes', async () => {
    const ports = [
      { name: 't', protocol: 'TCP', ...port(31002) },
      { name: 'u', protocol: 'UDP', ...port(31002) },
    ]
    expect((await post('both', { type: 'NodePort', ports })).code).toBe(201)
    await api.delete(`${SERVICES}/both`)
    expect((await post('next', { type: 'NodePort', ports: [port(31002)] })).code).toBe(201)
  })

  test('keeps its node port when an update leaves it out, and loses it with its type', async () => {
    await post('kept', { type: 'NodePort', ports: [port(31003)] })
    const write = async (spec: object) =>
      ((await api.patch(`${SERVICES}/kept`, { spec })).body['spec'] as { readonly ports: readonly object[] }).ports
    expect(await write({ ports: [port()] })).toMatchObject([{ nodePort: 31003 }])
    expect((await write({ type: 'ClusterIP' }))[0]).not.toHaveProperty('nodePort')
  })
})

describe('an autoscaler', () => {
  const path = (version: string) => `/apis/autoscaling/${version}/namespaces/default/horizontalpodautoscalers`
  const scaleTargetRef = { kind: 'Deployment', name: 'web', apiVersion: 'apps/v1' }

  test('of v1 is one of v2 that looks at the use of CPU', async () => {
    await api.post(path('v1'), {
      metadata: { name: 'first' },
      spec: { scaleTargetRef, maxReplicas: 3, targetCPUUtilizationPercentage: 50 },
    })
    expect((await api.get(`${path('v2')}/first`)).body['spec']).toMatchObject({
      minReplicas: 1,
      metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } }],
    })
    expect((await api.get(`${path('v1')}/first`)).body).toMatchObject({
      apiVersion: 'autoscaling/v1',
      spec: { maxReplicas: 3, targetCPUUtilizationPercentage: 50 },
    })
  })

  test('of v1 that does not say what it looks at looks at the use of CPU', async () => {
    await api.post(path('v1'), { metadata: { name: 'usual' }, spec: { scaleTargetRef, maxReplicas: 3 } })
    expect((await api.get(`${path('v2')}/usual`)).body['spec']).toMatchObject({
      metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } }],
    })
    expect((await api.get(`${path('v1')}/usual`)).body['spec']).toMatchObject({ targetCPUUtilizationPercentage: 80 })
  })

  test('of v2 loses nothing when a client of v1 writes it', async () => {
    const pods = { type: 'Pods', pods: { metric: { name: 'q' }, target: { type: 'AverageValue', averageValue: '3' } } }
    const behavior = { scaleDown: { stabilizationWindowSeconds: 7 } }
    await api.post(path('v2'), { metadata: { name: 'second' }, spec: { scaleTargetRef, maxReplicas: 3, metrics: [pods], behavior } })
    const { body } = await api.get(`${path('v1')}/second`)
    await api.put(`${path('v1')}/second`, { ...body, spec: { ...(body['spec'] as object), maxReplicas: 4 } })
    expect((await api.get(`${path('v2')}/second`)).body['spec']).toMatchObject({ maxReplicas: 4, metrics: [pods], behavior })
    expect((await api.get(`${path('v2')}/second`)).metadata).not.toHaveProperty('annotations')
  })
})

test('events are found by the controller that reports them, as events.k8s.io calls it', async () => {
  const event = {
    eventTime: '2026-01-01T00:00:00.000000Z',
    reportingController: 'c',
    reportingInstance: 'i',
    action: 'a',
    reason: 'r',
    type: 'Normal',
  }
  const events = '/apis/events.k8s.io/v1/namespaces/default/events'
  await api.post(events, { metadata: { name: 'e' }, regarding: { namespace: 'default' }, ...event })
  const found = async (controller: string) =>
    (await api.get(`${events}?fieldSelector=reportingController=${controller}`)).body.items?.length
  expect([await found('c'), await found('d')]).toEqual([1, 0])
})

describe('objects that name no class', () => {
  const mark = (kind: string) => ({ [`${kind}.kubernetes.io/is-default-class`]: 'true' })
  const CLASSES = '/apis/networking.k8s.io/v1/ingressclasses'
  const spec = { defaultBackend: { service: { name: 's', port: { number: 80 } } } }

  test('get the default one, the youngest of several', async () => {
    for (const name of ['elder', 'younger']) {
      await api.post(CLASSES, { metadata: { name, annotations: mark('ingressclass') }, spec: { controller: 'example.com/c' } })
      await api.clock.advance(1_000)
    }
    const { body } = await api.post('/apis/networking.k8s.io/v1/namespaces/default/ingresses', { metadata: { name: 'i' }, spec })
    expect(body['spec']).toMatchObject({ ingressClassName: 'younger' })
  })

  test('keep the one that they name, or that an older client names in an annotation', async () => {
    const post = (name: string, annotations: object, more: object) =>
      api.post('/apis/networking.k8s.io/v1/namespaces/default/ingresses', { metadata: { name, annotations }, spec: { ...spec, ...more } })
    expect((await post('named', {}, { ingressClassName: 'own' })).body['spec']).toMatchObject({ ingressClassName: 'own' })
    expect((await post('noted', { 'kubernetes.io/ingress.class': 'own' }, {})).body['spec']).not.toHaveProperty('ingressClassName')
  })
})

describe('a pod of a RuntimeClass', () => {
  const pod = (name: string, spec: object) =>
    api.post(PODS, { metadata: { name }, spec: { containers: [{ name: 'c', image: 'i' }], ...spec } })
  beforeAll(async () => {
    await api.post('/apis/node.k8s.io/v1/runtimeclasses', {
      metadata: { name: 'vm' },
      handler: 'vm',
      overhead: { podFixed: { cpu: '250m' } },
      scheduling: { nodeSelector: { vm: 'yes' }, tolerations: [{ key: 'vm', operator: 'Exists' }] },
    })
  })

  test('gets what the class costs and where it runs', async () => {
    expect((await pod('vm', { runtimeClassName: 'vm' })).body['spec']).toMatchObject({
      overhead: { cpu: '250m' },
      nodeSelector: { vm: 'yes' },
      tolerations: expect.arrayContaining([{ key: 'vm', operator: 'Exists' }]),
    })
  })

  test.each<readonly [what: string, spec: object, text: string]>([
    ['a class that is not there', { runtimeClassName: 'gone' }, 'pod rejected: RuntimeClass "gone" not found'],
    [
      'other nodes',
      { runtimeClassName: 'vm', nodeSelector: { vm: 'no' } },
      'conflict: runtimeClass.scheduling.nodeSelector[vm] = yes; pod.spec.nodeSelector[vm] = no',
    ],
    ['another cost', { runtimeClassName: 'vm', overhead: { cpu: '1' } }, "Pod's Overhead doesn't match RuntimeClass's defined Overhead"],
    ['a cost without a class', { overhead: { cpu: '1' } }, 'Pod Overhead set without corresponding RuntimeClass defined Overhead'],
  ])('is refused with %s', async (_, spec, text) => {
    const { code, body } = await pod('refused', spec)
    expect([code, body.message]).toEqual([403, expect.stringContaining(text)])
  })
})

test('a pod that is to stop in less than no time gets a second', async () => {
  const spec = { containers: [{ name: 'c', image: 'i' }], terminationGracePeriodSeconds: -5 }
  expect((await api.post(PODS, { metadata: { name: 'hasty' }, spec })).body['spec']).toMatchObject({ terminationGracePeriodSeconds: 1 })
})

test('a suspended job that has not begun may be told what its pods get, and nothing else', async () => {
  const JOBS = '/apis/batch/v1/namespaces/default/jobs'
  const template = (container: object) => ({ spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'i', ...container }] } })
  await api.post(JOBS, { metadata: { name: 'queued' }, spec: { suspend: true, template: template({}) } })
  const write = async (container: object) =>
    (await api.patch(`${JOBS}/queued`, { spec: { template: template(container) } }, { type: STRATEGIC })).code
  expect([await write({ resources: { requests: { cpu: '1' } } }), await write({ image: 'j' })]).toEqual([200, 422])
})
