import { expect, test } from 'vitest'
import { namesOf, testClient } from '../test-client/api-client.ts'

const TOKEN = 'bootstrap.kubernetes.io/token'
const HOUR = 3_600_000

test('a bootstrap token goes when its time is over, and nothing else does', async () => {
  await using api = await testClient({ controllers: ['*'] })
  const secret = (namespace: string, name: string, type: string, expiration?: string) =>
    api.post(`/api/v1/namespaces/${namespace}/secrets`, {
      metadata: { name },
      type,
      stringData: expiration === undefined ? {} : { expiration },
    })
  const end = new Date(api.clock.now() + HOUR).toISOString()
  await secret('kube-system', 'bootstrap-token-ending', TOKEN, end)
  await secret('kube-system', 'bootstrap-token-garbled', TOKEN, 'tomorrow')
  await secret('kube-system', 'bootstrap-token-lasting', TOKEN)
  await secret('kube-system', 'another-type', 'Opaque', end)
  await secret('default', 'bootstrap-token-elsewhere', TOKEN, end)
  const left = async () => {
    await api.settle()
    return namesOf(await api.get('/api/v1/secrets'))
  }
  expect(await left()).toEqual(['bootstrap-token-elsewhere', 'another-type', 'bootstrap-token-ending', 'bootstrap-token-lasting'])
  await api.clock.advance(HOUR)
  expect(await left()).toEqual(['bootstrap-token-elsewhere', 'another-type', 'bootstrap-token-lasting'])
})
