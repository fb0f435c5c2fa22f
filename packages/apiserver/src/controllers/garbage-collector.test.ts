import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { CONFIG_MAPS, configMap, namesOf, type TestClient, testClient } from '../test-client/api-client.ts'

let api: TestClient
beforeEach(async () => {
  api = await testClient()
  await api.settle()
})
afterEach(() => api[Symbol.asyncDispose]())

const HOLD = 'example.com/hold'

/** Makes an object and gives the reference to it. */
async function make(name: string, metadata: object = {}) {
  const { metadata: made } = await api.post(CONFIG_MAPS, configMap(name, {}, metadata))
  return { apiVersion: 'v1', kind: 'ConfigMap', name, uid: made.uid ?? '' }
}

const remove = (name: string, policy: string) => api.delete(`${CONFIG_MAPS}/${name}?propagationPolicy=${policy}`)
const release = (name: string) => api.patch(`${CONFIG_MAPS}/${name}`, { metadata: { finalizers: null } })
const left = async () => {
  await api.settle()
  return namesOf(await api.get(CONFIG_MAPS)).filter((name) => name !== 'kube-root-ca.crt')
}
const metadataOf = async (name: string) => (await api.get(`${CONFIG_MAPS}/${name}`)).metadata

describe('in the background', () => {
  test('dependents follow their owner, and theirs follow them', async () => {
    const owner = await make('owner')
    const child = await make('child', { ownerReferences: [owner] })
    await make('grandchild', { ownerReferences: [child] })
    await make('stranger')
    expect(await left()).toHaveLength(4)
    await remove('owner', 'Background')
    expect(await left()).toEqual(['stranger'])
  })

  test('what has another owner stays, and forgets the one that is gone', async () => {
    const [first, second] = [await make('first'), await make('second')]
    await make('child', { ownerReferences: [first, second] })
    await remove('first', 'Background')
    expect(await left()).toEqual(['child', 'second'])
    expect((await metadataOf('child')).ownerReferences).toEqual([second])
    await remove('second', 'Background')
    expect(await left()).toEqual([])
  })

  test('a new object of the same name is not the owner', async () => {
    const owner = await make('owner')
    await remove('owner', 'Background')
    await make('owner')
    await make('child', { ownerReferences: [owner] })
    expect(await left()).toEqual(['owner'])
  })
})

describe('in the foreground', () => {
  test('the owner waits for the dependents that block it, and not for others', async () => {
    const owner = await make('owner')
    await make('blocking', { ownerReferences: [{ ...owner, blockOwnerDeletion: true }], finalizers: [HOLD] })
    await make('other', { ownerReferences: [owner], finalizers: [HOLD] })
    await remove('owner', 'Foreground')
    expect(await left()).toEqual(['blocking', 'other', 'owner'])
    expect((await metadataOf('owner')).finalizers).toEqual(['foregroundDeletion'])
    await release('blocking')
    expect(await left()).toEqual(['other'])
    await release('other')
    expect(await left()).toEqual([])
  })

  test('of a whole family goes from the leaves to the root', async () => {
    const watch = await api.watch(`${CONFIG_MAPS}?labelSelector=family`)
    const labels = { family: 'x' }
    const root = await make('root', { labels })
    const branch = await make('branch', { labels, ownerReferences: [{ ...root, blockOwnerDeletion: true }] })
    await make('leaf', { labels, ownerReferences: [{ ...branch, blockOwnerDeletion: true }] })
    await remove('root', 'Foreground')
    expect(await left()).toEqual([])
    const events = await watch.seen(8)
    expect(events.filter((event) => event.startsWith('DELETED'))).toEqual(['DELETED leaf', 'DELETED branch', 'DELETED root'])
  })

  test('a circle of objects that block each other goes all the same', async () => {
    const block = (name: string, owner: object) =>
      api.patch(`${CONFIG_MAPS}/${name}`, { metadata: { ownerReferences: [{ ...owner, blockOwnerDeletion: true }] } })
    const [first, second, third] = [await make('first'), await make('second'), await make('third')]
    await block('first', third)
    await block('second', first)
    await block('third', second)
    expect(await left()).toEqual(['first', 'second', 'third'])
    await remove('first', 'Foreground')
    expect(await left()).toEqual([])
  })

  test('without dependents is over at once', async () => {
    await make('owner')
    await remove('owner', 'Foreground')
    expect(await left()).toEqual([])
  })
})

describe('orphans', () => {
  test('stay, and forget their owner', async () => {
    const owner = await make('owner')
    await make('child', { ownerReferences: [owner] })
    await remove('owner', 'Orphan')
    expect(await left()).toEqual(['child'])
    expect(await metadataOf('child')).not.toHaveProperty('ownerReferences')
  })

  test('are what a ReplicationController leaves unless it is told otherwise', async () => {
    const controllers = '/api/v1/namespaces/default/replicationcontrollers'
    const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } }
    const { metadata } = await api.post(controllers, { metadata: { name: 'rc' }, spec: { template } })
    const owner = { apiVersion: 'v1', kind: 'ReplicationController', name: 'rc', uid: metadata.uid }
    await make('child', { ownerReferences: [owner] })
    await api.delete(`${controllers}/rc`)
    expect(await left()).toEqual(['child'])
    expect((await api.get(`${controllers}/rc`)).code).toBe(404)
  })
})

describe('an owner', () => {
  const uid = '11111111-1111-4111-8111-111111111111'

  test('that never was is gone', async () => {
    await make('child', { ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'never', uid }] })
    expect(await left()).toEqual([])
  })

  test('of a kind that is not served may come back', async () => {
    await make('child', { ownerReferences: [{ apiVersion: 'example.com/v1', kind: 'Thing', name: 'x', uid }] })
    expect(await left()).toEqual(['child'])
  })

  test('in another namespace is none', async () => {
    const owner = await make('owner')
    await api.post('/api/v1/namespaces', { metadata: { name: 'other' } })
    await api.settle()
    await api.post('/api/v1/namespaces/other/configmaps', configMap('child', {}, { ownerReferences: [owner] }))
    await api.settle()
    expect((await api.get('/api/v1/namespaces/other/configmaps/child')).code).toBe(404)
    expect(await left()).toEqual(['owner'])
  })

  test('can be the object of a cluster', async () => {
    const { metadata } = await api.post('/apis/scheduling.k8s.io/v1/priorityclasses', { metadata: { name: 'high' }, value: 10 })
    await make('child', {
      ownerReferences: [{ apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', name: 'high', uid: metadata.uid }],
    })
    expect(await left()).toEqual(['child'])
    await api.delete('/apis/scheduling.k8s.io/v1/priorityclasses/high')
    expect(await left()).toEqual([])
  })
})

test('without controllers nothing is collected, as by a bare kube-apiserver', async () => {
  await using bare = await testClient({ controllers: false })
  const { metadata } = await bare.post(CONFIG_MAPS, configMap('owner'))
  const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid: metadata.uid }
  await bare.post(CONFIG_MAPS, configMap('child', {}, { ownerReferences: [owner] }))
  await bare.delete(`${CONFIG_MAPS}/owner`)
  await bare.settle()
  expect(namesOf(await bare.get(CONFIG_MAPS))).toEqual(['child'])
})
