import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { optionsOfFlags } from './flags.ts'

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'kubewright-flags-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}
function file(text: string): string {
  const path = join(folder(), 'file')
  writeFileSync(path, text)
  return path
}

test.each([
  [{}, { serviceAccounts: {} }],
  [{ 'authorization-mode': 'RBAC,AlwaysAllow' }, { authorizationModes: ['RBAC', 'AlwaysAllow'], serviceAccounts: {} }],
  [{ 'anonymous-auth': 'false' }, { anonymous: false, serviceAccounts: {} }],
  [{ 'service-account-issuer': 'https://a', 'api-audiences': 'b, c' }, { serviceAccounts: { issuer: 'https://a', audiences: ['b', 'c'] } }],
])('%j', async (flags, options) => {
  expect(await optionsOfFlags(flags)).toEqual(options)
})

test('files are read', async () => {
  const options = await optionsOfFlags({
    'tls-cert-file': file('cert'),
    'tls-private-key-file': file('key'),
    'client-ca-file': file('ca'),
    'token-auth-file': file('a,b,c'),
    'service-account-signing-key-file': file('sign'),
    'service-account-key-file': `${file('one')},${file('two')}`,
  })
  expect(options).toEqual({
    tls: { cert: 'cert', key: 'key' },
    clientCa: 'ca',
    tokenFile: 'a,b,c',
    serviceAccounts: { signingKey: 'sign', verificationKeys: ['one', 'two'] },
  })
})

test('an audit log is written line by line', async () => {
  const log = join(folder(), 'audit.log')
  const policy = file('apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{ level: Metadata }]\n')
  const { audit } = await optionsOfFlags({ 'audit-policy-file': policy, 'audit-log-path': log })
  audit?.write('{"a":1}')
  audit?.write('{"a":2}')
  expect(readFileSync(log, 'utf8')).toBe('{"a":1}\n{"a":2}\n')
  expect((await optionsOfFlags({ 'audit-policy-file': policy })).audit).toBeUndefined()
})

test.each([
  [{ 'authorization-mode': 'Node' }, /--authorization-mode: "Node" is not supported here: give AlwaysAllow or RBAC/],
  [{ 'authorization-mode': 'RBAC,RBAC' }, /--authorization-mode: RBAC,RBAC names a mode twice/],
  [{ 'authorization-mode': '' }, /--authorization-mode: "" is not supported here/],
  [{ 'anonymous-auth': 'maybe' }, /--anonymous-auth: "maybe" is neither true nor false/],
  [{ 'tls-cert-file': '/nowhere' }, /--tls-cert-file and --tls-private-key-file go together/],
  [{ 'client-ca-file': '/nowhere' }, /--client-ca-file: cannot read \/nowhere/],
  [{ 'audit-log-path': '/x' }, /--audit-log-path: without --audit-policy-file nothing would be written/],
])('%j is refused', async (flags, message) => {
  await expect(optionsOfFlags(flags)).rejects.toThrow(message)
})
