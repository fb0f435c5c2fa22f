// By which fields objects of a kind can be chosen, and what is said of others. The same on both servers.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { useCluster } from './harness.ts'
import { type Wire, wire } from './wire.ts'

const bench = useCluster()

let admin: Wire
beforeAll(() => {
  admin = wire(bench.cluster.connection)
})
afterAll(() => admin[Symbol.dispose]())

const ONLY_METADATA = (field: string) => `"${field}" is not a known field selector: only "metadata.name", "metadata.namespace"`

test.each<[string, string, string | undefined]>([
  ['/apis/resource.k8s.io/v1/resourceslices', 'spec.driver', undefined],
  ['/apis/resource.k8s.io/v1/resourceslices', 'spec.nodeName', undefined],
  [
    '/apis/resource.k8s.io/v1/resourceslices',
    'spec.pool.name',
    'field label not supported for resource.k8s.io/v1, Kind=ResourceSlice: spec.pool.name',
  ],
  ['/api/v1/pods', 'spec.hostNetwork', undefined],
  ['/api/v1/nodes', 'spec.unschedulable', undefined],
  ['/api/v1/replicationcontrollers', 'status.replicas', undefined],
  ['/apis/apps/v1/replicasets', 'status.replicas', ONLY_METADATA('status.replicas')],
  ['/apis/apps/v1/deployments', 'status.replicas', ONLY_METADATA('status.replicas')],
  ['/api/v1/persistentvolumes', 'name', ONLY_METADATA('name')],
  ['/apis/certificates.k8s.io/v1/certificatesigningrequests', 'spec.signerName', undefined],
  ['/apis/storage.k8s.io/v1/volumeattachments', 'spec.nodeName', ONLY_METADATA('spec.nodeName')],
])('%s are chosen by %s or not', async (path, field, refusal) => {
  const { code, body } = await admin.send('GET', `${path}?fieldSelector=${field}=x`)
  expect([code, refusal === undefined ? undefined : body.message]).toEqual(refusal === undefined ? [200, undefined] : [400, refusal])
})

test('the devices of a driver are those of that driver', async () => {
  const slice = (name: string, driver: string) =>
    admin.send('POST', '/apis/resource.k8s.io/v1/resourceslices', {
      metadata: { name },
      spec: { driver, allNodes: true, pool: { name, generation: 1, resourceSliceCount: 1 } },
    })
  expect((await slice('of-one', 'one.example.com')).code).toBe(201)
  expect((await slice('of-another', 'another.example.com')).code).toBe(201)
  const { body } = await admin.send('GET', '/apis/resource.k8s.io/v1/resourceslices?fieldSelector=spec.driver=one.example.com')
  expect((body['items'] as readonly { metadata: { name: string } }[]).map(({ metadata }) => metadata.name)).toEqual(['of-one'])
})
