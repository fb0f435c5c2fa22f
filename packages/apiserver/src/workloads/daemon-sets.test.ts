import { afterEach, beforeEach, expect, test } from 'vitest'
import { type TestClient, testClient } from '../test-client/api-client.ts'

let api: TestClient
beforeEach(async () => {
  api = await testClient({ controllers: ['*'] })
})
afterEach(() => api[Symbol.asyncDispose]())

const SETS = '/apis/apps/v1/namespaces/default/daemonsets'
const REVISIONS = '/apis/apps/v1/namespaces/default/controllerrevisions'
const PODS = '/api/v1/namespaces/default/pods'

const settle = async () => {
  for (let round = 0; round < 4; round++) await api.settle()
}
const template = (image: string, spec: object = {}) => ({
  metadata: { labels: { app: 'agent' } },
  spec: { containers: [{ name: 'c', image }], ...spec },
})
const make = (spec: object = {}) =>
  api.post(SETS, {
    metadata: { name: 'agent' },
    spec: { selector: { matchLabels: { app: 'agent' } }, template: template('agent:1', spec) },
  })

test('a daemon set keeps its templates with their fields in the order by which clients compare them', async () => {
  await make()
  await settle()
  const [revision] = (await api.get(REVISIONS)).body.items ?? []
  const text = JSON.stringify(revision!['data'])
  const sorted = (_key: string, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value
  expect(text).toBe(JSON.stringify(revision!['data'], sorted))
})

test('a daemon set takes a revision of its template that somebody else has made, and counts on from it', async () => {
  const revisions = async () =>
    ((await api.get(REVISIONS)).body.items ?? []) as readonly { metadata: object; revision: number; data: unknown }[]
  await make()
  await settle()
  const [first] = await revisions()
  const { labels, ownerReferences } = first!.metadata as { labels: object; ownerReferences: object }
  await api.post(REVISIONS, { metadata: { name: 'copy', labels, ownerReferences }, data: first!.data, revision: 2 })
  await settle()
  expect((await revisions()).map(({ revision: each }) => each).sort()).toEqual([1, 2])
  await api.patch(`${SETS}/agent`, { spec: { template: template('agent:2') } })
  await settle()
  expect((await revisions()).map(({ revision: each }) => each).sort()).toEqual([1, 2, 3])
})

test('a daemon set has a pod on each node that its affinity chooses, and takes it away when it does so no more', async () => {
  const nodeSelectorTerms = [{ matchExpressions: [{ key: 'color', operator: 'In', values: ['blue'] }] }]
  const affinity = { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } }
  await api.post('/api/v1/nodes', { metadata: { name: 'blue', labels: { color: 'blue' } } })
  await make({ affinity })
  await settle()
  const places = async () => ((await api.get(PODS)).body.items ?? []).map((pod) => (pod['spec'] as { nodeName?: string }).nodeName)
  expect(await places()).toEqual(['blue'])
  await api.patch('/api/v1/nodes/blue', { metadata: { labels: { color: 'green' } } })
  await settle()
  expect(await places()).toEqual([])
})
