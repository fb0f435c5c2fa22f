import { expect, test } from 'vitest'
import { CONFIG_MAPS, configMap, testClient } from '../test-client/api-client.ts'

const QUOTAS = '/api/v1/namespaces/default/resourcequotas'
const GAUGES = '/apis/counted.example.com/v1/namespaces/default/gauges'

const GAUGE = {
  metadata: { name: 'gauges.counted.example.com' },
  spec: {
    group: 'counted.example.com',
    scope: 'Namespaced',
    names: { plural: 'gauges', kind: 'Gauge' },
    versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
  },
}

test('custom resources are counted like any other', async () => {
  await using api = await testClient()
  await api.post('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', GAUGE)
  await api.settle()
  const gauge = (name: string) => ({ apiVersion: 'counted.example.com/v1', kind: 'Gauge', metadata: { name } })
  await api.post(GAUGES, gauge('first'))
  await api.post(QUOTAS, { metadata: { name: 'q' }, spec: { hard: { 'count/gauges.counted.example.com': '2' } } })
  await api.settle()
  expect((await api.get(`${QUOTAS}/q`)).body['status']).toEqual({
    hard: { 'count/gauges.counted.example.com': '2' },
    used: { 'count/gauges.counted.example.com': '1' },
  })
  expect((await api.post(GAUGES, gauge('second'))).code).toBe(201)
  // Charged at once: no two writes can both have the last place.
  expect((await api.post(GAUGES, gauge('third'))).body.message).toContain(
    'exceeded quota: q, requested: count/gauges.counted.example.com=1',
  )
  await api.delete(`${GAUGES}/first`)
  await api.settle()
  expect((await api.post(GAUGES, gauge('third'))).code).toBe(201)
})

test('where nothing changes nothing is written', async () => {
  await using api = await testClient()
  await api.post(QUOTAS, { metadata: { name: 'q' }, spec: { hard: { pods: '1', 'requests.cpu': '1.50' } } })
  await api.settle()
  const { metadata } = await api.get(`${QUOTAS}/q`)
  await api.post(CONFIG_MAPS, configMap('a'))
  await api.delete(`${CONFIG_MAPS}/a`)
  await api.settle()
  expect((await api.get(`${QUOTAS}/q`)).metadata.resourceVersion).toBe(metadata.resourceVersion)
})

test('a name that nothing is counted for is not counted', async () => {
  await using api = await testClient()
  await api.post(QUOTAS, { metadata: { name: 'q' }, spec: { hard: { 'count/absents.example.com': '1' } } })
  await api.settle()
  expect((await api.get(`${QUOTAS}/q`)).body['status']).toEqual({ hard: { 'count/absents.example.com': '1' }, used: {} })
})

test('without its controller a quota limits nothing, as on a bare kube-apiserver', async () => {
  await using api = await testClient({ controllers: false })
  await api.post(QUOTAS, { metadata: { name: 'q' }, spec: { hard: { configmaps: '0' } } })
  await api.settle()
  expect((await api.post(CONFIG_MAPS, configMap('a'))).code).toBe(201)
})
