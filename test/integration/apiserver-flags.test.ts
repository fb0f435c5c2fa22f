// Every flag of `kubewright apiserver` does what kube-apiserver's flag of that name does.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Client, type ClusterConnection, connectTo } from '@kubewright/client'
import { Authority } from '@kubewright/core/certificates'
import { expect, onTestFinished } from 'vitest'
import { type Program, test } from './program.ts'

function file(name: string, text: string): string {
  const path = mkdtempSync(join(tmpdir(), 'kubewright-apiserver-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  writeFileSync(join(path, name), text, { mode: 0o600 })
  return join(path, name)
}

const serverOf = async (program: Program) => (await program.says(/^server: (\S+)$/))[1]!

async function whoAmI(connection: ClusterConnection): Promise<{ readonly username: string; readonly groups: readonly string[] }> {
  const client: Client = connectTo(connection)
  onTestFinished(() => client.close())
  const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' }
  const review = await client.request<{ status: { userInfo: { username: string; groups: readonly string[] } } }>(
    'POST',
    '/apis/authentication.k8s.io/v1/selfsubjectreviews',
    { body },
  )
  return review.status.userInfo
}

test('--tls-cert-file, --tls-private-key-file and --token-auth-file: our certificate, our users', async ({ kubewright }) => {
  const authority = new Authority(Date.now())
  const { cert, key } = authority.server(['127.0.0.1'])
  const tokens = 'secret-of-ann,ann,1,"ops"\n'
  const flags = ['--tls-cert-file', file('crt', cert), '--tls-private-key-file', file('key', key), '--token-auth-file', file('csv', tokens)]
  const server = await serverOf(kubewright(['apiserver', '--secure-port', '0', ...flags]))
  expect(await whoAmI({ server, caData: authority.cert, token: 'secret-of-ann' })).toMatchObject({
    username: 'ann',
    groups: ['ops', 'system:authenticated'],
  })
  await expect(whoAmI({ server, caData: authority.cert, token: 'wrong' })).rejects.toMatchObject({ code: 401 })
})

test('--client-ca-file: certificates of that authority are users, others are nobody', async ({ kubewright }) => {
  const authority = new Authority(Date.now())
  const server = await serverOf(kubewright(['apiserver', '--secure-port', '0', '--client-ca-file', file('ca', authority.cert)]))
  const as = (from: Authority) => {
    const { cert, key } = from.client('bob', ['dev'])
    return whoAmI({ server, insecureSkipTlsVerify: true, certData: cert, keyData: key })
  }
  expect(await as(authority)).toMatchObject({ username: 'bob', groups: ['dev', 'system:authenticated'] })
  await expect(as(new Authority(Date.now()))).rejects.toMatchObject({ code: 401 })
})

test('--bind-address and --secure-port say where; a port in use is one clear line', async ({ kubewright }) => {
  const first = await serverOf(kubewright(['apiserver', '--secure-port', '0', '--bind-address', '127.0.0.2']))
  expect(first).toMatch(/^https:\/\/127\.0\.0\.2:\d+$/)
  const second = kubewright(['apiserver', '--bind-address', '127.0.0.2', '--secure-port', new URL(first).port])
  expect(await second.ended).toBe(1)
  expect(second.stderr).toEqual([
    expect.stringMatching(/^kubewright: port \d+ of 127\.0\.0\.2 is in use by another program: choose another one/),
  ])
})

test.for([
  [['--authorization-mode', 'RBAC'], /--authorization-mode: "RBAC" is not supported yet/],
  [['--tls-cert-file', 'x'], /go together/],
  [['--token-auth-file', '/does/not/exist'], /--token-auth-file: cannot read/],
  [['--secure-port', 'many'], /--secure-port: "many" is no port/],
] as const)('%j is wrong use', async ([flags, message], { kubewright }) => {
  const program = kubewright(['apiserver', ...flags])
  expect(await program.ended).toBe(2)
  expect(program.stderr.join('\n')).toMatch(message)
})
