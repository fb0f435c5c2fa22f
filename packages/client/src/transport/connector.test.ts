import type { Socket } from 'node:net'
import { expect, test } from 'vitest'
import { CLIENT_PAIR, TEST_CA } from '../test-server/certificates.ts'
import { connectorFor, type TlsMaterial } from './connector.ts'
import type { Security } from './dialer.ts'

const MATERIAL: TlsMaterial = { ca: TEST_CA, cert: CLIENT_PAIR.cert, key: CLIENT_PAIR.key, serverName: undefined, skipVerify: false }

/** What the dialer is asked for, connection by connection. */
function connecting(material: TlsMaterial) {
  const asked: { target: unknown; security: Security | undefined }[] = []
  const connect = connectorFor(material, {
    dial: async (target, security) => {
      asked.push({ target, security })
      return {} as Socket
    },
    close: () => Promise.resolve(),
  })
  const to = (url: string) => {
    const { hostname, host, protocol, port } = new URL(url)
    return new Promise<Error | null>((resolve) => connect({ hostname, host, protocol, port }, (...[error]) => resolve(error)))
  }
  return { asked, to }
}

test('C18: certificates are read once for all connections, and a session of one is offered by the next', async () => {
  const { asked, to } = connecting(MATERIAL)
  await to('https://a')
  const session = Buffer.from('session')
  asked[0]?.security?.onSession(session)
  await to('https://a')
  const [first, second] = asked.map(({ security }) => security)
  expect(second?.context).toBe(first?.context)
  expect([first?.session, second?.session]).toEqual([undefined, session])
})

test.each<[string, Partial<TlsMaterial>, string, object, object | undefined]>([
  ['https', {}, 'https://a', { hostname: 'a', port: 443 }, { name: 'a', skipVerify: false }],
  ['a port', {}, 'https://a:6443', { hostname: 'a', port: 6443 }, { name: 'a' }],
  ['tls-server-name', { serverName: 'b' }, 'https://a', { hostname: 'a' }, { name: 'b' }],
  ['a skipped verification', { skipVerify: true }, 'https://a', { hostname: 'a' }, { name: 'a', skipVerify: true }],
  ['plain http', {}, 'http://a', { hostname: 'a', port: 80 }, undefined],
])('C18: %s', async (_name, material, url, target, security) => {
  const { asked, to } = connecting({ ...MATERIAL, ...material })
  expect(await to(url)).toBeNull()
  expect(asked[0]?.target).toMatchObject(target)
  if (security === undefined) expect(asked[0]?.security).toBeUndefined()
  else expect(asked[0]?.security).toMatchObject(security)
})

test('a key that is not that of the certificate fails the connection, and not the process', async () => {
  const { asked, to } = connecting({ ...MATERIAL, key: 'no key' })
  expect(await to('https://a')).toBeInstanceOf(Error)
  expect(asked).toEqual([])
})
