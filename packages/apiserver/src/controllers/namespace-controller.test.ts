import { afterEach, beforeEach, expect, test } from 'vitest'
import { configMap, namesOf, type TestClient, testClient } from '../test-client/api-client.ts'

let api: TestClient
beforeEach(async () => {
  api = await testClient()
  await api.post('/api/v1/namespaces', { metadata: { name: 'n' } })
  await api.settle()
})
afterEach(() => api[Symbol.asyncDispose]())

const NAMESPACE = '/api/v1/namespaces/n'
const CONFIG_MAPS = `${NAMESPACE}/configmaps`

test('a namespace gets an account and the authority, and gets them again', async () => {
  expect(namesOf(await api.get(`${NAMESPACE}/serviceaccounts`))).toEqual(['default'])
  expect((await api.get(`${CONFIG_MAPS}/kube-root-ca.crt`)).body).toMatchObject({ data: { 'ca.crt': api.server.connection.caData } })
  await api.delete(`${CONFIG_MAPS}/kube-root-ca.crt`)
  await api.settle()
  expect((await api.get(`${CONFIG_MAPS}/kube-root-ca.crt`)).code).toBe(200)
})

test('the authority of a namespace is put right when somebody changes it, and what else he wrote stays', async () => {
  await api.patch(`${CONFIG_MAPS}/kube-root-ca.crt`, { metadata: { labels: { mine: '' } }, data: { 'ca.crt': 'forged', other: 'x' } })
  await api.settle()
  const { body, metadata } = await api.get(`${CONFIG_MAPS}/kube-root-ca.crt`)
  expect(body['data']).toEqual({ 'ca.crt': api.server.connection.caData })
  expect(metadata.labels).toEqual({ mine: '' })
})

test('a namespace goes with all that is in it', async () => {
  await api.post(CONFIG_MAPS, configMap('a'))
  const { body } = await api.delete(NAMESPACE)
  expect(body).toMatchObject({ metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' }, status: { phase: 'Terminating' } })
  await api.settle()
  expect((await api.get(NAMESPACE)).code).toBe(404)
  expect(namesOf(await api.get(CONFIG_MAPS))).toEqual([])
})

test('a namespace that goes takes nothing new', async () => {
  await api.delete(NAMESPACE)
  const { code, body } = await api.post(CONFIG_MAPS, configMap('late'))
  expect(code).toBe(403)
  expect(body.message).toBe('configmaps "late" is forbidden: unable to create new content in namespace n because it is being terminated')
  expect(body).toMatchObject({ details: { causes: [{ reason: 'NamespaceTerminating', field: 'metadata.namespace' }] } })
})

test('a namespace waits for what holds its content, and says for what', async () => {
  await api.post(CONFIG_MAPS, configMap('held', {}, { finalizers: ['example.com/hold'] }))
  await api.delete(NAMESPACE)
  await api.settle()
  expect((await api.get(NAMESPACE)).body).toMatchObject({
    status: {
      conditions: [
        {
          type: 'NamespaceContentRemaining',
          status: 'True',
          message: 'Some resources are remaining: configmaps. has 1 resource instances',
        },
        {
          type: 'NamespaceFinalizersRemaining',
          status: 'True',
          message: 'Some content in the namespace has finalizers remaining: example.com/hold in 1 resource instances',
        },
      ],
    },
  })
  await api.patch(`${CONFIG_MAPS}/held`, { metadata: { finalizers: null } })
  await api.settle()
  expect((await api.get(NAMESPACE)).code).toBe(404)
})

test('a namespace with a finalizer of its own waits for that too', async () => {
  await api.patch(NAMESPACE, { metadata: { finalizers: ['example.com/hold'] } })
  await api.delete(NAMESPACE)
  await api.settle()
  expect((await api.get(NAMESPACE)).body).toMatchObject({ spec: {}, status: { phase: 'Terminating' } })
  await api.patch(NAMESPACE, { metadata: { finalizers: [] } })
  expect((await api.get(NAMESPACE)).code).toBe(404)
})

test('the content finalizer is taken off through /finalize alone', async () => {
  await using bare = await testClient({ controllers: false })
  await bare.post('/api/v1/namespaces', { metadata: { name: 'n' } })
  await bare.patch(NAMESPACE, { spec: { finalizers: [] } })
  expect((await bare.get(NAMESPACE)).body).toMatchObject({ spec: { finalizers: ['kubernetes'] } })
  await bare.delete(NAMESPACE)
  expect((await bare.get(NAMESPACE)).code).toBe(200)
  expect((await bare.put(`${NAMESPACE}/finalize`, { metadata: { name: 'n' }, spec: { finalizers: [] } })).code).toBe(200)
  expect((await bare.get(NAMESPACE)).code).toBe(404)
})

test('a namespace of more objects than are dealt with in one turn goes all the same', async () => {
  await Promise.all(Array.from({ length: 300 }, (_, index) => api.post(CONFIG_MAPS, configMap(`c${index}`))))
  await api.delete(NAMESPACE)
  await api.settle()
  expect((await api.get(NAMESPACE)).code).toBe(404)
})
