import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type TestClient, testClient } from '../test-client/api-client.ts'

let api: TestClient
beforeEach(async () => {
  api = await testClient({ controllers: ['*'] })
})
afterEach(() => api[Symbol.asyncDispose]())

const VOLUMES = '/api/v1/persistentvolumes'
const CLAIMS = '/api/v1/namespaces/default/persistentvolumeclaims'
const PODS = '/api/v1/namespaces/default/pods'
const CLASSES = '/apis/storage.k8s.io/v1/storageclasses'

const settle = async () => {
  for (let round = 0; round < 4; round++) await api.settle()
}
const volume = (name: string, storage: string, spec: object = {}, labels: object = {}) =>
  api.post(VOLUMES, {
    metadata: { name, labels },
    spec: { capacity: { storage }, accessModes: ['ReadWriteOnce'], hostPath: { path: '/x' }, ...spec },
  })
const claim = (name: string, storage = '1Gi', spec: object = {}) =>
  api.post(CLAIMS, { metadata: { name }, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage } }, ...spec } })
const user = (name: string, claimName: string) =>
  api.post(PODS, {
    metadata: { name },
    spec: { containers: [{ name: 'c', image: 'x' }], volumes: [{ name: 'v', persistentVolumeClaim: { claimName } }] },
  })
/** `Bound big` of a claim, `Bound default/mine` of a volume; `gone`. */
const states = async (...paths: readonly string[]) => {
  await settle()
  return Promise.all(
    paths.map(async (path) => {
      const { code, body } = await api.get(path)
      if (code === 404) return 'gone'
      const { spec, status, metadata } = body as unknown as {
        spec: { volumeName?: string; claimRef?: { namespace: string; name: string } }
        status: { phase: string }
        metadata: { deletionTimestamp?: string }
      }
      const partner = spec.claimRef === undefined ? spec.volumeName : `${spec.claimRef.namespace}/${spec.claimRef.name}`
      return [metadata.deletionTimestamp === undefined ? '' : 'leaving ', status.phase, partner === undefined ? '' : ` ${partner}`].join('')
    }),
  )
}

describe('a claim', () => {
  test('gets the smallest volume that is large enough, and says what it has', async () => {
    await volume('big', '10Gi')
    await volume('small', '500Mi')
    await volume('right', '2Gi')
    await claim('mine')
    expect(await states(`${CLAIMS}/mine`, `${VOLUMES}/right`, `${VOLUMES}/big`)).toEqual(['Bound right', 'Bound default/mine', 'Available'])
    expect((await api.get(`${CLAIMS}/mine`)).body['status']).toEqual({
      phase: 'Bound',
      accessModes: ['ReadWriteOnce'],
      capacity: { storage: '2Gi' },
    })
  })

  test('waits for a volume, and gets it when it comes', async () => {
    await claim('mine')
    expect(await states(`${CLAIMS}/mine`)).toEqual(['Pending'])
    await volume('late', '1Gi')
    expect(await states(`${CLAIMS}/mine`)).toEqual(['Bound late'])
  })

  test.each<[string, object, object, object]>([
    ['of another class', { storageClassName: 'fast' }, {}, {}],
    ['that one alone may write to', {}, {}, { accessModes: ['ReadWriteMany'] }],
    ['for blocks', { volumeMode: 'Block' }, {}, {}],
    ['without the label that is wanted', {}, { disk: 'old' }, { selector: { matchLabels: { disk: 'new' } } }],
    ['that is reserved for another claim', { claimRef: { namespace: 'default', name: 'other' } }, {}, {}],
  ])('does not get a volume %s', async (_name, spec, labels, wanted) => {
    await volume('wrong', '1Gi', spec, labels)
    await claim('mine', '1Gi', wanted)
    expect(await states(`${CLAIMS}/mine`)).toEqual(['Pending'])
  })

  test('gets the volume that is reserved for it, whatever else is free', async () => {
    await volume('small', '1Gi')
    await volume('reserved', '5Gi', { claimRef: { namespace: 'default', name: 'mine' } })
    await claim('mine')
    expect(await states(`${CLAIMS}/mine`, `${VOLUMES}/small`)).toEqual(['Bound reserved', 'Available'])
  })

  test('gets the volume that it names', async () => {
    await volume('small', '1Gi')
    await volume('named', '5Gi')
    await claim('mine', '1Gi', { volumeName: 'named' })
    expect(await states(`${CLAIMS}/mine`, `${VOLUMES}/named`)).toEqual(['Bound named', 'Bound default/mine'])
  })

  test('of a class that waits for a pod waits for one', async () => {
    await api.post(CLASSES, { metadata: { name: 'late' }, provisioner: 'example.com/none', volumeBindingMode: 'WaitForFirstConsumer' })
    await volume('v', '1Gi', { storageClassName: 'late' })
    await claim('mine', '1Gi', { storageClassName: 'late' })
    expect(await states(`${CLAIMS}/mine`)).toEqual(['Pending'])
    await user('pod', 'mine')
    expect(await states(`${CLAIMS}/mine`)).toEqual(['Bound v'])
  })

  test('of two for one volume one gets it, and the other waits', async () => {
    await Promise.all([claim('a'), claim('b')])
    await volume('v', '1Gi')
    expect((await states(`${CLAIMS}/a`, `${CLAIMS}/b`)).toSorted()).toEqual(['Bound v', 'Pending'])
  })

  test('stays while a pod uses it, and loses its volume when somebody deletes that', async () => {
    await volume('v', '1Gi')
    await claim('mine')
    await settle()
    await user('pod', 'mine')
    await settle()
    await api.delete(`${CLAIMS}/mine`)
    expect(await states(`${CLAIMS}/mine`, `${VOLUMES}/v`)).toEqual(['leaving Bound v', 'Bound default/mine'])
    await api.delete(`${PODS}/pod`)
    expect(await states(`${CLAIMS}/mine`, `${VOLUMES}/v`)).toEqual(['gone', 'Released default/mine'])
  })
})

test('what a claim has is told when it gets it, and is others’ to tell afterwards', async () => {
  await volume('v', '2Gi', { volumeAttributesClassName: 'gold' })
  await claim('mine', '1Gi', { volumeAttributesClassName: 'gold' })
  await settle()
  const status = async () => (await api.get(`${CLAIMS}/mine`)).body['status']
  expect(await status()).toMatchObject({ capacity: { storage: '2Gi' }, currentVolumeAttributesClassName: 'gold' })
  const resized = { capacity: { storage: '1Gi' }, currentVolumeAttributesClassName: 'silver' }
  expect((await api.patch(`${CLAIMS}/mine/status`, { status: resized })).code).toBe(200)
  await settle()
  expect(await status()).toMatchObject(resized)
})

test('a claim whose volume is gone is lost, and has nothing', async () => {
  await volume('v', '1Gi')
  await claim('mine')
  await settle()
  await api.patch(`${VOLUMES}/v`, { metadata: { finalizers: null } })
  await api.delete(`${VOLUMES}/v`)
  await api.patch(`${VOLUMES}/v`, { metadata: { finalizers: null } })
  await settle()
  expect((await api.get(`${CLAIMS}/mine`)).body['status']).toEqual({ phase: 'Lost' })
})

describe('a volume', () => {
  test('that nobody has goes at once', async () => {
    await volume('v', '1Gi')
    expect(await states(`${VOLUMES}/v`)).toEqual(['Available'])
    expect((await api.get(`${VOLUMES}/v`)).metadata.finalizers).toEqual(['kubernetes.io/pv-protection'])
    await api.delete(`${VOLUMES}/v`)
    expect(await states(`${VOLUMES}/v`)).toEqual(['gone'])
  })

  test('stays while a claim has it', async () => {
    await volume('v', '1Gi')
    await claim('mine')
    await settle()
    await api.delete(`${VOLUMES}/v`)
    expect(await states(`${VOLUMES}/v`)).toEqual(['leaving Bound default/mine'])
    await api.delete(`${CLAIMS}/mine`)
    expect(await states(`${VOLUMES}/v`)).toEqual(['gone'])
  })

  test('that a claim has left is not for the next one of that name', async () => {
    await volume('v', '1Gi')
    await claim('mine')
    await settle()
    await api.delete(`${CLAIMS}/mine`)
    await settle()
    await claim('mine')
    expect(await states(`${CLAIMS}/mine`, `${VOLUMES}/v`)).toEqual(['Pending', 'Released default/mine'])
  })

  test('and its claim are written no more once they have each other', async () => {
    await volume('v', '1Gi')
    await claim('mine')
    await settle()
    const revision = async () => (await api.get('/api/v1/namespaces')).metadata.resourceVersion
    const before = await revision()
    await api.clock.advance(3_600_000)
    await settle()
    expect(await revision()).toBe(before)
  })
})
