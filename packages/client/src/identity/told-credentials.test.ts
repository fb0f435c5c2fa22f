import { virtualClock } from '@kubewright/testing/virtual-clock'
import { expect, test } from 'vitest'
import { connectTo } from '../connect.ts'
import { json, scriptedServer } from '../test-server/scripted-server.ts'
import { materialCredentials } from './credentials.ts'
import { fileMaterial, fixedMaterial } from './material.ts'
import { toldCredentials } from './told-credentials.ts'

test.each([
  ['a token', { token: fixedMaterial('token', 'abc') }, ['abc']],
  [
    'a password, and the header that carries it',
    { basic: { username: 'jane', password: 'pass:word' } },
    ['amFuZTpwYXNzOndvcmQ=', 'pass:word'],
  ],
  ['no password', { basic: { username: 'jane', password: '' } }, ['amFuZTo=']],
  ['a client’s key', { certificate: { cert: fixedMaterial('cert', 'C'), key: fixedMaterial('key', 'K') } }, ['K']],
  ['nothing', {}, []],
])('what is secret in the credentials is told: %s', async (_, materials, secrets) => {
  const told: string[] = []
  const source = toldCredentials(materialCredentials(materials), (secret) => void told.push(secret))
  expect(await source.current()).toBe(await source.current())
  expect(told).toEqual(secrets)
})

test('a token that rotates is told when it is new, before it is used', async () => {
  const told: string[] = []
  const clock = virtualClock()
  let text = 'one'
  const token = fileMaterial('/token', { clock, readText: async () => text })
  const source = toldCredentials(materialCredentials({ token }), (secret) => void told.push(secret))
  const first = await source.current()
  text = 'two'
  expect(source.renew(first)).toBe(true)
  expect(await source.current()).toEqual({ authorization: 'Bearer two' })
  await source.current()
  expect(told).toEqual(['one', 'two'])
})

test('a client tells whoever asked for it', async () => {
  await using server = await scriptedServer((_request, response) => json(response, {}))
  const told: string[] = []
  const client = connectTo({ server: server.url, token: 'a-token' }, { onCredential: (secret) => void told.push(secret) })
  expect(told).toEqual([])
  await client.request('GET', '/x')
  expect(told).toEqual(['a-token'])
  await client.close()
})
