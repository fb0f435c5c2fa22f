import { virtualClock } from '@kubewright/testing/virtual-clock'
import { describe, expect, test } from 'vitest'
import { CLIENT_PAIR, SERVER_PAIR } from '../test-server/certificates.ts'
import { materialCredentials } from './credentials.ts'
import { fileMaterial, fixedMaterial } from './material.ts'

describe('credentials from what is written down', () => {
  test('a token is sent as a bearer token, without the newline at the end of its file', async () => {
    expect(await materialCredentials({ token: fixedMaterial('token', 'abc\n') }).current()).toEqual({ authorization: 'Bearer abc' })
  })

  test('user and password are sent as basic authentication', async () => {
    const { authorization } = await materialCredentials({ basic: { username: 'jane', password: 'pä:ss' } }).current()
    expect(Buffer.from(authorization!.replace('Basic ', ''), 'base64').toString()).toBe('jane:pä:ss')
  })

  test('a certificate goes to the connection', async () => {
    const certificate = { cert: fixedMaterial('cert', 'C'), key: fixedMaterial('key', 'K') }
    expect(await materialCredentials({ certificate }).current()).toEqual({ certificate: { cert: 'C', key: 'K' } })
  })

  test('without anything they are empty', async () => {
    expect(await materialCredentials({}).current()).toEqual({})
  })
})

describe('after a 401', () => {
  test('an inline token is not worth a second try', async () => {
    const credentials = materialCredentials({ token: fixedMaterial('token', 'abc') })
    expect(credentials.renew(await credentials.current())).toBe(false)
  })

  test('C16: a token file is read again, whatever its age', async () => {
    let text = 'old'
    const credentials = materialCredentials({ token: fileMaterial('/token', { clock: virtualClock(), readText: async () => text }) })
    const refused = await credentials.current()
    text = 'new'
    expect(credentials.renew(refused)).toBe(true)
    expect(await credentials.current()).toEqual({ authorization: 'Bearer new' })
  })

  test('credentials that another request has renewed already are simply taken', async () => {
    let reads = 0
    let text = 'old'
    const readText = async () => {
      reads++
      return text
    }
    const credentials = materialCredentials({ token: fileMaterial('/token', { clock: virtualClock(), readText }) })
    const refused = await credentials.current()
    text = 'new'
    credentials.renew(refused)
    await credentials.current()
    expect(credentials.renew(refused)).toBe(true)
    await credentials.current()
    expect(reads).toBe(2)
  })

  test('unchanged credentials stay the same object, so that connections are kept', async () => {
    const credentials = materialCredentials({ token: fixedMaterial('token', 'abc') })
    expect(await credentials.current()).toBe(await credentials.current())
  })
})

test('C16: a new certificate waits for its key: until both files are new the old pair serves', async () => {
  const clock = virtualClock()
  const files: Record<string, string> = { cert: CLIENT_PAIR.cert, key: CLIENT_PAIR.key }
  const file = (name: string) => fileMaterial(name, { clock, readText: async () => files[name]! })
  const credentials = materialCredentials({ certificate: { cert: file('cert'), key: file('key') } })
  const old = await credentials.current()
  files['cert'] = SERVER_PAIR.cert
  await clock.advance(60_000)
  expect(await credentials.current()).toBe(old)
  files['key'] = SERVER_PAIR.key
  await clock.advance(60_000)
  expect(await credentials.current()).toEqual({ certificate: SERVER_PAIR })
})
