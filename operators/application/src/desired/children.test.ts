import { expect, test } from 'vitest'
import { sample } from '../fake/application.ts'
import { autoscalerOf } from './autoscaler.ts'
import { configMapOf, settingsOf } from './config-map.ts'
import { deploymentOf } from './deployment.ts'
import { disruptionBudgetOf } from './disruption-budget.ts'
import { ingressOf } from './ingress.ts'
import { controllerRevisionOf, hashOf, revisionIn, revisionOf } from './revision.ts'
import { serviceOf } from './service.ts'

type Spec = NonNullable<Parameters<typeof sample>[0]>

const deployment = (spec: Spec = {}) => deploymentOf(sample(spec), revisionOf(sample(spec).spec))
const podSpec = (spec: Spec = {}) => deployment(spec).spec!.template.spec!
const container = (spec: Spec = {}) => podSpec(spec).containers[0]!
const PORTS: Spec = { ports: [{ port: 8080 }, { port: 9090 }, { port: 53, protocol: 'UDP', servicePort: 5353 }] }

test('a plain application is a Deployment that is safe, and nothing else', () => {
  expect(deployment()).toEqual({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'shop', namespace: 'demo', labels: LABELS },
    spec: {
      replicas: 1,
      selector: { matchLabels: { 'apps.kubewright.dev/application': 'shop' } },
      strategy: { type: 'RollingUpdate' },
      progressDeadlineSeconds: 600,
      template: {
        metadata: { labels: LABELS, annotations: { 'apps.kubewright.dev/revision': revisionOf(sample().spec).hash } },
        spec: {
          automountServiceAccountToken: false,
          securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
          containers: [
            {
              name: 'application',
              image: 'docker.io/library/nginx:1.29',
              securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
            },
          ],
        },
      },
    },
  })
  for (const childOf of [serviceOf, ingressOf, autoscalerOf, disruptionBudgetOf]) expect(childOf(sample())).toBeUndefined()
})

const LABELS = {
  'app.kubernetes.io/name': 'shop',
  'app.kubernetes.io/managed-by': 'kubewright-application',
  'apps.kubewright.dev/application': 'shop',
}

test('an autoscaler has the replicas, and the Deployment does not speak of them', () => {
  const spec: Spec = { replicas: 3, autoscaling: { maxReplicas: 5 } }
  expect(deployment(spec).spec).not.toHaveProperty('replicas')
  expect(autoscalerOf(sample(spec))?.spec).toMatchObject({
    minReplicas: 1,
    maxReplicas: 5,
    metrics: [{ resource: { name: 'cpu', target: { averageUtilization: 80 } } }],
  })
  expect(autoscalerOf(sample({ autoscaling: { maxReplicas: 5, targetMemoryUtilizationPercentage: 70 } }))?.spec.metrics).toMatchObject([
    { resource: { name: 'memory' } },
  ])
})

test('labels of the user never stand in the way of the selector', () => {
  expect(deployment({ podLabels: { 'apps.kubewright.dev/application': 'other', team: 'a' } }).spec?.template.metadata?.labels).toEqual({
    ...LABELS,
    team: 'a',
  })
})

test('ports have names, on the container and on the Service, which aims by them', () => {
  expect(container(PORTS).ports).toEqual([
    { name: 'http', containerPort: 8080, protocol: 'TCP' },
    { name: 'tcp-9090', containerPort: 9090, protocol: 'TCP' },
    { name: 'udp-53', containerPort: 53, protocol: 'UDP' },
  ])
  expect(serviceOf(sample(PORTS))?.spec?.ports).toEqual([
    { name: 'http', port: 8080, targetPort: 'http', protocol: 'TCP' },
    { name: 'tcp-9090', port: 9090, targetPort: 'tcp-9090', protocol: 'TCP' },
    { name: 'udp-53', port: 5353, targetPort: 'udp-53', protocol: 'UDP' },
  ])
  expect(serviceOf(sample({ ...PORTS, service: { enabled: false } }))).toBeUndefined()
})

test('an ingress aims at the first TCP port, or at the one that is named; its certificate is for all hosts unless it says for which', () => {
  const ingress = { hosts: [{ host: 'a.example' }, { host: 'b.example', paths: [{ path: '/m', port: 9090 }] }], tls: [{ secretName: 't' }] }
  expect(ingressOf(sample({ ...PORTS, ingress }))?.spec).toEqual({
    rules: [
      {
        host: 'a.example',
        http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'shop', port: { name: 'http' } } } }] },
      },
      {
        host: 'b.example',
        http: { paths: [{ path: '/m', pathType: 'Prefix', backend: { service: { name: 'shop', port: { name: 'tcp-9090' } } } }] },
      },
    ],
    tls: [{ secretName: 't', hosts: ['a.example', 'b.example'] }],
  })
})

test('settings are variables, before those that the user names; or files', () => {
  const config = { MODE: 'fast' }
  const name = settingsOf(sample({ config }), sample({ config }).spec)!.name
  expect(container({ config, envFrom: [{ secretRef: { name: 's' } }] }).envFrom).toEqual([
    { configMapRef: { name } },
    { secretRef: { name: 's' } },
  ])
  const files: Spec = { config, configMount: '/etc/app', volumes: [{ name: 'tmp', mountPath: '/tmp', emptyDir: {} }] }
  expect(container(files).envFrom).toBeUndefined()
  expect(container(files).volumeMounts).toEqual([
    { name: 'tmp', mountPath: '/tmp' },
    { name: 'application-config', mountPath: '/etc/app', readOnly: true },
  ])
  expect(podSpec(files).volumes).toEqual([
    { name: 'tmp', emptyDir: {} },
    { name: 'application-config', configMap: { name } },
  ])
})

test('other settings are another ConfigMap, which is never changed; the order of the keys says nothing', () => {
  const settings = (config: Record<string, string>) => settingsOf(sample({ config }), sample({ config }).spec)!
  expect(settings({ a: '1', b: '2' }).name).toBe(settings({ b: '2', a: '1' }).name)
  expect(settings({ a: '1' }).name).not.toBe(settings({ a: '2' }).name)
  expect(configMapOf(sample(), settings({ a: '1' }))).toMatchObject({ immutable: true, data: { a: '1' } })
  expect(settingsOf(sample({ config: {} }), sample({ config: {} }).spec)).toBeUndefined()
})

test('probes without a port ask the first', () => {
  const probes: Spec['probes'] = {
    liveness: { tcpSocket: {} },
    readiness: { httpGet: { path: '/r', port: 'udp-53' } },
    startup: { grpc: { port: 1 } },
  }
  expect(container({ ...PORTS, probes })).toMatchObject({
    livenessProbe: { tcpSocket: { port: 8080 } },
    readinessProbe: { httpGet: { path: '/r', port: 'udp-53' } },
    startupProbe: { grpc: { port: 1 } },
  })
})

test('amounts that YAML made numbers of are texts again', () => {
  expect(container({ resources: { limits: { cpu: 1, memory: '1Gi' } } }).resources).toEqual({ limits: { cpu: '1', memory: '1Gi' } })
})

test('what the user says of security counts; a privileged container is not said to gain no privileges, which the server refuses', () => {
  const spec: Spec = {
    securityContext: { privileged: true, runAsNonRoot: false, seccompProfile: { type: 'Unconfined' } },
    podSecurityContext: { fsGroup: 1 },
  }
  expect(container(spec).securityContext).toEqual({ privileged: true })
  expect(podSpec(spec).securityContext).toEqual({ runAsNonRoot: false, seccompProfile: { type: 'Unconfined' }, fsGroup: 1 })
})

test('an account is given its token; no account, no token; and the user has the last word', () => {
  expect(podSpec({ serviceAccountName: 'a' })).toMatchObject({ serviceAccountName: 'a', automountServiceAccountToken: true })
  expect(podSpec({ serviceAccountName: 'a', automountServiceAccountToken: false })).toMatchObject({ automountServiceAccountToken: false })
})

test('a revision changes with what pods are made from, and with nothing else', () => {
  const hash = (spec: Spec) => revisionOf(sample(spec).spec).hash
  expect(hash({ replicas: 9, paused: true, strategy: 'Recreate', podDisruptionBudget: { minAvailable: 1 } })).toBe(hash({}))
  for (const spec of [
    { image: 'a:1' },
    { env: [] },
    { config: { a: 'b' } },
    { ports: [{ port: 1 }] },
    { nodeSelector: { a: 'b' } },
  ] satisfies Spec[])
    expect(hash(spec), JSON.stringify(spec)).not.toBe(hash({}))
})

test('a revision that was kept is read again; one that somebody has written to is none', () => {
  const revision = revisionOf(sample({ config: { a: 'b' } }).spec)
  const kept = controllerRevisionOf(sample(), revision, 3)
  expect(revisionIn(JSON.parse(JSON.stringify(kept)))).toEqual(revision)
  expect(revisionIn({ ...kept, data: { spec: { ...revision.fields, image: 'evil:1' } } })).toBeUndefined()
  expect(revisionIn({ ...kept, data: undefined })).toBeUndefined()
  expect(kept.metadata.name).toBe(`shop-${hashOf(revision.fields)}`)
})
