import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestClient, testClient } from '../test-client/api-client.ts'

let api: TestClient
beforeAll(async () => {
  api = await testClient({ controllers: false, tokenFile: 'abc,ann,1,devs\n' })
})
afterAll(() => api[Symbol.asyncDispose]())

const statusOf = async (path: string, body: object) => (await api.post(`/apis/${path}`, body)).body['status']
const ALLOWED = { allowed: true }

test.each([
  ['authorization.k8s.io/v1/selfsubjectaccessreviews', { spec: { resourceAttributes: { verb: 'get', resource: 'pods' } } }],
  ['authorization.k8s.io/v1/subjectaccessreviews', { spec: { user: 'x', resourceAttributes: { verb: 'get', resource: 'pods' } } }],
  [
    'authorization.k8s.io/v1/namespaces/default/localsubjectaccessreviews',
    { spec: { user: 'x', resourceAttributes: { namespace: 'default', verb: 'get', resource: 'pods' } } },
  ],
])('%s says yes', async (path, body) => {
  expect(await statusOf(path, body)).toEqual(ALLOWED)
})

test('the rules are: everything', async () => {
  expect(await statusOf('authorization.k8s.io/v1/selfsubjectrulesreviews', { spec: { namespace: 'default' } })).toMatchObject({
    resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }],
    incomplete: false,
  })
})

test('a token is known or not', async () => {
  const path = 'authentication.k8s.io/v1/tokenreviews'
  expect(await statusOf(path, { spec: { token: 'abc' } })).toEqual({
    authenticated: true,
    user: { username: 'ann', uid: '1', groups: ['devs', 'system:authenticated'] },
    audiences: ['https://kubernetes.default.svc'],
  })
  expect(await statusOf(path, { spec: { token: 'nope' } })).toEqual({ user: {}, error: 'invalid bearer token' })
})

test('a review is answered and not kept', async () => {
  const reply = await api.get('/apis/authorization.k8s.io/v1/selfsubjectaccessreviews')
  expect(reply.code).toBe(405)
})
