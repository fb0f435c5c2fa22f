import { expect, test } from 'vitest'
import { sample } from '../fake/application.ts'
import { consistencyProblems, nameProblems, warningsFor } from './consistency.ts'

type Spec = NonNullable<Parameters<typeof sample>[0]>

const ports = [{ port: 80 }]

test.each<readonly [string, Spec, string]>([
  ['an image that is none', { image: 'not an image' }, 'spec.image'],
  ['a port name twice', { ports: [{ port: 80 }, { port: 81, name: 'http' }] }, 'spec.ports[1].name'],
  ['a port name without a letter', { ports: [{ port: 80, name: '80' }] }, 'spec.ports[0].name'],
  ['a Service port twice', { ports: [{ port: 80 }, { port: 81, servicePort: 80 }] }, 'spec.ports[1].servicePort'],
  ['a node port of a Service that has none', { ports: [{ port: 80, nodePort: 30_080 }] }, 'spec.ports[0].nodePort'],
  ['a key that no ConfigMap has', { config: { 'a b': '' } }, 'spec.config[a b]'],
  ['a key that leaves its folder', { config: { '..': '' } }, 'spec.config[..]'],
  ['more settings than a ConfigMap holds', { config: { a: 'ä'.repeat(500_001) } }, 'spec.config'],
  ['a mount of no settings', { configMount: '/etc/app' }, 'spec.configMount'],
  [
    'a request above the limit',
    { resources: { requests: { memory: '1Gi' }, limits: { memory: '1000M' } } },
    'spec.resources.requests.memory',
  ],
  [
    'two volumes at one place',
    {
      volumes: [
        { name: 'a', mountPath: '/a', emptyDir: {} },
        { name: 'b', mountPath: '/a', emptyDir: {} },
      ],
    },
    'spec.volumes[1].mountPath',
  ],
  [
    'a volume over the settings',
    { config: { a: 'b' }, configMount: '/a', volumes: [{ name: 'a', mountPath: '/a', emptyDir: {} }] },
    'spec.volumes[0].mountPath',
  ],
  ['a volume with the name of ours', { volumes: [{ name: 'application-config', mountPath: '/a', emptyDir: {} }] }, 'spec.volumes[0].name'],
  ['a probe of no port', { probes: { liveness: { httpGet: { path: '/' } } } }, 'spec.probes.liveness.httpGet.port'],
  [
    'a probe of an unknown port',
    { ports, probes: { readiness: { tcpSocket: { port: 'https' } } } },
    'spec.probes.readiness.tcpSocket.port',
  ],
  [
    'a liveness probe that needs two successes',
    { ports, probes: { liveness: { tcpSocket: {}, successThreshold: 2 } } },
    'spec.probes.liveness.successThreshold',
  ],
  ['an ingress without a Service', { ports, service: { enabled: false }, ingress: { hosts: [{ host: 'a.example' }] } }, 'spec.ingress'],
  ['an ingress to UDP', { ports: [{ port: 53, protocol: 'UDP' }], ingress: { hosts: [{ host: 'a.example' }] } }, 'spec.ingress'],
  ['a host twice', { ports, ingress: { hosts: [{ host: 'a.example' }, { host: 'a.example' }] } }, 'spec.ingress.hosts[1].host'],
  [
    'a path to no port',
    { ports, ingress: { hosts: [{ host: 'a.example', paths: [{ port: 81 }] }] } },
    'spec.ingress.hosts[0].paths[0].port',
  ],
  [
    'a certificate for another host',
    { ports, ingress: { hosts: [{ host: 'a.example' }], tls: [{ secretName: 't', hosts: ['b.example'] }] } },
    'spec.ingress.tls[0].hosts[0]',
  ],
])('%s is said, with its field', (_, spec, field) => {
  expect(consistencyProblems(sample(spec).spec)).toMatchObject([{ field, is: 'invalid' }])
})

test('what makes sense has no problems', () => {
  const { spec } = sample({
    ...{
      ports: [...ports, { port: 80, protocol: 'UDP' }],
      config: { 'a.b-c_D': '' },
      configMount: '/etc/app',
      service: { type: 'NodePort' },
    },
    ...{ resources: { requests: { cpu: '1000m' }, limits: { cpu: 1 } }, probes: { liveness: { httpGet: { path: '/', port: 'http' } } } },
    ingress: {
      hosts: [
        {
          host: '*.example',
          paths: [
            { path: '/a', port: 'http' },
            { path: '/b', port: 80 },
          ],
        },
      ],
      tls: [{ secretName: 't', hosts: ['*.example'] }],
    },
  })
  expect(consistencyProblems(spec)).toEqual([])
})

test('no problem repeats a setting: it may be a secret', () => {
  const told = consistencyProblems(sample({ config: { 'a b': 'hunter2', ok: 'hunter2'.repeat(145_000) } }).spec)
  expect(told).toHaveLength(2)
  expect(JSON.stringify(told)).not.toContain('hunter2')
})

test.each<readonly [string, Spec, string]>([
  ['no limits', {}, 'no cpu and no memory'],
  ['a target without a request', { autoscaling: { maxReplicas: 2 } }, 'nothing to measure the target by'],
  ['a budget for one pod', { podDisruptionBudget: { minAvailable: 1 } }, 'keep a node from ever being drained'],
  ['keys that are no variables', { config: { 'app.yaml ': '', '1st': '' } }, 'configMount'],
])('%s is a warning', (_, spec, words) => {
  expect(warningsFor(sample(spec).spec)).toContainEqual(expect.stringContaining(words))
})

test('a tidy application has no warnings, and no warning is longer than a header shows', () => {
  const limits = { cpu: '1', memory: '1Gi' }
  expect(warningsFor(sample({ resources: { limits, requests: { cpu: '1' } }, autoscaling: { maxReplicas: 3 } }).spec)).toEqual([])
  for (const warning of warningsFor(sample({ autoscaling: { maxReplicas: 2 }, podDisruptionBudget: { minAvailable: 1 } }).spec))
    expect(warning.length).toBeLessThan(200)
})

test.each(['1shop', 'Shop', 'shop.a', 'a'.repeat(64), 'shop-'])('the name %s would be none of a Service', (name) => {
  expect(nameProblems({ metadata: { name } })).toHaveLength(1)
  expect(nameProblems({ metadata: { name: 'shop-1' } })).toEqual([])
})
