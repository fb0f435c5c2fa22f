import { expect, test } from 'vitest'
import { testClient } from '../test-client/api-client.ts'

const DEPLOYMENTS = '/apis/apps/v1/namespaces/default/deployments'
const QUOTAS = '/api/v1/namespaces/default/resourcequotas'
const PODS = '/api/v1/namespaces/default/pods'

const deployment = {
  metadata: { name: 'web' },
  spec: {
    replicas: 3,
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image: 'web:1' }] } },
  },
}

test('what a quota refuses is not made, is told in the status, and is made when the quota allows it', async () => {
  await using api = await testClient({ controllers: ['*'] })
  const settle = async () => {
    for (let round = 0; round < 4; round++) await api.settle()
  }
  const running = async () => (await api.get(PODS)).body.items?.length
  await api.post(QUOTAS, { metadata: { name: 'q' }, spec: { hard: { pods: '1' } } })
  await settle()
  await api.post(DEPLOYMENTS, deployment)
  await settle()
  expect(await running()).toBe(1)
  const [set] = (await api.get('/apis/apps/v1/namespaces/default/replicasets')).body.items ?? []
  expect(JSON.stringify(set?.['status'])).toContain('is forbidden: exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1')
  await api.patch(`${QUOTAS}/q`, { spec: { hard: { pods: '3' } } })
  await settle()
  await api.clock.advance(60_000)
  await settle()
  expect(await running()).toBe(3)
})

test('what is refused for good is tried ever more seldom, and writes nothing', async () => {
  await using api = await testClient({ controllers: ['*'] })
  await api.post(QUOTAS, { metadata: { name: 'q' }, spec: { hard: { pods: '0' } } })
  await api.settle()
  await api.post(DEPLOYMENTS, deployment)
  for (let round = 0; round < 8; round++) await api.settle()
  const revision = async () => (await api.get('/api/v1/namespaces')).metadata.resourceVersion
  const before = await revision()
  await api.clock.advance(10 * 60_000)
  // Only the ten minutes of the rollout's deadline are told.
  expect(Number(await revision()) - Number(before)).toBeLessThanOrEqual(2)
})
