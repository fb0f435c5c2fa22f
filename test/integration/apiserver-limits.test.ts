// LimitRanges and PriorityClasses: what they make of pods and claims, and what they refuse. The same on both servers.
import { eventually } from '@kubewright/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { useCluster } from './harness.ts'
import { type Reply, type Wire, wire } from './wire.ts'

const bench = useCluster()
const CLASSES = '/apis/scheduling.k8s.io/v1/priorityclasses'

let admin: Wire
beforeAll(() => {
  admin = wire(bench.cluster.connection)
})
afterAll(() => admin[Symbol.dispose]())

async function make(path: string, body: object): Promise<Reply['body']> {
  const reply = await admin.send('POST', path, body)
  expect([reply.code, reply.body.message]).toEqual([201, undefined])
  return reply.body
}

const container = (resources: object = {}, name = 'a') => ({ name, image: 'i', resources })
const pod = (namespace: string, spec: object, query = '?dryRun=All') =>
  admin.send('POST', `/api/v1/namespaces/${namespace}/pods${query}`, {
    metadata: { name: 'p' },
    spec: { containers: [container()], ...spec },
  })
const claim = (namespace: string, storage: string) =>
  admin.send('POST', `/api/v1/namespaces/${namespace}/persistentvolumeclaims?dryRun=All`, {
    metadata: { name: 'p' },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage } } },
  })

const told = ({ code, body }: Reply, pick: (body: Reply['body']) => unknown) =>
  code < 300 ? pick(body) : [code, body.reason, body.message]

async function namespaceWith(...limits: readonly object[]): Promise<string> {
  const namespace = await bench.namespace()
  await make(`/api/v1/namespaces/${namespace}/limitranges`, { metadata: { name: 'limits' }, spec: { limits } })
  return namespace
}

describe('a LimitRange', () => {
  test('gives containers what they do not say themselves, and notes it', async () => {
    const namespace = await namespaceWith({
      type: 'Container',
      default: { cpu: '2', memory: '1Gi' },
      defaultRequest: { cpu: '100m' },
      min: { memory: '10Mi' },
    })
    const spec = {
      containers: [container(), container({ limits: { cpu: '500m' } }, 'b')],
      initContainers: [container({ requests: { memory: '20Mi' } }, 'first')],
    }
    await eventually(async () =>
      expect(
        told(await pod(namespace, spec), (made) => ({
          resources: [...made.spec.containers, ...made.spec.initContainers].map(({ resources }) => resources),
          annotation: made.metadata.annotations?.['kubernetes.io/limit-ranger'],
        })),
      ).toEqual({
        resources: [
          { limits: { cpu: '2', memory: '1Gi' }, requests: { cpu: '100m', memory: '1Gi' } },
          { limits: { cpu: '500m', memory: '1Gi' }, requests: { cpu: '500m', memory: '1Gi' } },
          { limits: { cpu: '2', memory: '1Gi' }, requests: { cpu: '100m', memory: '20Mi' } },
        ],
        annotation:
          'LimitRanger plugin set: cpu, memory request for container a; cpu, memory limit for container a; memory request for container b; memory limit for container b; cpu request for init container first; cpu, memory limit for init container first',
      }),
    )
  })

  test.each<[string, object, object, string]>([
    [
      'less than the least',
      { type: 'Container', min: { cpu: '100m' } },
      { containers: [container({ requests: { cpu: '50m' } })] },
      'minimum cpu usage per Container is 100m, but request is 50m',
    ],
    [
      'more than the most',
      { type: 'Container', max: { cpu: '1' } },
      { containers: [container({ limits: { cpu: '1500m' } })] },
      'maximum cpu usage per Container is 1, but limit is 1500m',
    ],
    [
      'a limit too far above the request',
      { type: 'Container', maxLimitRequestRatio: { memory: '2' } },
      { containers: [container({ requests: { memory: '1Gi' }, limits: { memory: '3Gi' } })] },
      'memory max limit to request ratio per Container is 2, but provided ratio is 3.000000',
    ],
    [
      'no request where there is a least',
      { type: 'Pod', min: { cpu: '100m' } },
      {},
      'minimum cpu usage per Pod is 100m.  No request is specified',
    ],
    [
      'more than the most for all containers of a pod together',
      { type: 'Pod', max: { cpu: '1' } },
      { containers: [container({ limits: { cpu: '600m' } }), container({ limits: { cpu: '600m' } }, 'b')] },
      'maximum cpu usage per Pod is 1, but limit is 1200m',
    ],
    [
      'several wrongs',
      { type: 'Container', max: { cpu: '1' } },
      { containers: [container({ limits: { cpu: '2' } }), container({ limits: { cpu: '3' } }, 'b')] },
      '[maximum cpu usage per Container is 1, but limit is 2, maximum cpu usage per Container is 1, but limit is 3]',
    ],
  ])('refuses a pod with %s', async (_, limit, spec, expected) => {
    const namespace = await namespaceWith(limit)
    await eventually(async () =>
      expect(told(await pod(namespace, spec), () => 'accepted')).toEqual([403, 'Forbidden', `pods "p" is forbidden: ${expected}`]),
    )
  })

  test('lets init containers run before the others, and not beside them', async () => {
    const namespace = await namespaceWith({ type: 'Pod', max: { cpu: '1' } })
    const limited = (cpu: string, name: string) => container({ limits: { cpu } }, name)
    await eventually(async () => expect((await pod(namespace, { containers: [limited('2', 'a')] })).code).toBe(403))
    expect((await pod(namespace, { containers: [limited('900m', 'a')], initContainers: [limited('1', 'b')] })).code).toBe(201)
    const sidecar = { ...limited('200m', 'b'), restartPolicy: 'Always' }
    expect(told(await pod(namespace, { containers: [limited('900m', 'a')], initContainers: [sidecar] }), () => 'accepted')).toEqual([
      403,
      'Forbidden',
      'pods "p" is forbidden: maximum cpu usage per Pod is 1, but limit is 1100m',
    ])
  })

  test('holds claims within its bounds', async () => {
    const namespace = await namespaceWith({ type: 'PersistentVolumeClaim', min: { storage: '1Gi' }, max: { storage: '5Gi' } })
    const refusal = (why: string) => [403, 'Forbidden', `persistentvolumeclaims "p" is forbidden: ${why}`]
    await eventually(async () =>
      expect(told(await claim(namespace, '512Mi'), () => 'accepted')).toEqual(
        refusal('minimum storage usage per PersistentVolumeClaim is 1Gi, but request is 512Mi'),
      ),
    )
    expect(told(await claim(namespace, '6Gi'), () => 'accepted')).toEqual(
      refusal('maximum storage usage per PersistentVolumeClaim is 5Gi, but request is 6Gi'),
    )
    expect((await claim(namespace, '5Gi')).code).toBe(201)
  })
})

describe('a PriorityClass', () => {
  const numbers = ({ spec }: Reply['body']) => [spec.priorityClassName, spec.priority, spec.preemptionPolicy]

  test('gives pods its value; the two of the system are there from the start', async () => {
    const namespace = await bench.namespace()
    await make(CLASSES, { metadata: { name: 'high' }, value: 1000, preemptionPolicy: 'Never' })
    await eventually(async () =>
      expect(told(await pod(namespace, { priorityClassName: 'high' }), numbers)).toEqual(['high', 1000, 'Never']),
    )
    expect(told(await pod(namespace, {}), numbers)).toEqual([undefined, 0, 'PreemptLowerPriority'])
    const { body: list } = await admin.send('GET', CLASSES)
    expect(list.items.map(({ metadata, value, description }: Reply['body']) => [metadata.name, value, description])).toEqual([
      ['high', 1000, undefined],
      [
        'system-cluster-critical',
        2_000_000_000,
        'Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.',
      ],
      ['system-node-critical', 2_000_001_000, 'Used for system critical pods that must not be moved from their current node.'],
    ])
    expect(told(await pod(namespace, { priorityClassName: 'system-node-critical' }), numbers)).toEqual([
      'system-node-critical',
      2_000_001_000,
      'PreemptLowerPriority',
    ])
  })

  test.each<[string, object, string]>([
    ['a class that there is not', { priorityClassName: 'absent' }, 'no PriorityClass with name absent was found'],
    [
      'another number than its class',
      { priorityClassName: 'high', priority: 7 },
      'the integer value of priority (7) must not be provided in pod spec; priority admission controller computed 1000 from the given PriorityClass name',
    ],
    [
      'another policy than its class',
      { priorityClassName: 'high', preemptionPolicy: 'PreemptLowerPriority' },
      'the string value of PreemptionPolicy (PreemptLowerPriority) must not be provided in pod spec; priority admission controller computed Never from the given PriorityClass name',
    ],
  ])('refuses a pod with %s', async (_, spec, expected) => {
    expect(told(await pod('default', spec), () => 'accepted')).toEqual([403, 'Forbidden', `pods "p" is forbidden: ${expected}`])
  })

  test('may be the default, as long as no other is', async () => {
    const namespace = await bench.namespace()
    await make(CLASSES, { metadata: { name: 'usual' }, value: 10, globalDefault: true })
    await eventually(async () => expect(told(await pod(namespace, {}), numbers)).toEqual(['usual', 10, 'PreemptLowerPriority']))
    const second = await admin.send('POST', CLASSES, { metadata: { name: 'other' }, value: 11, globalDefault: true })
    expect(told(second, () => 'accepted')).toEqual([
      403,
      'Forbidden',
      'priorityclasses.scheduling.k8s.io "other" is forbidden: PriorityClass usual is already marked as default. Only one default can exist',
    ])
    await admin.send('DELETE', `${CLASSES}/usual`)
  })

  test.each<[string, object, readonly string[]]>([
    [
      'a name of the system',
      { metadata: { name: 'system-own' }, value: 1 },
      [
        "metadata.name: Forbidden: priority class names with 'system-' prefix are reserved for system use only. error: system-own is not a known system priority class",
      ],
    ],
    [
      'a value of the system',
      { metadata: { name: 'huge' }, value: 2_000_000_000 },
      ['value: Forbidden: maximum allowed value of a user defined priority is 1000000000'],
    ],
    [
      'an unknown policy',
      { metadata: { name: 'odd' }, value: 1, preemptionPolicy: 'Sometimes' },
      ['preemptionPolicy: Unsupported value: "Sometimes": supported values: "PreemptLowerPriority", "Never"'],
    ],
  ])('with %s is refused', async (_, body, expected) => {
    const { code, body: refusal } = await admin.send('POST', `${CLASSES}?dryRun=All`, body)
    expect(code).toBe(422)
    expect(refusal.details.causes.map(({ field, message }: Reply['body']) => `${field}: ${message}`)).toEqual(expected)
  })
})
