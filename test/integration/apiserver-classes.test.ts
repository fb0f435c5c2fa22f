// What the classes of storage, of Ingresses and of runtimes make of the objects that name them, or name none. The same on both servers.
import { eventually } from '@kubewright/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { useCluster } from './harness.ts'
import { type Reply, type Wire, wire } from './wire.ts'

const bench = useCluster()
let admin: Wire
let namespace: string
beforeAll(async () => {
  admin = wire(bench.cluster.connection)
  namespace = await bench.namespace()
})
afterAll(() => admin[Symbol.dispose]())

const CLASSES = '/apis/storage.k8s.io/v1/storageclasses'
const told = ({ code, body }: Reply, pick: (body: Reply['body']) => unknown) =>
  code < 300 ? pick(body) : [code, body.reason, body.message]

const CLAIM = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } }
const claim = (spec: object = {}, annotations: object = {}) =>
  admin.send('POST', `/api/v1/namespaces/${namespace}/persistentvolumeclaims?dryRun=All`, {
    metadata: { name: 'c', annotations },
    spec: { ...CLAIM, ...spec },
  })
const classOf = ({ spec }: Reply['body']) => spec.storageClassName

describe('a claim', () => {
  test('that names no class gets the default one, of several the newest', async () => {
    expect(told(await claim(), classOf)).toBeUndefined()
    const make = (name: string, key: string) =>
      admin.send('POST', CLASSES, { metadata: { name, annotations: { [key]: 'true' } }, provisioner: 'example.com/p' })
    await make('usual', 'storageclass.kubernetes.io/is-default-class')
    await eventually(async () => expect(told(await claim(), classOf)).toBe('usual'))
    expect(told(await claim({ storageClassName: '' }), classOf)).toBe('')
    expect(told(await claim({}, { 'volume.beta.kubernetes.io/storage-class': 'old' }), classOf)).toBeUndefined()
    await admin.send('DELETE', `${CLASSES}/usual`)
    await eventually(async () => expect(told(await claim(), classOf)).toBeUndefined())
  })

  test('that is bound may grow, when its class lets it', async () => {
    await admin.send('POST', CLASSES, { metadata: { name: 'fixed' }, provisioner: 'example.com/p' })
    await admin.send('POST', CLASSES, { metadata: { name: 'growing' }, provisioner: 'example.com/p', allowVolumeExpansion: true })
    const path = `/api/v1/namespaces/${namespace}/persistentvolumeclaims`
    const grow = async (name: string) => {
      await admin.send('POST', path, { metadata: { name }, spec: { ...CLAIM, storageClassName: name, volumeName: 'v' } })
      const resize = () => admin.send('PATCH', `${path}/${name}?dryRun=All`, { spec: { resources: { requests: { storage: '2Gi' } } } })
      await admin.send('PATCH', `${path}/${name}/status`, { status: { phase: 'Bound', capacity: { storage: '1Gi' } } })
      return resize
    }
    const growing = await grow('growing')
    await eventually(async () => expect(told(await growing(), () => 'grown')).toBe('grown'))
    const fixed = await grow('fixed')
    expect(told(await fixed(), () => 'grown')).toEqual([
      403,
      'Forbidden',
      'persistentvolumeclaims "fixed" is forbidden: only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize',
    ])
  })
})

describe('an Ingress', () => {
  test('that names no class gets the default one', async () => {
    const ingress = (spec: object = {}, annotations: object = {}) =>
      admin.send('POST', `/apis/networking.k8s.io/v1/namespaces/${namespace}/ingresses?dryRun=All`, {
        metadata: { name: 'i', annotations },
        spec: { defaultBackend: { service: { name: 's', port: { number: 80 } } }, ...spec },
      })
    await admin.send('POST', '/apis/networking.k8s.io/v1/ingressclasses', {
      metadata: { name: 'front', annotations: { 'ingressclass.kubernetes.io/is-default-class': 'true' } },
      spec: { controller: 'example.com/c' },
    })
    const name = ({ spec }: Reply['body']) => spec.ingressClassName
    await eventually(async () => expect(told(await ingress(), name)).toBe('front'))
    expect(told(await ingress({ ingressClassName: 'own' }), name)).toBe('own')
    expect(told(await ingress({}, { 'kubernetes.io/ingress.class': 'old' }), name)).toBeUndefined()
  })
})

describe('a pod', () => {
  const pod = (spec: object) =>
    admin.send('POST', `/api/v1/namespaces/${namespace}/pods?dryRun=All`, {
      metadata: { name: 'p' },
      spec: { containers: [{ name: 'a', image: 'i' }], ...spec },
    })
  const refused = (why: string) => [403, 'Forbidden', `pods "p" is forbidden: ${why}`]
  const tolerated = { key: 'sandbox', operator: 'Exists', effect: 'NoSchedule' }

  beforeAll(async () => {
    await admin.send('POST', '/apis/node.k8s.io/v1/runtimeclasses', {
      metadata: { name: 'sandboxed' },
      handler: 'h',
      overhead: { podFixed: { cpu: '250m' } },
      scheduling: { nodeSelector: { sandbox: 'yes' }, tolerations: [tolerated] },
    })
  })

  test('gets what its RuntimeClass takes, and the nodes that have it', async () => {
    await eventually(async () =>
      expect(
        told(await pod({ runtimeClassName: 'sandboxed', nodeSelector: { zone: 'a' } }), ({ spec }) => [
          spec.overhead,
          spec.nodeSelector,
          spec.tolerations.filter(({ key }: Reply['body']) => key === 'sandbox'),
        ]),
      ).toEqual([{ cpu: '250m' }, { sandbox: 'yes', zone: 'a' }, [tolerated]]),
    )
  })

  test.each<[string, object, string]>([
    ['a class that there is not', { runtimeClassName: 'absent' }, 'pod rejected: RuntimeClass "absent" not found'],
    [
      'other nodes than its class',
      { runtimeClassName: 'sandboxed', nodeSelector: { sandbox: 'no' } },
      'conflict: runtimeClass.scheduling.nodeSelector[sandbox] = yes; pod.spec.nodeSelector[sandbox] = no',
    ],
    [
      'more than its class takes',
      { runtimeClassName: 'sandboxed', overhead: { cpu: '1' } },
      "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead",
    ],
    [
      'something taken by no class',
      { overhead: { cpu: '1' } },
      'pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead',
    ],
  ])('is refused for %s', async (_, spec, why) => {
    expect(told(await pod(spec), () => 'accepted')).toEqual(refused(why))
  })
})
