import { expect, test } from 'vitest'
import { resolveTarget } from './address.ts'

test('A23: an IPv6 pod is dialled by its address and verified by its name', () => {
  const target = resolveTarget({ address: 'https://vault-0.vault-internal:8200', connectTo: 'fd00::1' })
  expect(target).toMatchObject({ dial: 'fd00::1', serverName: 'vault-0.vault-internal', port: 8200, secure: true })
  expect(resolveTarget({ address: 'https://[fd00::1]:8200' })).toMatchObject({ dial: 'fd00::1', serverName: 'fd00::1', host: 'fd00::1' })
})

test('a server name given by hand is what the certificate has to be for', () => {
  expect(resolveTarget({ address: 'https://10.0.0.1:8200', tls: { serverName: 'vault' } }).serverName).toBe('vault')
})

test.each([
  [{ address: 'vault:8200' }, 'no URL'],
  [{ address: 'ftp://vault' }, 'no URL'],
  [{ address: 'http://vault:8200' }, 'unencrypted; use https, or set "allowPlaintext"'],
  [{ address: 'https://vault:8200/v1' }, 'it has a path'],
  [{ address: 'https://user:pass@vault:8200' }, 'user name'],
  [{ address: 'https://vault:8200', connectTo: 'vault-0' }, 'no IP address'],
  [{ address: 'https://vault:8200', tls: { cert: 'x' } }, '"cert" and "key" are needed together'],
])('%o is refused', (options, why) => {
  expect(() => resolveTarget(options)).toThrow(why)
})
